package httpx

import (
	"net/http"
	"strings"
)

// Policy is the Content-Security-Policy of an answer that sets none of its own: a page with a style sheet and forms.
const Policy = "default-src 'none'; style-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"

// hsts holds for a year, for the public name only: what else runs below it is not ours to decide.
const hsts = "max-age=31536000"

// Security says what [Headers] depends on.
type Security struct {
	// HSTS tells browsers to come by https only. It is for a public address that is https.
	HSTS bool
}

// HTTPS says whether a public URL is https.
func HTTPS(publicURL string) bool { return strings.HasPrefix(publicURL, "https://") }

// Headers sets the security headers of every answer before next runs, so that those to errors, redirects and unknown
// paths have them, too.
//
// The referrer policy is same-origin: with a stricter one browsers send "Origin: null" with our own forms, and the
// check of the origin could not tell them from another site's. Other sites are still told nothing.
func Headers(s Security, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", Policy)
		h.Set("Cache-Control", "no-store")
		h.Set("Referrer-Policy", "same-origin")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("X-Frame-Options", "DENY")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()")
		if s.HSTS {
			h.Set("Strict-Transport-Security", hsts)
		}
		next.ServeHTTP(w, r)
	})
}
