package main

import (
	"errors"
	"time"

	"llave/adapters/autogestion/client"
)

// embeddedBackend is the LLAVE_AUTOGESTION that allows the back end in this binary for people who exist.
const embeddedBackend = "embedded"

func (c *config) checkAutogestion(report errorReport) {
	switch c.Autogestion {
	case "":
	case embeddedBackend:
		if c.AutogestionURL != "" {
			report("config.both", values{"one": "LLAVE_AUTOGESTION", "other": "LLAVE_AUTOGESTION_URL"})
		}
	default:
		report("LLAVE_AUTOGESTION.unknown", values{"value": c.Autogestion, "embedded": embeddedBackend})
	}
}

// checkAutogestionURL checks address and key together, as the client of the back end does. A key that is missing is reported
// beside a wrong address.
func (c *config) checkAutogestionURL(report errorReport) {
	if c.AutogestionURL == "" {
		return
	}
	probe := *c
	if c.AutogestionKey == "" {
		report("LLAVE_AUTOGESTION_KEY.missing", nil)
		probe.AutogestionKey = "-"
	}
	if _, err := probe.newClient(c.AutogestionURL, nil); err != nil {
		report(probe.clientErrorText(err), nil)
	}
}

func (c *config) checkAutogestionKey(report errorReport) {
	if c.AutogestionKey != "" && len(c.AutogestionKey) < 16 {
		report("LLAVE_AUTOGESTION_KEY.short", nil)
	}
}

func (c *config) checkAutogestionInsecure(report errorReport) {
	if c.AutogestionInsecure != "" && c.AutogestionInsecure != "1" {
		report("LLAVE_AUTOGESTION_INSECURE.unknown", nil)
	}
}

// client returns a client of the back end at an address.
func (c *config) client(url string, now func() time.Time) (*client.Client, error) {
	remote, err := c.newClient(url, now)
	if err != nil {
		return nil, misuse(c.clientErrorText(err), nil).because(err)
	}
	return remote, nil
}

func (c *config) newClient(url string, now func() time.Time) (*client.Client, error) {
	return client.New(client.Options{URL: url, Key: c.AutogestionKey, Insecure: c.AutogestionInsecure == "1", Now: now})
}

// clientRefusal is the key of the text for an error of newClient.
func (c *config) clientErrorText(err error) string {
	switch {
	case errors.Is(err, client.ErrURL):
		return "LLAVE_AUTOGESTION_URL.shape"
	case errors.Is(err, client.ErrPlain):
		return "LLAVE_AUTOGESTION_URL.plain"
	case c.AutogestionKey == "":
		return "LLAVE_AUTOGESTION_KEY.missing_for_other"
	}
	return "LLAVE_AUTOGESTION_KEY.shape"
}
