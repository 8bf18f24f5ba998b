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
