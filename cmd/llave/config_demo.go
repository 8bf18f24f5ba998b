package main

import "llave/adapters/autogestion"

// checkDemo decides whether this is the demo. Its passwords are public: only this machine may reach it, unless the operator
// insists.
func (c *config) checkDemo(report errorReport) {
	switch c.Demo {
	case "":
		c.demo = loopback(c.Addr) && !c.real()
		return
	case "0":
		return
	case "1", "insecure":
		c.demo = true
	default:
		report("LLAVE_DEMO.unknown", c.Demo)
		return
	}
	if c.AutogestionURL != "" {
		report("LLAVE_DEMO.remote", nil)
	}
	if c.Demo != "insecure" && !loopback(c.Addr) {
		report("LLAVE_DEMO.exposed", c.Addr)
	}
}

// checkWhoseChat refuses to serve a public address on this machine when nothing says whose chat it is. Without the address it
// would be the demo; with it, a forgotten variable must offer neither the demo's public passwords nor, to people who try the
// demo, an empty Autogestión.
func (c *config) checkWhoseChat() error {
	if c.Demo != "" || c.PublicURL == "" || !loopback(c.Addr) || c.knowsRealPeople() {
		return nil
	}
	return misuse("LLAVE_DEMO.undecided", c.PublicURL)
}

// checkRegister checks how people make an account. With LLAVE_REGISTER=open a person's CUIL is enough to take their account:
// that is for the demo alone.
func (c *config) checkRegister(report errorReport) {
	switch autogestion.RegisterMode(c.Register) {
	case "", autogestion.RegisterOff, autogestion.RegisterOffice, autogestion.RegisterMatched:
	case autogestion.RegisterOpen:
		if !c.demo {
			report("LLAVE_REGISTER.open", nil)
		}
	default:
		report("LLAVE_REGISTER.unknown", c.Register)
	}
}
