// Package backendtest is the suite that every back end passes: the embedded one, the HTTP client in front of it, and an
// insurer's own. Its sentences are those of package contract, which hold at any back end, and further ones for which the
// suite moves the clock, changes the padrón, signs in and uses tokens: see [Fixture].
//
// A back end in Go passes it in a test of its own:
//
//	func TestBackEnd(t *testing.T) {
//		backendtest.Suite(t, func(t *testing.T) backendtest.Fixture { return newFixture(t) })
//	}
//
// It expects the demo padrón: María's group with Juana in it and Lucía, who is not active; Carlos, who is in María's
// group and has an account of his own; and Jorge, alone.
//
// Reading order: suite.go, then a file a port or subject: tokens.go, another.go, state.go, links.go, redeem.go, sheets*.go,
// attacks.go with full.go, how often they run; contract.go runs the sentences of package contract.
package backendtest
