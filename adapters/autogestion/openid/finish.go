package openid

import (
	"context"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"llave/flows/backend"
)

// Answer is what comes back from the provider with the person's browser.
type Answer struct{ Code, Iss string }

// Identity is a person at a provider. CUIL are its digits.
type Identity struct{ Issuer, Subject, CUIL string }

// ErrRefused: the provider's answer is not believed. Why is in the error, for the log.
var ErrRefused = errors.New("openid: the provider's answer is refused")

func refused(why string) error { return fmt.Errorf("%w: %s", ErrRefused, why) }

// Finish exchanges the code for the ID token, checks it, and returns who it is about.
func (p *Provider) Finish(ctx context.Context, a Answer, s Secrets) (Identity, error) {
	d, err := p.discover(ctx)
	if err != nil {
		return Identity{}, err
	}
	// go-oidc does not look at the iss of RFC 9207: without it, a code of another provider may be mixed in.
	if a.Iss != "" && a.Iss != p.Issuer || a.Iss == "" && d.iss {
		return Identity{}, refused("iss of the answer")
	}
	ctx = oidc.ClientContext(ctx, p.http)
	token, err := p.oauth(d).Exchange(ctx, a.Code, oauth2.VerifierOption(s.Verifier))
	if err != nil {
		var no *oauth2.RetrieveError
		if errors.As(err, &no) {
			return Identity{}, refused("code: " + no.ErrorCode)
		}
		return Identity{}, err
	}
	raw, ok := token.Extra("id_token").(string)
	if !ok {
		return Identity{}, refused("no ID token")
	}
	id, err := d.Verifier(&oidc.Config{ClientID: p.Client, SupportedSigningAlgs: algorithms, Now: p.Now}).Verify(ctx, raw)
	if err != nil {
		return Identity{}, refused(err.Error())
	}
	return p.identity(id, s)
}

// identity checks what go-oidc leaves to us, and reads the CUIL.
func (p *Provider) identity(id *oidc.IDToken, s Secrets) (Identity, error) {
	if s.Nonce == "" || subtle.ConstantTimeCompare([]byte(id.Nonce), []byte(s.Nonce)) != 1 {
		return Identity{}, refused("nonce")
	}
	if !p.Now().Before(id.Expiry) {
		return Identity{}, refused("exp")
	}
	var claims map[string]json.RawMessage
	if err := id.Claims(&claims); err != nil {
		return Identity{}, refused("claims")
	}
	var azp string
	_ = json.Unmarshal(claims["azp"], &azp)
	if len(id.Audience) != 1 && azp != p.Client || azp != "" && azp != p.Client {
		return Identity{}, refused("azp")
	}
	if id.Subject == "" || len(id.Subject) > 255 {
		return Identity{}, refused("sub")
	}
	cuil, why := backend.ReadCUIL(claimText(claims[p.Claim]))
	if why != "" {
		return Identity{}, refused("claim " + p.Claim + ": " + why)
	}
	return Identity{Issuer: p.Issuer, Subject: id.Subject, CUIL: cuil}, nil
}

// claimText returns a JSON text or number as text; "" for anything else. A number is taken as it is written: a float would lose
// digits.
func claimText(raw json.RawMessage) string {
	var s string
	if json.Unmarshal(raw, &s) == nil {
		return s
	}
	var n json.Number
	if json.Unmarshal(raw, &n) == nil && strings.Trim(n.String(), "0123456789") == "" { // ReadCUIL takes a sign for a dash
		return n.String()
	}
	return ""
}
