package httpx

import (
	"net/http"
	"net/url"
	"strings"
)

// SameOrigin lets forms and scripts of our own pages through and has denied answer those of other sites. It goes by
// Sec-Fetch-Site, else by Origin, else by Referer: browsers from before 2023, and all of them on plain http, send only
// the later ones. What sends none of the three is no browser. Our own origin is the public URL's as well as the Host's:
// a proxy may pass another Host on.
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

// originOf is a URL's origin as browsers write it, "" if it has none.
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

// foreignReferer says whether a request that may change something names another site's page and nothing better.
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
