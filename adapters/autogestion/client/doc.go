// Package client is the ports of flows/backend over HTTP: it calls the API of openapi.yaml at another Autogestión, and believes
// an answer only if it keeps the contract. [Check] reports to an insurer's team whether their service keeps it. The package
// knows the wire types and nothing of the embedded back end.
//
// Reading order:
//
//	client.go   Options, Client, New
//	ports.go    the ports; sheets.go for preprinted tokens
//	call.go     one call: what is sent, how long it may take, what is repeated
//	decode.go   an answer is read strictly
//	valid.go    and held to the contract; valid_sheets.go for preprinted tokens
//	error.go    refusals become the errors of the ports
//	check.go    Check: the sentences of the contract; check_api.go those about the form of the API, report.go the report
package client
