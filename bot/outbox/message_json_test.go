package outbox

import (
	"testing"

	"llave/bot/jsontest"
)

func TestAMessageWritesAllOfItself(t *testing.T) {
	jsontest.Same(t, func() *Content { return &Content{} })
}
