package httpx

import (
	"net/http"
	"net/url"
	"strings"
)

// SameOrigin passes forms and scripts of our own pages to next and those of other sites to denied. It goes by
// Sec-Fetch-Site, else by Origin, else by Referer: browsers from before 2023, and all of them on plain http, send only
// the later ones. A client that sends none of the three is no browser. Our own origin is that of the public URL and
// that of the Host: a proxy may pass on another Host.
func SameOrigin(publicURL string, denied, next http.Handler) http.Handler {
	cross := http.NewCrossOriginProtection()
	own := originOf(publicURL)
	if own != "" {
		_ = cross.AddTrustedOrigin(own) // originOf made it: it is one
	}
	cross.SetDenyHandler(denied)
	checked := cross.Handler(next)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if foreignReferer(r, own) {
			denied.ServeHTTP(w, r)
			return
		}
		checked.ServeHTTP(w, r)
	})
}

// originOf is a URL's origin as browsers write it, empty if it has none.
func originOf(text string) string {
	u, err := url.Parse(text)
	if err != nil || u.Hostname() == "" || u.Scheme != "http" && u.Scheme != "https" {
		return ""
	}
	host := strings.ToLower(u.Host)
	if u.Scheme == "https" {
		host = strings.TrimSuffix(host, ":443")
	} else {
		host = strings.TrimSuffix(host, ":80")
	}
	return u.Scheme + "://" + host
}

// foreignReferer reports whether a request that may change something has a Referer of another site and no better
// header.
func foreignReferer(r *http.Request, own string) bool {
	safe := r.Method == http.MethodGet || r.Method == http.MethodHead || r.Method == http.MethodOptions
	referer := r.Header.Get("Referer")
	if safe || referer == "" || r.Header.Get("Sec-Fetch-Site") != "" || r.Header.Get("Origin") != "" {
		return false
	}
	from := originOf(referer)
	_, host, _ := strings.Cut(from, "://")
	return from != own && !strings.EqualFold(host, r.Host)
}
