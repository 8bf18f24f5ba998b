package main

import (
	"errors"
	"fmt"
	"time"

	"llave/adapters/autogestion"
)

// embedded is LLAVE_AUTOGESTION for the back end in this binary, also with people who exist.
const embeddedBackend = "embedded"

// checkBackend checks what says which Autogestión this is.
func (c *config) checkBackend() (wrong []error) {
	bad := func(text string) { wrong = append(wrong, errors.New(text)) }
	if c.Autogestion != "" && c.Autogestion != embeddedBackend {
		bad(fmt.Sprintf("LLAVE_AUTOGESTION: %q no es %s", c.Autogestion, embeddedBackend))
	}
	if c.AutogestionInsecure != "" && c.AutogestionInsecure != "1" {
		bad("LLAVE_AUTOGESTION_INSECURE: solo puede ser 1")
	}
	if c.AutogestionKey != "" && len(c.AutogestionKey) < 16 {
		bad("LLAVE_AUTOGESTION_KEY: tiene menos de 16 caracteres")
	}
	if c.AutogestionURL == "" {
		return wrong
	}
	if c.Autogestion == embeddedBackend {
		bad("LLAVE_AUTOGESTION y LLAVE_AUTOGESTION_URL: poné una sola")
	}
	if c.Demo == "1" || c.Demo == "insecure" {
		bad("LLAVE_DEMO: la demo es de la Autogestión que viene adentro; con LLAVE_AUTOGESTION_URL no hay")
	}
	probe := *c
	if c.AutogestionKey == "" {
		bad("LLAVE_AUTOGESTION_KEY: hace falta para hablar con la Autogestión de LLAVE_AUTOGESTION_URL")
		probe.AutogestionKey = "-" // so that what is wrong with the address is told, too
	}
	if _, err := probe.client(c.AutogestionURL, nil); err != nil {
		wrong = append(wrong, err)
	}
	return wrong
}

// checkRegister checks who may make an account. Without a padrón's trámite number to match, whoever knows a CUIL would get
// somebody else's: that is for the demo alone.
func (c *config) checkRegister() []error {
	switch autogestion.RegisterMode(c.Register) {
	case "", autogestion.RegisterOff, autogestion.RegisterOffice, autogestion.RegisterMatched:
		return nil
	case autogestion.RegisterOpen:
		if c.demo {
			return nil
		}
		return []error{errors.New("LLAVE_REGISTER: open es solo para la demo, porque deja hacerse una cuenta con el CUIL de otra persona; usá matched, office u off")}
	}
	return []error{fmt.Errorf("LLAVE_REGISTER: %q no es off, office, matched ni open", c.Register)}
}

// client is a client of the Autogestión at an address, with the clock of the program.
func (c *config) client(url string, now func() time.Time) (*autogestion.Client, error) {
	client, err := autogestion.NewClient(autogestion.ClientOptions{URL: url, Key: c.AutogestionKey, Insecure: c.AutogestionInsecure == "1", Now: now})
	switch {
	case err == nil:
		return client, nil
	case errors.Is(err, autogestion.ErrURL):
		return nil, errors.New("LLAVE_AUTOGESTION_URL: no es una dirección como https://autogestion.example")
	case errors.Is(err, autogestion.ErrPlain):
		return nil, errors.New("LLAVE_AUTOGESTION_URL: con http a otra máquina, la clave y los tokens viajan a la vista; usá https, o LLAVE_AUTOGESTION_INSECURE=1 si igual lo querés")
	case c.AutogestionKey == "":
		return nil, errors.New("LLAVE_AUTOGESTION_KEY: hace falta para hablar con otra Autogestión")
	}
	return nil, errors.New("LLAVE_AUTOGESTION_KEY: tiene espacios, o caracteres que no van en un encabezado")
}

// realBackend refuses a channel on which people are who exist, unless somebody said which Autogestión knows them: the
// one in this binary would tell all of them that they have no account.
func (c *config) realBackend() error {
	if c.AutogestionURL != "" || c.Autogestion == embeddedBackend {
		return nil
	}
	return errors.New("LLAVE_AUTOGESTION_URL: hace falta para un canal de verdad; o poné LLAVE_AUTOGESTION=embedded, para usar la Autogestión que viene adentro")
}
