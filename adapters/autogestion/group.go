package autogestion

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"

	"llave/flows/backend"
)

// person is a person of the padrón.
type person struct {
	id       int64
	member   backend.MemberID
	standing string
	grouped  bool // is in a group of the padrón
	alone    bool // has an account, and is the only one who asks for their tokens
	personal
}

// active reports whether the padrón gives this person tokens now.
func (p person) active() bool { return p.grouped && backend.IsActive(p.standing) }

// personal is the sealed part of a person.
type personal struct {
	CUIL   string `json:"cuil"`
	Name   string `json:"name"`
	Number string `json:"number"`
	Sex    string `json:"sex"`
}

// sealPerson is the use under which personal is sealed.
const sealPerson = "person"

const personColumns = "p.id, p.member, p.standing, p.sealed, EXISTS (SELECT 1 FROM membership g WHERE g.person = p.id), " +
	"EXISTS (SELECT 1 FROM account own WHERE own.person = p.id AND own.alone > 0)"

type scanner interface{ Scan(dest ...any) error }

func (s *Service) scanPerson(row scanner, more ...any) (person, error) {
	var p person
	var sealed []byte
	if err := row.Scan(append([]any{&p.id, &p.member, &p.standing, &sealed, &p.grouped, &p.alone}, more...)...); err != nil {
		return person{}, err
	}
	if err := s.keys.open(sealPerson, sealed, &p.personal); err != nil {
		return person{}, fmt.Errorf("person: %w", err)
	}
	return p, nil
}

func (s *Service) cuilHash(cuil string) []byte { return s.keys.hash("cuil", cuil) }

// numberHash returns the hash by which an affiliate number is looked up: case and spaces do not count. The number is opaque
// otherwise.
func (s *Service) numberHash(number string) []byte {
	return s.keys.hash("number", strings.ToUpper(strings.ReplaceAll(backend.Clean(number), " ", "")))
}

// personBy finds a person by the column "cuil" or "number", which are hashes, or "id".
func (s *Service) personBy(ctx context.Context, q querier, column string, value any) (person, error) {
	return s.scanPerson(q.QueryRowContext(ctx, "SELECT "+personColumns+" FROM person p WHERE p."+column+" = ?", value))
}

// principal is the account that a credential speaks for.
type principal struct {
	link    string
	account int64
	person  int64 // the account's own affiliate
	// until is the end of the link, offered when the chat was told of it; nanoseconds, 0: never.
	until, offered int64
}

// personByNumber finds an affiliate by the number as a provider typed, pasted or scanned it; sql.ErrNoRows if there is none.
// It tries the number as it stands first, so that another reading never takes its place.
func (s *Service) personByNumber(ctx context.Context, q querier, typed string) (person, error) {
	for _, number := range backend.ReadNumber(typed) {
		p, err := s.personBy(ctx, q, "number", s.numberHash(number))
		if !errors.Is(err, sql.ErrNoRows) {
			return p, err
		}
	}
	return person{}, sql.ErrNoRows
}

// authorise returns the principal of a credential. Every call begins with it: no earlier permission is remembered.
func (s *Service) authorise(ctx context.Context, q querier, c backend.Credential) (principal, error) {
	var a principal
	err := q.QueryRowContext(ctx, `SELECT l.id, a.id, a.person, l.until, l.offered FROM link l JOIN account a ON a.id = l.account
		WHERE l.credential = ? AND (l.until = 0 OR l.until > ?)`, s.credentialHash(c), s.now().UnixNano()).Scan(&a.link, &a.account, &a.person, &a.until, &a.offered)
	if errors.Is(err, sql.ErrNoRows) {
		return a, backend.ErrUnlinked
	}
	return a, err
}

func (s *Service) credentialHash(c backend.Credential) []byte {
	return s.keys.hash("credential", string(c))
}

// family is a group with the rows of its people, which the ports do not show.
type family struct {
	backend.Group
	people map[backend.MemberID]person
}

// family returns the group of an account's affiliate: the affiliate first, then those in their charge in the padrón's order.
// A person without a group of their own is alone in it; one who is in no group at all is shown as such.
func (s *Service) family(ctx context.Context, q querier, holder int64) (family, error) {
	own, err := s.personBy(ctx, q, "id", holder)
	if err != nil {
		return family{}, err
	}
	f := family{people: map[backend.MemberID]person{}}
	f.Own = own.member
	rows, err := q.QueryContext(ctx, "SELECT "+personColumns+`, m.kinship FROM membership m
		JOIN person p ON p.id = m.person WHERE m.holder = ? ORDER BY m.person <> m.holder, m.place`, holder)
	if err != nil {
		return family{}, err
	}
	defer rows.Close()
	for rows.Next() {
		var kinship string
		p, err := s.scanPerson(rows, &kinship)
		if err != nil {
			return family{}, err
		}
		if len(f.Members) == 0 && p.id != holder {
			f.add(own, s.texts.Get("kinship_own", nil))
		}
		f.add(p, backend.KinshipWord(kinship, p.Sex))
	}
	if len(f.Members) == 0 {
		if !own.grouped {
			own.standing = s.texts.Get("standing_none", nil)
		}
		f.add(own, s.texts.Get("kinship_own", nil))
	}
	return f, rows.Err()
}

func (f *family) add(p person, kinship string) {
	f.people[p.member] = p
	f.Members = append(f.Members, backend.Member{ID: p.member, Name: p.Name, Number: p.Number, Kinship: kinship, Standing: p.standing})
}

// Group implements backend.Tokens.
func (s *Service) Group(ctx context.Context, c backend.Credential) (g backend.Group, err error) {
	err = s.read(ctx, func(q querier, _ time.Time) error {
		_, f, err := s.authoriseFamily(ctx, q, c)
		g = f.Group
		return err
	})
	return g, wrap("group", err)
}

// authoriseFamily returns the principal of a credential, and its family group as it is now.
func (s *Service) authoriseFamily(ctx context.Context, q querier, c backend.Credential) (principal, family, error) {
	a, err := s.authorise(ctx, q, c)
	if err != nil {
		return a, family{}, err
	}
	f, err := s.family(ctx, q, a.person)
	return a, f, err
}

// wrap adds the operation to an error.
func wrap(op string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("autogestion: %s: %w", op, err)
}
