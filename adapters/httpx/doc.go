// Package httpx has what every HTTP server of the program shares: the address of the client behind trusted proxies, the
// security headers, the checks of Host and origin, a cookie, and a limiter per key. Adapters may import it; it imports
// nothing of ours.
//
// The program wraps every handler once:
//
//	h = httpx.Headers(httpx.Security{HSTS: true}, h)
//	h = hosts.Guard(refused, h)
//	h = httpx.WithClient(trusted, log, h)
//
// Behind that, a handler limits clients by their key. A handler that was not wrapped, in a test, gets the peer's
// address:
//
//	if ok, retryAfter := w.newChats.Allow(httpx.ClientOf(r).Key()); !ok {
//		httpx.RetryAfter(rw, retryAfter)
//		rw.WriteHeader(http.StatusTooManyRequests)
//		return
//	}
//
// with a limiter that is made once. It is safe for concurrent use and its memory is bounded:
//
//	w.newChats = httpx.NewLimiter(20, 10*time.Second, 8192, now) // 20 at once, then one every 10 s
//
// Headers sets the strictest policy before the handler runs. A page that needs more sets its own
// Content-Security-Policy, and an answer that browsers may cache its own Cache-Control; no other header has to be set.
//
// Reading order: client.go, limit.go, headers.go, host.go, origin.go, cookie.go, failed.go.
package httpx
