package client

import (
	"bytes"
	"database/sql"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"llave/adapters/autogestion"
	"llave/flows/backend"
)

// embedded is the back end of the demo and the path of its file.
type embedded struct {
	*autogestion.Service
	path string
}

func demo(t *testing.T) embedded {
	t.Helper()
	w := embedded{path: filepath.Join(t.TempDir(), "autogestion.db")}
	var err error
	w.Service, err = autogestion.Open(t.Context(), autogestion.Options{Path: w.path, Key: bytes.Repeat([]byte{7}, 32), PublicURL: "http://127.0.0.1:8080",
		Demo: true, BotKey: "bot-key", Now: func() time.Time { return testNow }, Cost: autogestion.Cost{MemoryKiB: 64, Time: 1, Threads: 1}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { w.Close() })
	if err := w.SeedDemo(t.Context()); err != nil {
		t.Fatal(err)
	}
	return w
}

const (
	maria = "27-99999001-6"
	jorge = "20-99999021-6"
)

// checkedAgainst runs the check against the back end of the demo. bend may change its answers.
func checkedAgainst(t *testing.T, cuil string, mint bool, bend func(http.Handler) http.Handler) (Report, string, embedded) {
	t.Helper()
	w := demo(t)
	h := http.Handler(w.Handler())
	if bend != nil {
		h = bend(h)
	}
	srv := httptest.NewServer(h)
	defer srv.Close()
	o := CheckOptions{Mint: mint}
	if cuil != "" {
		g, err := w.LinkDirect(t.Context(), cuil, backend.Invitation{Chat: "c", Channel: "Telegram", Label: "···1234"})
		if err != nil {
			t.Fatal(err)
		}
		o.Credential = g.Credential
	}
	r, err := Check(t.Context(), testClient(t, srv.URL), o)
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := r.Write(&b); err != nil {
		t.Fatal(err)
	}
	return r, b.String(), w
}

func marks(r Report) map[string][]string {
	out := map[string][]string{}
	for _, f := range r.Findings {
		out[f.mark()] = append(out[f.mark()], f.Check)
	}
	return out
}

func TestTheEmbeddedBackEndPassesTheCheck(t *testing.T) {
	for _, c := range []struct {
		who    string
		mint   bool
		passed int
	}{{"", false, 11}, {maria, false, 26}, {maria, true, 30}, {jorge, true, 28}, {"27-99999011-3", true, 28}} {
		r, text, _ := checkedAgainst(t, c.who, c.mint, nil)
		m := marks(r)
		if !r.Passed() || len(m["✓"]) != c.passed || len(r.Findings) != 30 || r.Can == nil {
			t.Errorf("%s, mint %v: %d passed\n%s", c.who, c.mint, len(m["✓"]), text)
		}
		if strings.Contains(text, "<no value>") || strings.Contains(text, "_wrong") || !strings.Contains(text, "✓ current_without_minting") || !strings.Contains(text, "✓ sheets") {
			t.Errorf("printed\n%s", text)
		}
	}
}

// Without Mint nothing is made, whatever the group is.
func TestTheCheckChangesNothing(t *testing.T) {
	_, _, w := checkedAgainst(t, maria, false, nil)
	db, err := sql.Open("sqlite", w.path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	var rows int
	if err := db.QueryRowContext(t.Context(), "SELECT (SELECT COUNT(*) FROM token) + (SELECT COUNT(*) FROM invite) + (SELECT COUNT(*) FROM sheet) + (SELECT COUNT(*) FROM another WHERE reason = '')").Scan(&rows); err != nil || rows != 0 {
		t.Errorf("%d rows were made, %v", rows, err)
	}
	var links int
	if err := db.QueryRowContext(t.Context(), "SELECT COUNT(*) FROM link").Scan(&links); err != nil || links != 1 {
		t.Errorf("%d links are left of 1, %v", links, err)
	}
}

// A back end is not asked for what it declares to lack, and that is no failure.
func TestTheCheckAsksForNothingThatIsNotDeclared(t *testing.T) {
	r, text, _ := checkedAgainst(t, maria, true, func(next http.Handler) http.Handler {
		lacks := faulty{path: "capabilities", old: `true`, neu: `false`}.wrap(next)
		return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
			switch strings.TrimPrefix(r.URL.Path, "/autogestion/v1/") {
			case "tokens/state", "redeem", "invites", "sheets/list", "sheets/print", "sheets/void":
				t.Errorf("%s is asked", r.URL.Path)
			}
			lacks.ServeHTTP(rw, r)
		})
	})
	if m := marks(r); len(m["✗"]) != 0 || len(m["–"]) != 15 || !strings.Contains(text, "– sign_in_pages") {
		t.Errorf("%v\n%s", m, text)
	}
}

// If there is no answer, or the key is wrong, the report states it once.
func TestTheCheckStopsWhereItIsHopeless(t *testing.T) {
	r, text, _ := checkedAgainst(t, "", false, faulty{path: "capabilities", status: 403, body: `{"code":"bot_key"}`}.wrap)
	if m := marks(r); len(m["✗"]) != 1 || len(m["✓"]) != 0 || !strings.Contains(text, "LLAVE_AUTOGESTION_KEY") || r.Can != nil {
		t.Errorf("printed\n%s", text)
	}
	gone := httptest.NewServer(nil)
	gone.Close()
	r, err := Check(t.Context(), testClient(t, gone.URL), CheckOptions{Credential: "c", Mint: true})
	if m := marks(r); err != nil || len(m["✗"]) != 1 || len(m["–"]) != 29 {
		t.Errorf("%v, %v", m, err)
	}
}

// Every key of the report has a text, and every text is used.
func TestTheReportHasItsWords(t *testing.T) {
	texts, err := loadTexts()
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]bool{}
	for _, s := range newChecker(testClient(t, "https://ioma.example"), CheckOptions{}).sentences() {
		want["check_"+s.Name] = true
	}
	for _, c := range declared(backend.Capabilities{}) {
		want["can_"+c.name], want["without_"+c.name] = true, true
	}
	files, _ := filepath.Glob("*.go")
	sentences, _ := filepath.Glob("../../../flows/backend/contract/*.go")
	for _, name := range append(files, sentences...) {
		src, err := os.ReadFile(name)
		if err != nil || strings.HasSuffix(name, "_test.go") {
			continue
		}
		for prefix, re := range map[string]string{
			"fault_": `(?:unless\([^\n]*?, |return |, Why: +|why :?= |none\()"([a-z]+[a-z_]*)"`,
			"skip_":  `(?:NotRun\{(?:Why: )?|n\.[A-Z][^\n]*, )"([a-z_]+)"\}`,
			"saw_":   `Broken\{(?:What: )?"([a-z_]+)"\}`,
		} {
			if prefix == "skip_" && !strings.Contains(name, "check") && !strings.Contains(name, "contract") {
				continue // the required fields of decode look the same
			}
			for _, m := range regexp.MustCompile(re).FindAllStringSubmatch(string(src), -1) {
				want[prefix+m[1]] = true
			}
		}
	}
	if len(want) < 80 {
		t.Errorf("only %d words were found", len(want))
	}
	for key := range want {
		if !texts.Has(key) {
			t.Errorf("%s has no text", key)
		}
	}
	frame := []string{"skip", "saw", "saw_other", "saw_none", "saw_unlinked", "saw_refused", "report_can", "report_end"}
	for _, key := range texts.Keys() {
		if !want[key] && !slices.Contains(frame, key) {
			t.Errorf("nothing says %s", key)
		}
	}
	if got := fmt.Sprint(declared(backend.Capabilities{Keys: true})[1]); got != "{keys true false}" {
		t.Errorf("the second capability is %s", got)
	}
}
