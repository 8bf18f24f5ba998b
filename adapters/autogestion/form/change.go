package form

// ChangeFaults returns all faults of the form that changes a password with the current one.
func ChangeFaults(current, password, again, cuil, name string) (f Faults) {
	f.check("current", "password_missing", current != "")
	f.add("password", PasswordFault(password, cuil, name))
	f.check("password2", "password_differs", password == again)
	return f
}
