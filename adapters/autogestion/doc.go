// Package autogestion is the insurer's back end: the padrón, the accounts, the tokens, and the pages on which
// people type their password. It is here so that Llave works with nothing configured, and so that an insurer
// can run a pilot, or read in running code what a back end of its own has to promise.
//
// It is a program of its own in all but the process: it has its own SQLite file and its own keys, knows nothing
// of chats but an opaque reference, and authorises every call by the credential it gave out. A [Service] serves
// the ports of flows in Go, and the same answers over HTTP ([Service.Handler]).
//
// Where to read on:
//
//	service.go   opening and closing         keys.go      what is derived from the one key, sealing, look-up
//	import.go    what a padrón changes       group.go     who is in whose charge
//	padron*.go   how its CSV is read         import_*.go  how it is compared, and told
//	token.go     current and another         ff1.go       how a counter becomes six digits
//	validate.go  what a provider asks        guard.go     how guessing is bounded
//	sheet*.go    tokens on paper             proof.go     what is signed of a sheet, and verify.go who checks it
//	invite.go    the one-time URL            signin.go    password, consent, and the code that ends an invite
//	redeem.go    how a link comes to be      account.go   registration (register.go: whose) and reset
//	housekeeping.go  what is forgotten, and when
//	web*.go      the pages                   api*.go      the HTTP API
//
// The same API is what Llave asks of an insurer's own back end: a [Client] is the ports over HTTP (client*.go), and
// [Check] tells an insurer's team whether theirs answers as it should (check*.go).
package autogestion
