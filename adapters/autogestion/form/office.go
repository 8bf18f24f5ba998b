package form

import "llave/flows/backend"

// Office is the form that sets a password with a code that an office gave.
type Office struct {
	Browser, Address, Proof string
	CUIL, Code, Email       string
	Password, PasswordAgain string
}

// Read returns the digits of the CUIL, or the form's faults. The e-mail address may be empty: not everybody has one.
func (o Office) Read() (cuil string, f Faults) {
	cuil, why := backend.ReadCUIL(o.CUIL)
	f.add("cuil", why)
	f.check("code", "office_code_missing", o.Code != "")
	f.check("email", "email_form", o.Email == "" || IsEmail(o.Email))
	of := cuil
	if of == "" {
		of = noCUIL
	}
	f.add("password", PasswordFault(o.Password, of, o.Email))
	f.check("password2", "password_differs", o.Password == o.PasswordAgain)
	return cuil, f
}
