package backendtest

import "flag"

// Full says that attacks run in the numbers of docs/security.md: go test ./adapters/autogestion -full -run ... Without it they are a
// tenth, or fewer where that would take too long for every run.
var Full = flag.Bool("full", false, "run attacks in their full numbers")

// Times is how often an attack runs.
func Times(few, all int) int {
	if *Full {
		return all
	}
	return few
}
