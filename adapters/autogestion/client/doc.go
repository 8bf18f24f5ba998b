// Package client implements the ports of flows/backend over HTTP: it calls the API of openapi.yaml at a back end outside of this
// process, and accepts an answer only if it keeps the contract. [Check] reports to an insurer's team whether their service keeps
// it. The package knows the wire types and nothing of the embedded back end.
//
// Reading order:
//
//	client.go   Options, Client, New
//	ports.go    the ports; sheets.go for preprinted tokens
//	account.go  what a chat asks of its account
//	notices.go  what chats are told of their account
//	call.go     one call: headers, time, repetition, refusals
//	decode.go   strict reading of an answer
//	valid.go    its check against the contract; valid_sheets.go for preprinted tokens
//	error.go    refusals become the errors of the ports
//	check.go    Check: the sentences of the contract; check_api.go those about the form of the API, report.go the report
package client
