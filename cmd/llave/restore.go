package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"filippo.io/age"

	"llave/adapters/autogestion"
	"llave/store/backup"
)

// restoreMarker is in a data folder as long as a copy is being put into it. No command but restore uses such a folder.
const restoreMarker = "restore.partial"

// What restore does with preprinted tokens.
const (
	sheetsVoid = "void"
	sheetsKeep = "keep"
)

// restoration is one call of restore.
type restoration struct {
	program
	config
	copy       *backup.Copy
	identities []age.Identity
	keepSheets bool
}

// restore makes a data folder of a copy. It changes nothing unless the copy is whole and its keys open.
func (p program) restore(ctx context.Context, args []string) error {
	identity, sheets := "", sheetsVoid
	args, err := parseFlags("restore", args, 1, 1, func(set *flag.FlagSet) {
		set.StringVar(&identity, "identity", "", "")
		set.StringVar(&sheets, "sheets", sheets, "")
	})
	if err != nil || sheets != sheetsVoid && sheets != sheetsKeep {
		return usage("restore")
	}
	c, err := readConfig(p.getenv)
	if err != nil {
		return err
	}
	c.actor = operator()
	r := restoration{program: p, config: c, keepSheets: sheets == sheetsKeep}
	if r.identities, err = readIdentities(identity); err != nil {
		return err
	}
	if r.copy, err = backup.Open(ctx, args[0]); err == nil {
		err = r.check()
	}
	if err == nil {
		err = r.prepare()
	}
	if err != nil {
		return backupError(err, args[0])
	}
	done, err := r.fill(ctx)
	if err != nil {
		return backupError(err, args[0])
	}
	return write(p.stdout, "restore.done", values{"Copy": r.copy.Manifest, "To": c.Data, "At": localTime(r.copy.At, "02/01/2006 15:04:05"),
		"Done": done, "Keep": r.keepSheets, "Autogestion": r.copy.Has("autogestion.db")})
}

// readIdentities reads a file of identities of age.
func readIdentities(name string) ([]age.Identity, error) {
	if name == "" {
		return nil, nil
	}
	file, err := os.Open(name)
	if err != nil {
		return nil, misuse("restore.identity_file", nil).because(err)
	}
	defer file.Close()
	list, err := age.ParseIdentities(file)
	if err != nil {
		return nil, misuse("restore.identity_file", nil) // not the cause: it may show a line of the file
	}
	return list, nil
}

// check refuses a copy that this configuration could not serve: of another kind, or with keys that do not open.
func (r *restoration) check() error {
	switch {
	case r.copy.Has("llave.db") && r.Store != sqliteStore:
		return misuse("restore.store", nil)
	case r.copy.Has("autogestion.db") && r.AutogestionURL != "":
		return misuse("restore.backend", nil)
	case len(r.copy.Seal) > 0 && r.Key == "", r.copy.Has("llave.db") && !r.copy.Has("llave.key") && r.Key == "":
		return misuse("restore.key", nil)
	}
	if ring := r.outerRing(); ring != nil {
		if err := r.copy.CheckSeal(func(sealed []byte) ([]byte, error) { return ring.Open(sealed, manifestPlace) }); err != nil {
			return err
		}
	}
	for _, f := range r.copy.Files {
		if !slices.Contains(dataKeys, f.Name) {
			continue
		}
		text, err := r.copy.Read(f, r.identities)
		if err == nil {
			_, err = readKeyText(r.outerRing(), f.Name, text)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// place is where a file of the copy goes; "" for one that this program does not know.
func (r *restoration) place(name string) string {
	for _, f := range r.folderFiles() {
		if f.name == name && !strings.Contains(f.path, "://") {
			return f.path
		}
	}
	return ""
}

// prepare makes the folder, which must hold nothing but what an interrupted restore left in it, and marks it.
func (r *restoration) prepare() error {
	for _, f := range r.copy.Files {
		if r.place(f.Name) == "" {
			return misuse("restore.unknown", f.Name)
		}
	}
	if err := os.MkdirAll(r.Data, 0o700); err != nil {
		return refuse("folder", err).because(err)
	}
	if err := r.clear(); err != nil {
		return err
	}
	var names []string
	for _, f := range r.copy.Files {
		at := r.place(f.Name)
		if _, err := os.Lstat(at); !errors.Is(err, fs.ErrNotExist) {
			return misuse("restore.not_empty", at)
		}
		names = append(names, at)
	}
	text, err := json.Marshal(names)
	if err != nil {
		return err
	}
	return writeNew(r.path(restoreMarker), append(text, '\n'))
}

// clear removes what an interrupted restore left: the folder was empty when it began, and nothing else has used it since.
func (r *restoration) clear() error {
	text, err := os.ReadFile(r.path(restoreMarker))
	if err == nil {
		var names []string
		_ = json.Unmarshal(text, &names) // one that was cut: nothing was put there yet
		for _, name := range append(names, r.path("replica"), r.path(autogestion.SheetKeysFile)) {
			for _, suffix := range []string{"", "-wal", "-shm", "-journal", ".lock", ".new"} {
				if err := os.Remove(name + suffix); err != nil && !errors.Is(err, fs.ErrNotExist) {
					return err
				}
			}
		}
		err = os.Remove(r.path(restoreMarker))
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	entries, err := os.ReadDir(r.Data)
	if err != nil {
		return refuse("folder", err).because(err)
	}
	for _, e := range entries {
		if e.Name() != "lost+found" { // of the disk
			return misuse("restore.not_empty", filepath.Join(r.Data, e.Name()))
		}
	}
	return nil
}

// fill puts the files into the folder, makes them safe, and opens each as the service will.
func (r *restoration) fill(ctx context.Context) (done autogestion.Restored, err error) {
	times, err := r.copy.NoteRestore(r.now())
	if err != nil {
		return done, refuse("restore.note", err).because(err)
	}
	for _, f := range r.copy.Files {
		if err := r.copy.Extract(ctx, f, r.place(f.Name), r.identities); err != nil {
			return done, err
		}
	}
	if r.copy.Has("whatsapp.db") {
		if err := restoredWhatsApp(ctx, r.place("whatsapp.db")); err != nil {
			return done, err
		}
	}
	if r.copy.Has("autogestion.db") {
		if done, err = r.restoreBackend(ctx, times); err != nil {
			return done, err
		}
	}
	if err := r.open(ctx); err != nil {
		return done, err
	}
	if err := os.Remove(r.path(restoreMarker)); err != nil {
		return done, err
	}
	return done, syncDir(r.Data)
}

// restoreBackend makes the embedded back end safe, which came from a copy.
func (r *restoration) restoreBackend(ctx context.Context, times int) (done autogestion.Restored, err error) {
	a, err := r.embeddedAsItIs(ctx, r.config)
	if err != nil {
		return done, err
	}
	done, err = a.embedded.Restored(ctx, autogestion.RestoreOptions{Copied: r.copy.At, Times: times, KeepSheets: r.keepSheets})
	return done, errors.Join(err, a.stop())
}

// open opens the other databases, so that what does not fit shows now.
func (r *restoration) open(ctx context.Context) error {
	a := r.newApp(r.config)
	if a.PublicURL == "" {
		a.PublicURL = "http://" + a.Addr
	}
	var err error
	if r.copy.Has("llave.db") {
		_, err = a.openDeadLetters(ctx)
	}
	if err == nil && r.copy.Has("mesa.db") {
		err = a.openArchive(ctx)
	}
	if err == nil && r.copy.Has("webchat.db") {
		err = a.openWeb(ctx)
	}
	return errors.Join(err, a.stop())
}

// checkRestored refuses to use a folder into which a copy is being put, or was put in part.
func (c *config) checkRestored() error {
	if _, err := os.Stat(c.path(restoreMarker)); err == nil {
		return refuse("restore.partial", c.Data)
	}
	return nil
}

// syncDir makes the names in a folder durable.
func syncDir(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}
