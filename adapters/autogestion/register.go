package autogestion

import (
	"context"
	"crypto/subtle"
	"database/sql"
	"errors"
	"llave/adapters/autogestion/form"
)

// RegisterMode is the way to make an account.
type RegisterMode string

const (
	// RegisterOff: there is no form.
	RegisterOff RegisterMode = "off"
	// RegisterOffice: there is no form; the page names the office.
	RegisterOffice RegisterMode = "office"
	// RegisterMatched: people who know the trámite number of their document, which leaked lists do not hold.
	RegisterMatched RegisterMode = "matched"
	// RegisterOpen: everybody who knows what leaked lists hold. For the demo.
	RegisterOpen RegisterMode = "open"
)

// register returns the mode, by default the careful one.
func (s *Service) register() RegisterMode {
	switch {
	case s.opt.Register != "":
		return s.opt.Register
	case s.opt.Demo:
		return RegisterOpen
	}
	return RegisterMatched
}

// mayRegister reports whether a registration is the person's own, as far as the padrón shows. It reads the same rows for
// every CUIL.
func (s *Service) mayRegister(ctx context.Context, q querier, cuil string, r form.Registration) (person, bool, error) {
	p, err := s.personBy(ctx, q, "cuil", s.cuilHash(cuil))
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return p, false, err
	}
	known := err == nil
	var tramite []byte
	err = q.QueryRowContext(ctx, "SELECT tramite FROM person WHERE cuil = ?", s.cuilHash(cuil)).Scan(&tramite)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return p, false, err
	}
	hit := subtle.ConstantTimeCompare(tramite, s.tramiteHash(cuil, r.TramiteDigits())) == 1
	same := p.Sex == r.Sex && r.DocumentOf(cuil)
	return p, known && same && (hit || s.register() == RegisterOpen), nil
}

// mismatch returns the one refusal for all people who cannot have an account this way.
func (s *Service) mismatch() error {
	if s.register() == RegisterOpen {
		return &form.Refused{Why: "register_mismatch"}
	}
	return &form.Refused{Why: "register_unmatched"}
}
