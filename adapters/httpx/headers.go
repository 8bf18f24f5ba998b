package httpx

import (
	"net/http"
	"strings"
)

// Policy is the Content-Security-Policy of an answer that sets none of its own: a page with a style sheet and forms.
const Policy = "default-src 'none'; style-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"

// hsts holds for a year, for the public name only: its subdomains are not ours to decide about.
const hsts = "max-age=31536000"

// Security has the settings of [Headers].
type Security struct {
	// HSTS makes browsers use https only. It is for a public address that is https.
	HSTS bool
}

// HTTPS reports whether a public URL is https.
func HTTPS(publicURL string) bool { return strings.HasPrefix(publicURL, "https://") }

// Headers sets the security headers of every answer before next runs, so that errors, redirects and unknown paths have
// them, too.
//
// The referrer policy is same-origin: with a stricter one browsers send "Origin: null" with our own forms, and the
// check of the origin could not distinguish them from those of another site. Other sites get no referrer.
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
