package desk

import (
	"net/http"
	"os"
	"testing"
	"time"
)

// TestServe serves a desk with some cases, to look at: LLAVE_DESK_SERVE=127.0.0.1:8099 go test ./adapters/desk -run TestServe -timeout 0
func TestServe(t *testing.T) {
	addr := os.Getenv("LLAVE_DESK_SERVE")
	if addr == "" {
		t.Skip("LLAVE_DESK_SERVE is not set")
	}
	f := newFixture(t)
	f.clock.t = time.Now()
	f.scene()
	go func() {
		for range time.Tick(time.Second) {
			f.clock.add(time.Second)
		}
	}()
	t.Log("ana, beto, carla; llave-demo")
	t.Fatal(http.ListenAndServe(addr, f.desk.Handler()))
}
