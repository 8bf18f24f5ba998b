package autogestion

import (
	"context"
	"crypto/subtle"
	"database/sql"
	"errors"
	"llave/adapters/autogestion/form"
)

// RegisterMode is who may make an account on the page.
type RegisterMode string

const (
	// RegisterOff: nobody.
	RegisterOff RegisterMode = "off"
	// RegisterOffice: nobody; the page sends people to an office.
	RegisterOffice RegisterMode = "office"
	// RegisterMatched: who knows the trámite number that the padrón has of their document. Leaked lists do not hold it.
	RegisterMatched RegisterMode = "matched"
	// RegisterOpen: anybody who knows what leaked lists hold. For the demo.
	RegisterOpen RegisterMode = "open"
)

// register is the mode, by default the careful one.
func (s *Service) register() RegisterMode {
	switch {
	case s.opt.Register != "":
		return s.opt.Register
	case s.opt.Demo:
		return RegisterOpen
	}
	return RegisterMatched
}

// mayRegister says whether a registration is the person's own, as far as the padrón can tell. It looks at the same things
// whoever is asked about.
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

// mismatch is the one answer to everybody who cannot have an account this way.
func (s *Service) mismatch() error {
	if s.register() == RegisterOpen {
		return &form.Refused{Why: "register_mismatch"}
	}
	return &form.Refused{Why: "register_unmatched"}
}
