package main

import (
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// rooms says what a package may import, by its path or the longest prefix of it in the map. A package may always
// import those that lie in the same room. It is the drawing of ARCHITECTURE.md.
var rooms = map[string][]string{
	"bot":         {},
	"bot/workers": {},
	"bot/keyring": {"bot"},
	"bot/outbox":  {"bot", "bot/keyring", "bot/workers"},
	"bot/engine":  {"bot", "bot/keyring", "bot/outbox", "bot/rate", "bot/workers"},
	"bot/rate":    {"bot"},
	// What judges a history knows none of the code that made it.
	"bot/enginetest": {},

	"flows/backend": {},
	"flows/texts":   {"flows/backend"},
	"flows/nlu":     {"flows/backend", "flows/texts"},
	"flows":         {"bot", "flows/backend", "flows/nlu", "flows/texts"},

	"store/sqlitedb": {},
	"store":          {"bot", "store/sqlitedb"},

	"adapters/httpx":      {},
	"adapters/besteffort": {},
	"adapters/catalog":    {},
	"adapters/autogestion": {"flows/backend", "bot/keyring", "store/sqlitedb", "adapters/httpx", "adapters/besteffort", "adapters/autogestion/wire",
		"adapters/catalog"},
	"adapters/autogestion/wire": {"flows/backend"},
	"adapters/autogestion/client": {"flows/backend", "adapters/autogestion/wire", "adapters/catalog", "adapters/httpx",
		"adapters/besteffort"},
	"adapters": {"bot", "bot/keyring", "bot/rate", "flows", "flows/backend", "flows/texts", "store/sqlitedb", "adapters/httpx", "adapters/besteffort", "adapters/catalog"},
}

// room is the longest prefix of a package's path in rooms. Each adapter is a room of its own.
func room(pkg string) string {
	for at := pkg; at != "."; at = path.Dir(at) {
		if _, ok := rooms[at]; ok && at != "adapters" {
			return at
		}
		if path.Dir(at) == "adapters" {
			return at
		}
	}
	return strings.Split(pkg, "/")[0]
}

func mayImport(from, to string) bool {
	from, to = room(from), room(to)
	allowed, ok := rooms[from]
	if !ok && strings.HasPrefix(from, "adapters/") {
		allowed = rooms["adapters"]
	}
	return from == to || from == "cmd" || slices.Contains(allowed, to)
}

func TestTheArrow(t *testing.T) {
	seen := 0
	err := filepath.WalkDir("../..", func(file string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(file, ".go") || strings.HasSuffix(file, "_test.go") {
			return err
		}
		rel, _ := filepath.Rel("../..", filepath.Dir(file))
		f, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		for _, i := range f.Imports {
			to, ours := strings.CutPrefix(strings.Trim(i.Path.Value, `"`), "llave/")
			if !ours {
				continue
			}
			seen++
			if from := filepath.ToSlash(rel); !mayImport(from, to) {
				t.Errorf("%s imports %s: %s must not know %s", file, to, room(from), room(to))
			}
		}
		return nil
	})
	if err != nil || seen < 20 {
		t.Errorf("read %d imports of ours: %v", seen, err)
	}
}

func TestTheArrowCanBeBroken(t *testing.T) {
	for _, c := range [][2]string{
		{"bot", "flows"}, {"bot", "bot/engine"}, {"bot", "bot/outbox"}, {"bot", "bot/keyring"}, {"bot", "cmd"}, {"bot", "adapters/httpx"},
		{"bot/outbox", "bot/engine"}, {"bot/keyring", "bot/engine"}, {"bot/engine", "flows"}, {"bot/workers", "bot"}, {"bot/enginetest", "bot"},
		{"flows", "store"}, {"flows", "bot/engine"}, {"flows", "adapters/terminal"}, {"flows", "adapters/httpx"}, {"flows/nlu", "flows"}, {"flows/nlu", "bot"},
		{"flows/backend", "flows"}, {"flows/backend/backendtest", "bot"}, {"store", "flows"}, {"store", "bot/engine"}, {"store/sqlitedb", "store"},
		{"adapters/terminal", "adapters/autogestion"}, {"adapters/terminal", "store"}, {"adapters/httpx", "bot"}, {"adapters/httpx", "adapters/webchat"},
		{"adapters/autogestion", "flows"}, {"adapters/autogestion", "flows/nlu"}, {"adapters/autogestion/padron", "flows"}, {"adapters/autogestion/client", "adapters/autogestion"},
		{"adapters/whatsapp", "bot/engine"}, {"adapters/whatsapp/whatsapptest", "adapters/telegram"},
	} {
		if mayImport(c[0], c[1]) {
			t.Errorf("%s may import %s", c[0], c[1])
		}
	}
	if !mayImport("adapters/telegram/telegramtest", "adapters/telegram") || !mayImport("cmd/chaos", "store") || !mayImport("adapters/autogestion/padron", "flows/backend") {
		t.Error("what is allowed is refused")
	}
}

// A note knows no chat: the files that keep notes do not know the package that knows chats.
func TestNotesKnowNoChat(t *testing.T) {
	for _, file := range []string{"../../adapters/desk/note.go", "../../adapters/desk/archive/note.go"} {
		f, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ImportsOnly)
		if err != nil {
			t.Fatal(err)
		}
		for _, i := range f.Imports {
			if path := strings.Trim(i.Path.Value, `"`); path == "llave/bot" || strings.HasPrefix(path, "llave/bot/") {
				t.Errorf("%s imports %s", file, path)
			}
		}
	}
}

// Each room stands in the drawing or the tables of ARCHITECTURE.md.
func TestTheDrawingHasEveryRoom(t *testing.T) {
	text := paper(t, "ARCHITECTURE.md")
	for room := range rooms {
		name := strings.TrimPrefix(room, "adapters/autogestion") // its parts stand behind it, as in /wire
		if !strings.Contains(text, name) {
			t.Errorf("ARCHITECTURE.md does not name %s", room)
		}
	}
}

// The top level is the architecture.
func TestTopLevel(t *testing.T) {
	dirs, err := filepath.Glob("../../*")
	if err != nil {
		t.Fatal(err)
	}
	known := " bot flows adapters store cmd docs go.mod go.sum Dockerfile README.md README.en.md ARCHITECTURE.md CHANGELOG.md LICENSE NOTICE CONTRIBUTING.md SECURITY.md compose.yaml Makefile data llave "
	for _, d := range dirs {
		if strings.HasPrefix(filepath.Base(d), ".") || strings.HasSuffix(d, ".test") {
			continue
		}
		if !strings.Contains(known, " "+filepath.Base(d)+" ") {
			t.Errorf("%s is not in the layout", filepath.Base(d))
		}
	}
}
