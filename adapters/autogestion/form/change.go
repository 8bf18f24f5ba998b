package form

import "strings"

// ChangeFaults returns all faults of the form that changes a password with the current one.
func ChangeFaults(current, password, again, cuil, name string) (f Faults) {
	f.check("current", "password_missing", current != "")
	f.add("password", PasswordFault(password, cuil, name))
	f.check("password2", "password_differs", password == again)
	return f
}

// EmailFaults returns all faults of the form that changes an e-mail address with the current password.
func EmailFaults(current, email, again string) (f Faults) {
	f.check("current_email", "password_missing", current != "")
	f.check("email", "email_form", IsEmail(email))
	f.check("email2", "email_differs", strings.EqualFold(email, again))
	return f
}
