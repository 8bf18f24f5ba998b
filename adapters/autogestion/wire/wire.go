// Package wire holds what the HTTP API's client and server share: the bodies of requests and answers, the codes of
// refusals, and the limits. The types of flows/backend go over the wire as they are. openapi.yaml is made from both.
//
// Reading order: wire.go (paths, codes, limits), bodies.go.
package wire

const (
	// Prefix of the paths of all calls.
	Prefix = "/autogestion/v1/"
	// CredentialHeader carries the credential of a link. The struct tags of the API repeat it.
	CredentialHeader = "Llave-Credential"
	// MaxBody bounds the body of a request, in bytes.
	MaxBody = 64 << 10
)

// Error is a refusal. Code is for programs: the caller has the texts for people.
type Error struct {
	Status int    `json:"status"`
	Code   string `json:"code" enum:"bot_key,credential,provider_key,no_invite,wrong_code,not_in_charge,key_taken,malformed,not_a_token,not_found,slow_down,failed"`
	// Left is how many tries are left, with wrong_code.
	Left *int `json:"left,omitempty"`
}

func (e *Error) Error() string { return e.Code }

// GetStatus is for huma.
func (e *Error) GetStatus() int { return e.Status }
