package form

import "llave/flows/backend"

// ResetRequest is the form that asks for a code to change the password.
type ResetRequest struct {
	Browser, CUIL, Address string
	Proof                  string // of work, if the page asked for one
}

// Read returns the digits of the CUIL, or the form's faults.
func (r ResetRequest) Read() (cuil string, f Faults) {
	cuil, why := backend.ReadCUIL(r.CUIL)
	f.add("cuil", why)
	return cuil, f
}

// Reset is the form that sets a new password with the code.
type Reset struct {
	Browser, Code, Password, PasswordAgain, Address string
}

// Faults returns all faults of the form. Whose password it is is not known yet.
func (r Reset) Faults() (f Faults) {
	f.check("code", "reset_code_missing", r.Code != "")
	f.add("password", PasswordFault(r.Password, noCUIL))
	f.check("password2", "password_differs", r.Password == r.PasswordAgain)
	return f
}
