// Package backend is the insurer's contract: the ports by which the bot reaches a back end, the types that cross them, and one
// reader for each number that people copy from one place to another. The conversations call the ports, the embedded back end and
// the HTTP client implement them. Package contract has the sentences that every back end keeps, package backendtest the suite.
//
// The ports and their types:
//
//	ports.go     Tokens, Links: the contract of tokens and links
//	account.go   Accounts: what a linked chat may ask about its account
//	notice.go    Notices: what chats are told of their account without having asked
//	sheets.go    Sheets: preprinted tokens
//	group.go     a family group and its members
//	kinship.go   the kinship words of a padrón
//	zone.go      the time zone in which days and months begin
//
// The readers, so that a CUIL that the page takes is a CUIL in the chat, too:
//
//	clean.go     Clean: what a person meant to type, without what copying puts into a text
//	fold.go      texts compared without case and accents
//	cuil.go      ReadCUIL, MaskCUIL
//	code.go      ReadCode: the one-time code that ends linking
//	token.go     ReadToken, ReadNumber: what a provider types or scans at the counter
//
// A reader that cannot read says so. That is an answer of its own: it is no wrong guess, and no forgery.
package backend
