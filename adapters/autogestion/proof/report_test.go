package proof

import (
	"slices"
	"strings"
	"testing"

	"llave/adapters/catalog"
)

// Every reason has a text, and every text is used.
func TestReasonsHaveTexts(t *testing.T) {
	texts, err := catalog.Parse(textsSource)
	if err != nil {
		t.Fatal(err)
	}
	for _, why := range Reasons {
		if !texts.Has("proof_" + why) {
			t.Errorf("proof_%s has no text", why)
		}
	}
	for _, key := range texts.Keys() {
		frame := []string{"months", "month", "proof_report", "proof_refused", "proof_unreadable"}
		if !slices.Contains(frame, key) && !slices.Contains(Reasons, strings.TrimPrefix(key, "proof_")) {
			t.Errorf("nothing says %s", key)
		}
	}
}
