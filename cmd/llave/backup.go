package main

import (
	"context"
	"errors"
	"flag"
	"io/fs"
	"os"
	"strings"

	"filippo.io/age"

	"llave/adapters/autogestion"
	"llave/bot/keyring"
	"llave/store/backup"
	"llave/store/sqlitedb"
)

// folderFile is a file of the data folder that a backup holds.
type folderFile struct {
	name     string
	path     string // with the configuration's own place for it, if there is one
	database bool
}

// folderFiles lists them, databases before their keys. Locks, files of replies and the like are made anew.
func (c *config) folderFiles() []folderFile {
	desk, device := c.DeskDB, c.WhatsAppDB
	if desk == "" {
		desk = c.path("mesa.db")
	}
	if device == "" {
		device = c.path("whatsapp.db")
	}
	all := []folderFile{
		{"llave.db", c.path("llave.db"), true}, {"autogestion.db", c.path("autogestion.db"), true}, {"mesa.db", desk, true},
		{"webchat.db", c.path("webchat.db"), true}, {"whatsapp.db", device, true},
	}
	for _, name := range append([]string{"llave.key"}, dataKeys...) {
		all = append(all, folderFile{name, c.path(name), false})
	}
	for _, name := range []string{autogestion.SheetKeysFile, "autogestion.can.json"} {
		all = append(all, folderFile{name, c.path(name), false})
	}
	return all
}

// elsewhere lists the variables behind which there is more that is not in the folder.
func (c *config) elsewhere() (names []string) {
	if c.Store != sqliteStore {
		names = append(names, "LLAVE_STORE")
	}
	if c.AutogestionURL != "" {
		names = append(names, "LLAVE_AUTOGESTION_URL")
	}
	if strings.Contains(c.WhatsAppDB, "://") {
		names = append(names, "LLAVE_WHATSAPP_DB")
	}
	return names
}

// backup copies the data folder, also while the service runs.
func (p program) backup(ctx context.Context, args []string) error {
	recipient := ""
	args, err := parseFlags("backup", args, 1, 1, func(set *flag.FlagSet) { set.StringVar(&recipient, "recipient", "", "") })
	if err != nil {
		return err
	}
	c, err := readConfig(p.getenv)
	if err != nil {
		return err
	}
	files, err := c.filesToCopy()
	if err != nil {
		return err
	}
	o := backup.Options{To: args[0], Scratch: c.path("backup.db"), Program: programVersion(), Elsewhere: c.elsewhere(), Now: p.now}
	if o.Recipients, err = readRecipients(recipient); err != nil {
		return err
	}
	if ring := c.outerRing(); ring != nil {
		o.Seal = func(digest []byte) []byte { return ring.Seal(digest, manifestPlace) }
	}
	m, err := backup.Write(ctx, o, files)
	if err != nil {
		return backupError(err, args[0])
	}
	if err := p.audit(ctx, c, "backup", args[0]); err != nil {
		return err
	}
	return write(p.stdout, "backup.done", values{"Copy": m, "To": args[0], "At": localTime(m.At, "02/01/2006 15:04:05"), "KeysOpen": !m.Encrypted && c.Key == ""})
}

// manifestPlace binds the seal of a manifest to its use.
var manifestPlace = []byte("backup manifest")

// filesToCopy lists the files that are there.
func (c *config) filesToCopy() (list []backup.Source, err error) {
	databases := 0
	for _, f := range c.folderFiles() {
		if strings.Contains(f.path, "://") {
			continue
		}
		st, err := os.Stat(f.path)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, refuse("folder", err).because(err)
		}
		if f.database && st.Size() == 0 {
			continue // it was being made
		}
		if f.database {
			databases++
		}
		list = append(list, backup.Source{Name: f.name, Path: f.path, Database: f.database})
	}
	if databases == 0 {
		return nil, misuse("folder.empty", c.Data)
	}
	return list, nil
}

// readRecipients reads a recipient of age, or a file of them.
func readRecipients(text string) ([]age.Recipient, error) {
	if text == "" {
		return nil, nil
	}
	list, err := age.ParseRecipients(strings.NewReader(text))
	if err == nil {
		return list, nil
	}
	file, err := os.Open(text)
	if err != nil {
		return nil, misuse("backup.recipient", nil)
	}
	defer file.Close()
	if list, err = age.ParseRecipients(file); err != nil {
		return nil, misuse("backup.recipient", nil)
	}
	return list, nil
}

// backupErrorTexts are the texts for a copy that is not made or not used.
var backupErrorTexts = []struct {
	err error
	key string
}{
	{backup.ErrExists, "backup.exists"},
	{backup.ErrNoCopy, "restore.no_copy"},
	{backup.ErrNewer, "restore.newer"},
	{backup.ErrDamaged, "restore.damaged"},
	{backup.ErrIdentity, "restore.identity"},
	{keyring.ErrSealed, "restore.key"},
}

// backupError explains to the operator why a copy is not made or not used.
func backupError(err error, folder string) error {
	var refused *sqlitedb.OpenError
	if errors.As(err, &refused) && refused.Kind == sqlitedb.InUse {
		return refuse("backup.in_use", folder).because(err)
	}
	for _, t := range backupErrorTexts {
		if errors.Is(err, t.err) {
			return refuse(t.key, values{"folder": folder, "err": err}).because(err)
		}
	}
	return err
}
