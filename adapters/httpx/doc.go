// Package httpx is what everything that answers HTTP shares: the client's address behind trusted proxies, the security
// headers, the check of the Host header, and a limiter per key. Adapters may import it; it imports nothing of ours.
//
// The program wraps every handler once:
//
//	h = httpx.Headers(httpx.Security{HSTS: true}, h)
//	h = hosts.Guard(refused, h)
//	h = httpx.WithClient(trusted, log, h)
//
// Behind that, a handler asks for the client's address and counts by its key. A handler that was not wrapped, in a test,
// gets the peer's address:
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
// Content-Security-Policy, and what may be kept by a browser sets its own Cache-Control; nothing else has to be set.
package httpx
