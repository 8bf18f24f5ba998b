package main

import (
	"llave/adapters/autogestion"
	"llave/adapters/autogestion/openid"
)

// openidConfig is an OpenID provider at which people sign in on Autogestión's page.
type openidConfig struct{ Issuer, Client, Secret, Name, Claim string }

// checkOpenID checks the provider. All of it comes together, but for the claim.
func (c *config) checkOpenID(report errorReport) {
	o := c.OpenID
	if o.Issuer+o.Client+o.Secret+o.Name == "" {
		return
	}
	if o.Issuer == "" || o.Client == "" || o.Secret == "" || o.Name == "" {
		report("LLAVE_OIDC_ISSUER.all", nil)
		return
	}
	if _, err := openid.New(openid.Config{Issuer: o.Issuer}); err != nil {
		report("LLAVE_OIDC_ISSUER.shape", nil)
	}
}

// openidProvider is the provider, nil if there is none. The public address is known by now.
func (a *app) openidProvider() *autogestion.OpenID {
	o := a.OpenID
	if o.Issuer == "" {
		return nil
	}
	p, err := openid.New(openid.Config{Issuer: o.Issuer, Client: o.Client, Secret: o.Secret, Claim: o.Claim,
		Redirect: a.PublicURL + autogestion.OpenIDCallback, Now: a.now})
	if err != nil {
		return nil // it was checked
	}
	return &autogestion.OpenID{Provider: p, Name: o.Name}
}
