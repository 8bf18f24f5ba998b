package httpx_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"time"

	"llave/adapters/httpx"
)

// A limit for each client: two requests at once, then one every ten seconds.
func ExampleLimiter() {
	limit := httpx.NewLimiter(2, 10*time.Second, 1000, func() time.Time { return time.Unix(0, 0) })
	handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if ok, retryAfter := limit.Allow(httpx.ClientOf(r).Key()); !ok {
			httpx.RetryAfter(w, retryAfter)
			w.WriteHeader(http.StatusTooManyRequests)
		}
	})
	for range 3 {
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/", nil))
		fmt.Printf("%d %q\n", w.Code, w.Header().Get("Retry-After"))
	}
	// Output:
	// 200 ""
	// 200 ""
	// 429 "10"
}
