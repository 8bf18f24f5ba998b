package form

import "llave/flows/backend"

// SignIn is the form that ends on the page of an invite.
type SignIn struct {
	Secret         string // of the invite, or its whole URL
	Browser        string // the cookie
	Address        string // of the network, as the guards see it
	Proof          string // of work, if the page asked for one
	CUIL, Password string
	Session        string // stands for CUIL and password, after a registration or a reset
	Consent        bool
}

// Read returns the digits of the CUIL, or the form's faults.
func (s SignIn) Read() (cuil string, f Faults) {
	cuil, why := backend.ReadCUIL(s.CUIL)
	f.add("cuil", why)
	f.check("password", "password_missing", s.Password != "")
	f.check("consent", "consent_missing", s.Consent)
	return cuil, f
}
