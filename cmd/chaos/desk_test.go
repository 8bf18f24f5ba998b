package main

import (
	"testing"
	"time"
)

// The short form of -through desk.
func TestADayAtTheDesk(t *testing.T) {
	sum, err := atTheDesk(t.Context(), size(30, 10), 1, llave(t), 3*time.Second, 0)
	if err != nil {
		t.Error(err)
	}
	t.Log(sum)
}
