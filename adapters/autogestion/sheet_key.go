package autogestion

import (
	"context"
	"crypto/ed25519"
	"database/sql"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"time"

	"llave/adapters/autogestion/proof"
	"llave/flows/backend"
)

// sealSheetKey is the use under which a signing key is sealed.
const sealSheetKey = "sheet key"

// SheetKeysFile holds the public keys beside the data base, for [proof.Verify] where there is no service.
const SheetKeysFile = "sheet-keys.json"

// signing returns the row of the key that signs new sheets.
func signing(ctx context.Context, q querier) (id int64, err error) {
	err = q.QueryRowContext(ctx, "SELECT id FROM sheet_key WHERE retired = 0 ORDER BY id DESC LIMIT 1").Scan(&id)
	return id, err
}

// openSheetKeys makes the first signing key, and writes the file of public keys.
func (s *Service) openSheetKeys(ctx context.Context) error {
	err := s.write(ctx, func(tx *sql.Tx, now time.Time) error {
		if _, err := signing(ctx, tx); !errors.Is(err, sql.ErrNoRows) {
			return err
		}
		_, err := s.newSheetKey(ctx, tx, now)
		return err
	})
	if err != nil {
		return err
	}
	if err := s.writeSheetKeys(ctx); err != nil { // the service itself does not need the file
		s.opt.Log.ErrorContext(ctx, "autogestion: sheet keys are not written", "err", err)
	}
	return nil
}

// RotateSheetKey makes a new signing key and returns its id. Sheets of the old key still verify, for the months that it
// could sign.
func (s *Service) RotateSheetKey(ctx context.Context) (id string, err error) {
	err = s.write(ctx, func(tx *sql.Tx, now time.Time) error {
		id, err = s.newSheetKey(ctx, tx, now)
		return s.acted(ctx, tx, now, err, "sheet_key.rotate", id)
	})
	if err == nil {
		err = s.writeSheetKeys(ctx)
	}
	return id, wrap("rotate sheet key", err)
}

// newSheetKey makes a signing key and retires the old one.
func (s *Service) newSheetKey(ctx context.Context, tx *sql.Tx, now time.Time) (id string, err error) {
	seed, err := s.keys.random(ed25519.SeedSize)
	if err != nil {
		return "", err
	}
	sealed, err := s.keys.seal(sealSheetKey, seed)
	if err != nil {
		return "", err
	}
	public := ed25519.NewKeyFromSeed(seed).Public().(ed25519.PublicKey)
	if _, err := tx.ExecContext(ctx, "UPDATE sheet_key SET retired = ? WHERE retired = 0", now.UnixNano()); err != nil {
		return "", err
	}
	_, err = tx.ExecContext(ctx, "INSERT INTO sheet_key (name, public, sealed, made) VALUES (?, ?, ?, ?)",
		proof.KeyName(public), []byte(public), sealed, now.UnixNano())
	return proof.KeyID(proof.KeyName(public)), err
}

// SheetKeys returns the public keys in the order of making.
func (s *Service) SheetKeys(ctx context.Context) (out proof.Keys, err error) {
	rows, err := s.file.Readers.QueryContext(ctx, "SELECT name, public, made, retired FROM sheet_key ORDER BY id")
	if err != nil {
		return proof.Keys{}, wrap("sheet keys", err)
	}
	defer rows.Close()
	for rows.Next() {
		var name []byte
		var made, retired int64
		var k proof.Key
		if err := rows.Scan(&name, &k.Public, &made, &retired); err != nil {
			return proof.Keys{}, wrap("sheet keys", err)
		}
		k.ID, k.Since, k.Retired = proof.KeyID(name), fromNano(made), fromNano(retired)
		out.Keys = append(out.Keys, k)
	}
	return out, wrap("sheet keys", rows.Err())
}

// writeSheetKeys writes the file of public keys: the new file as a whole, or the old one stays.
func (s *Service) writeSheetKeys(ctx context.Context) error {
	keys, err := s.SheetKeys(ctx)
	if err != nil {
		return err
	}
	text, err := json.MarshalIndent(keys, "", "  ")
	if err != nil {
		return err
	}
	dir := filepath.Dir(s.opt.Path)
	f, err := os.CreateTemp(dir, SheetKeysFile+".*")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	_, err = f.Write(append(text, '\n'))
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	return os.Rename(f.Name(), filepath.Join(dir, SheetKeysFile))
}

// signer is an opened signing key.
type signer struct {
	name []byte
	key  ed25519.PrivateKey
}

// signer opens a signing key. A key never changes, so it is opened once.
func (s *Service) signer(ctx context.Context, q querier, id int64) (signer, error) {
	if k, ok := s.signers.Load(id); ok {
		return k.(signer), nil
	}
	var k signer
	var sealed, seed []byte
	err := q.QueryRowContext(ctx, "SELECT name, sealed FROM sheet_key WHERE id = ?", id).Scan(&k.name, &sealed)
	if err == nil {
		err = s.keys.open(sealSheetKey, sealed, &seed)
	}
	if err != nil {
		return k, err
	}
	k.key = ed25519.NewKeyFromSeed(seed)
	s.signers.Store(id, k)
	return k, nil
}

// prove signs a sheet with the key of the day on which it was made, so that its proof never changes.
func (s *Service) prove(ctx context.Context, q querier, h sheetRow, out *backend.Sheet) error {
	k, err := s.signer(ctx, q, h.signer)
	if err != nil {
		return err
	}
	p := proof.Payload{Key: k.name, Sheet: h.name, Reference: s.reference(out.Member), Month: h.month, First: h.first}
	for _, t := range out.Tokens {
		p.Digits = append(p.Digits, t.Digits)
	}
	out.Reference = proof.FormatReference(p.Reference)
	out.Proof, err = p.Sign(k.key)
	return err
}

// reference returns a keyed hash for the affiliate: the padrón alone does not reveal whose it is.
func (s *Service) reference(m backend.MemberID) []byte {
	return s.keys.hash("sheet reference", string(m))[:proof.ReferenceLen]
}
