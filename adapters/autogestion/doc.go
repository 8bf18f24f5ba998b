// Package autogestion is the embedded back end of the insurer: the padrón, the accounts, the tokens, and the pages on which
// people type their password. With it Llave works without configuration, an insurer can run a pilot, and the authors of
// another back end can read in running code what the contract asks for.
//
// It shares nothing but the process with the bot: it has its own SQLite file and its own keys, knows a chat as an opaque
// reference, and authorises every call by a credential that it issued. [Service] implements the ports of flows/backend, and
// [Service.Handler] serves them over HTTP together with the pages.
//
// This package is the service: transactions and SQL. Reading order:
//
//	service.go      opening, closing            keys.go      derived keys, sealing, keyed hashes
//	file.go         transactions                group.go     authorisation, the family group
//	token.go        current tokens              another.go   their replacement; state.go: what became of them
//	validate.go     a provider's question       guard*.go    bounds of guessing
//	sheet*.go       tokens on paper             invite.go    the one-time URL
//	signin*.go      password, consent, code     redeem.go    making and ending links
//	openid.go       sign-in with others
//	mydata.go       what a chat asks of its account
//	second.go       the second factor           tally.go     counting failures; pay.go: what a try costs
//	mine.go         the page of an account      office.go    codes of an office
//	session.go      browsers signed in there    email.go     changing the address, closing
//	register.go     registration                reset.go     a new password
//	deliver.go      e-mail                      operator.go, provider.go: acts of an operator
//	audit.go        what operators did          restored.go  making a file safe that came from a copy
//	notice.go       what chats are told         alone.go     telling a person what others did for them
//	import*.go      changing the padrón         housekeeping.go  deleting what has expired
//	handler.go      the API                     pages.go     what the pages need
//
// The packages below know neither SQL nor this package:
//
//	ff1      the permutation behind the six digits
//	padron   reading a padrón file
//	proof    the signed code of a sheet
//	work     proofs of work
//	smtp     sending e-mail
//	openid   signing in at an OpenID provider
//	form     the forms of the pages and their faults
//	web      the pages
//	api      the HTTP API
//	wire     what the API's client and server share
//	client   the ports over HTTP, for an insurer's own back end, and llave backend check
package autogestion
