package autogestion

import (
	"context"
	"database/sql"
	"errors"
	"strings"
	"time"

	"llave/flows/backend"
)

// Validation is a provider's question: is this token valid for this affiliate now?
type Validation struct {
	// RequestID makes the question repeatable: the same one gets the same answer and uses a token once.
	RequestID       string
	AffiliateNumber string
	Token           string
	// Visit, if not empty, lets the same provider use an accepted token again for the other prescriptions of the visit.
	Visit string
}

// Verdict is the answer to a Validation.
type Verdict struct {
	Accepted bool
	// Reason of a denial.
	Reason backend.Reason
	// Affiliate is the person's name, if accepted.
	Affiliate string
}

// visitLasts is how long an accepted token is valid for the same visit.
const visitLasts = 60 * time.Minute

// Errors of Validate.
var (
	ErrProvider = errors.New("autogestion: no such provider")
	ErrRequest  = errors.New("autogestion: validation is not well formed")
	// ErrToken: the text cannot be a token. It is no guess: nothing is counted.
	ErrToken = errors.New("autogestion: not six digits")
)

// Bounds of the fields of a validation. A scanned or pasted text has other text around it.
const (
	requestMax = 100
	numberMax  = 128
	tokenMax   = 128
)

func (v Validation) wellFormed() bool {
	return v.RequestID != "" && len(v.RequestID) <= requestMax && len(v.AffiliateNumber) <= numberMax &&
		len(v.Token) <= tokenMax && len(v.Visit) <= requestMax
}

// Validate answers a provider. It reads token and number as they are typed, pasted or scanned. Errors: ErrProvider,
// ErrRequest, ErrToken, and ErrKeyTaken if the request id was used for another question.
func (s *Service) Validate(ctx context.Context, providerKey string, v Validation) (out Verdict, err error) {
	if !v.wellFormed() {
		return Verdict{}, ErrRequest
	}
	token, readable := backend.ReadToken(v.Token)
	v.Token = token
	// A wrong key never reaches the writer: there is one, and everybody waits for it.
	if _, _, err := s.providerOf(ctx, s.file.Readers, providerKey); err != nil {
		return Verdict{}, wrap("validate", err)
	}
	if !readable {
		return Verdict{}, wrap("validate", ErrToken)
	}
	err = s.write(ctx, func(tx *sql.Tx, now time.Time) error {
		ask := providerQuestion{Validation: v, now: now}
		var err error
		if ask.provider, ask.providerName, err = s.providerOf(ctx, tx, providerKey); err != nil {
			return err
		}
		ask.request = s.keys.hash("request", v.RequestID)
		ask.body = s.keys.hash("validation", v.AffiliateNumber, v.Token, v.Visit)
		if v.Visit != "" {
			ask.visit = s.keys.hash("visit", v.Visit)
		}
		out, err = s.validate(ctx, tx, ask)
		return err
	})
	if err != nil {
		return Verdict{}, wrap("validate", err)
	}
	return out, nil
}

// providerOf returns the provider of a key, ErrProvider if there is none.
func (s *Service) providerOf(ctx context.Context, q querier, key string) (id int64, name string, err error) {
	err = q.QueryRowContext(ctx, "SELECT id, name FROM provider WHERE (key = ?1 OR old = ?1) AND disabled = 0", s.keys.hash("provider", key)).Scan(&id, &name)
	if errors.Is(err, sql.ErrNoRows) {
		err = ErrProvider
	}
	return id, name, err
}

// providerQuestion is a Validation with its provider.
type providerQuestion struct {
	Validation
	now           time.Time
	provider      int64
	providerName  string
	request, body []byte
	visit         []byte
}

func (s *Service) validate(ctx context.Context, tx *sql.Tx, ask providerQuestion) (Verdict, error) {
	if out, err := s.verdictBefore(ctx, tx, ask); !errors.Is(err, sql.ErrNoRows) {
		return out, err
	}
	p, err := s.personByNumber(ctx, tx, ask.AffiliateNumber)
	exists := err == nil
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return Verdict{}, err
	}
	why, guess, err := s.decide(ctx, tx, ask, p, exists)
	if err != nil {
		return Verdict{}, err
	}
	if guess {
		if err := s.recordGuess(ctx, tx, ask, p, exists); err != nil {
			return Verdict{}, err
		}
	}
	_, err = tx.ExecContext(ctx, "INSERT INTO validation (provider, request, body, person, reason, at) VALUES (?, ?, ?, ?, ?, ?)",
		ask.provider, ask.request, ask.body, sql.NullInt64{Int64: p.id, Valid: exists}, why, ask.now.UnixNano())
	return verdict(why, p), err
}

func verdict(why backend.Reason, p person) Verdict {
	if why != "" {
		return Verdict{Reason: why}
	}
	return Verdict{Accepted: true, Affiliate: p.Name}
}

// verdictBefore returns the earlier answer to this request id of this provider, sql.ErrNoRows if there is none.
func (s *Service) verdictBefore(ctx context.Context, q querier, ask providerQuestion) (Verdict, error) {
	var body []byte
	var of sql.NullInt64
	var why backend.Reason
	err := q.QueryRowContext(ctx, "SELECT body, person, reason FROM validation WHERE provider = ? AND request = ?",
		ask.provider, ask.request).Scan(&body, &of, &why)
	if err != nil {
		return Verdict{}, err
	}
	if string(body) != string(ask.body) {
		return Verdict{}, ErrKeyTaken
	}
	if why != "" {
		return Verdict{Reason: why}, nil
	}
	p, err := s.personBy(ctx, q, "id", of.Int64)
	return verdict(why, p), err
}

// recordGuess counts digits that look like a guess. Used, replaced and expired digits were a token of this affiliate once,
// and a pharmacy with three prescriptions must not lock an affiliate.
func (s *Service) recordGuess(ctx context.Context, tx *sql.Tx, ask providerQuestion, p person, exists bool) error {
	if err := s.recordFailure(ctx, tx, guardProvider, ask.providerName, ask.now); err != nil || !exists {
		return err
	}
	live, err := s.liveCounter(ctx, tx, p, ask.now)
	if err != nil {
		return err
	}
	if err := s.countGuess(ctx, tx, liveTarget(ask.providerName, p, live), ask.now); err != nil {
		return err
	}
	return s.countGuess(ctx, tx, paperTarget(ask.providerName, p), ask.now)
}

// decide returns why a validation is denied, "" if it is accepted, and whether it looks like a guess. Locks come first, so
// that a locked provider learns nothing; then the padrón, for which no token has to be known.
func (s *Service) decide(ctx context.Context, tx *sql.Tx, ask providerQuestion, p person, exists bool) (why backend.Reason, guess bool, err error) {
	locked, err := s.lockedUntil(ctx, tx, guardProvider, ask.providerName, ask.now)
	if err != nil || !locked.IsZero() {
		return backend.Locked, false, err
	}
	if !exists {
		return backend.Unknown, true, nil
	}
	counter, made, paper, err := s.made(ctx, tx, p, ask.Token)
	if err != nil {
		return "", false, err
	}
	live, err := s.liveCounter(ctx, tx, p, ask.now)
	if err != nil {
		return "", false, err
	}
	target := liveTarget(ask.providerName, p, live)
	if paper {
		target = paperTarget(ask.providerName, p)
	}
	locked, err = s.targetLocked(ctx, tx, target, ask.now)
	switch {
	case err != nil:
		return "", false, err
	case !locked.IsZero():
		return backend.Locked, !made, nil
	case !p.active():
		return backend.NotActive, false, nil
	case made:
		why, err = s.spend(ctx, tx, ask, p, counter)
		return why, false, err
	}
	why, err = s.unknownReason(ctx, tx, ask, p)
	return why, true, err
}

// made returns the counter of digits, and whether they were ever made for this affiliate, and on paper.
func (s *Service) made(ctx context.Context, q querier, p person, digits string) (counter int64, made, paper bool, err error) {
	counter, ok := s.counter(p.member, digits)
	if !ok {
		return 0, false, false, nil
	}
	err = q.QueryRowContext(ctx, "SELECT sheet IS NOT NULL FROM token WHERE person = ? AND counter = ?", p.id, counter).Scan(&paper)
	if errors.Is(err, sql.ErrNoRows) {
		return counter, false, false, nil
	}
	return counter, err == nil, paper, err
}

// spend uses the token of that counter, which was made, or returns why it cannot be used.
func (s *Service) spend(ctx context.Context, tx *sql.Tx, ask providerQuestion, p person, counter int64) (backend.Reason, error) {
	var begins, until, used, replaced, voided int64
	var provider sql.NullInt64
	var visit []byte
	err := tx.QueryRowContext(ctx, `SELECT begins, until, used, replaced, voided, provider, visit FROM token
		WHERE person = ? AND counter = ?`, p.id, counter).Scan(&begins, &until, &used, &replaced, &voided, &provider, &visit)
	switch {
	case err != nil:
		return "", err
	case used != 0 && len(ask.visit) > 0 && string(visit) == string(ask.visit) && provider.Int64 == ask.provider &&
		ask.now.Sub(fromNano(used)) < visitLasts:
		return "", nil
	case used != 0:
		return backend.Used, nil
	case replaced != 0, voided != 0:
		return backend.Replaced, nil
	case ask.now.UnixNano() < begins, ask.now.UnixNano() >= until:
		return backend.Expired, nil // a preprinted one also before its month: it is valid in that month only
	}
	_, err = tx.ExecContext(ctx, "UPDATE token SET used = ?, provider = ?, visit = ? WHERE person = ? AND counter = ?",
		ask.now.UnixNano(), ask.provider, ask.visit, p.id, counter)
	if err != nil {
		return "", err
	}
	return "", s.countSuccess(ctx, tx, guardProvider, ask.providerName, ask.now)
}

// unknownReason distinguishes digits of another member of the affiliate's groups, the commonest mix-up at the counter, from unknown
// digits. Only tokens that are not over count, and of the preprinted ones only those that are not void: with all that ever
// were, chance would name people.
func (s *Service) unknownReason(ctx context.Context, tx *sql.Tx, ask providerQuestion, p person) (backend.Reason, error) {
	rows, err := tx.QueryContext(ctx, `SELECT DISTINCT f.id, f.member FROM membership mine
		JOIN membership theirs ON theirs.holder = mine.holder JOIN person f ON f.id = theirs.person
		WHERE mine.person = ?1 AND theirs.person <> ?1`, p.id)
	if err != nil {
		return "", err
	}
	defer rows.Close()
	for rows.Next() {
		var id int64
		var member backend.MemberID
		if err := rows.Scan(&id, &member); err != nil {
			return "", err
		}
		counter, _ := s.counter(member, ask.Token)
		var one int
		err := tx.QueryRowContext(ctx, "SELECT 1 FROM token WHERE person = ? AND counter = ? AND until > ? AND voided = 0", id, counter, ask.now.UnixNano()).Scan(&one)
		if err == nil {
			return backend.OtherPerson, nil
		}
		if !errors.Is(err, sql.ErrNoRows) {
			return "", err
		}
	}
	return backend.Unknown, rows.Err()
}

// AddProvider lets a provider validate. The same name with another key changes the key.
func (s *Service) AddProvider(ctx context.Context, name, key string) error {
	if strings.TrimSpace(name) == "" || key == "" {
		return errors.New("autogestion: add provider: name and key are required")
	}
	return wrap("add provider", s.write(ctx, func(tx *sql.Tx, _ time.Time) error {
		_, err := tx.ExecContext(ctx, "INSERT INTO provider (key, name) VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET key = ?1",
			s.keys.hash("provider", key), name)
		return err
	}))
}
