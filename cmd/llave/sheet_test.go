package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"llave/store"
)

// tool runs a program that is not ours on what we made.
func tool(t *testing.T, name string, args ...string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		if os.Getenv("LLAVE_TEST_REQUIRE") != "" {
			t.Fatalf("%s is missing", name)
		}
		t.Skipf("%s is not installed", name)
	}
	out, err := exec.Command(path, args...).Output()
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return string(out)
}

// From a sentence to the counter: the sheet is ordered in the chat, its digits and its proof are read from the printed
// page by programs that are not ours, every token is accepted once, and the proof is authentic.
func TestASheetFromTheChatToTheCounter(t *testing.T) {
	t.Parallel()
	x := start(t, nil, "chat", "-linked", "27999990016")
	x.typeLine("31 preimpresos para mi mamá para este mes")
	x.out.waitFor(t, "¿Los hago?")
	x.typeLine("sí")
	path := x.out.waitFor(t, `\[archivo\] (\S+\.pdf)\n`)[1]

	text := tool(t, "pdftotext", path, "-")
	number := regexp.MustCompile(`9-\d{7}/\d\d`).FindString(strings.NewReplacer("–", "-", "‑", "-").Replace(text))
	tokens := regexp.MustCompile(`(?m)^\d{3} \d{3}$`).FindAllString(text, -1)
	if len(tokens) != 31 || number != "9-4071852/04" || !strings.Contains(text, "Rosa Peralta") {
		t.Fatalf("on paper are %d tokens of %q:\n%s", len(tokens), number, text)
	}
	base := "http://" + regexp.MustCompile(`127\.0\.0\.1:\d+`).FindString(text) // where the proof can be checked
	var mu sync.Mutex
	accepted := map[string]int{}
	var wg sync.WaitGroup
	for i, token := range tokens {
		wg.Go(func() { // two counters at the same moment
			for try := range 2 {
				if got := validateAt(t, base, fmt.Sprint(i, "/", try), number, token); strings.Contains(got, `"accepted"`) {
					mu.Lock()
					accepted[token]++
					mu.Unlock()
				} else if !strings.Contains(got, `"used"`) {
					t.Errorf("token %d: %s", i+1, got)
				}
			}
		})
	}
	wg.Wait()
	for i, token := range tokens {
		if accepted[token] != 1 {
			t.Errorf("token %d was accepted %d times", i+1, accepted[token])
		}
	}

	page := filepath.Join(t.TempDir(), "page")
	tool(t, "pdftoppm", "-r", "150", "-gray", "-x", "620", "-W", "620", "-H", "520", "-f", "1", "-l", "1", "-singlefile", path, page)
	codes := strings.Split(tool(t, "zbarimg", "-q", "--raw", page+".pgm"), "\n") // a proof has spaces in it
	at := slices.IndexFunc(codes, func(c string) bool { return strings.HasPrefix(c, "LLAVE1:") })
	if at < 0 {
		t.Fatalf("the proof cannot be read from the page; %d codes can", len(codes))
	}
	x.typeLine("hoja de mi mamá")
	x.out.waitFor(t, "Ya se usaron los n.º 1 a 31")
	x.waitExit(exitOK)
	v := start(t, map[string]string{"LLAVE_DATA": x.data}, "verify", codes[at])
	v.waitExit(exitOK)
	if out := v.out.String(); !strings.Contains(out, "Auténtica. No prueba que esté sin usar.") || strings.Contains(out, "Rosa") {
		t.Errorf("verify says: %s", out)
	}
	for _, secret := range append(tokens, "LLAVE1:", "Rosa", number) {
		if log := x.errs.String(); strings.Contains(log, secret) || strings.Contains(log, strings.ReplaceAll(secret, " ", "")) {
			t.Errorf("%q stands in the log", secret)
		}
	}
}

// validateAt validates a token, and returns the answer.
func validateAt(t *testing.T, base, id, number, token string) string {
	body, _ := json.Marshal(map[string]string{"request_id": id, "affiliate_number": number, "token": token})
	req, _ := http.NewRequest(http.MethodPost, base+"/autogestion/v1/validations", bytes.NewReader(body))
	req.Header.Set("Authorization", "Bearer demo-farmacia")
	req.Header.Set("Content-Type", "application/json")
	res, err := http.DefaultClient.Do(req)
	b := &browser{t: t}
	return b.read(res, err)
}

// The same sheet is the same bytes, for every chat and at any time; a void token on it makes it another.
func TestTheSameSheetIsTheSameBytes(t *testing.T) {
	t.Parallel()
	shared(t)
	for name, say := range map[string]struct {
		lines string
		want  int
	}{
		"asked again":        {"> 3 preimpresos para rosa\n> sí\n* 48h pass\n* pharmacy sheet 2 for Rosa Peralta\n> hoja de rosa\n* otro linked 27-99999001-6\notro> preimpresos de rosa", 1},
		"one of it is void":  {"> 3 preimpresos para rosa\n> sí\n> anulá el 2 de la hoja de rosa\n> sí\n> hoja de rosa", 2},
		"of somebody else":   {"> 3 preimpresos para rosa\n> sí\n> 3 preimpresos para juana\n> sí", 2},
		"in one with others": {"> 3 preimpresos para rosa\n> sí\n> agregar 2 a la hoja de rosa\n> sí\n> hoja de rosa\n> preimpresos de rosa", 3},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				w := newFixture(t, store.NewMemory(), newRecorder(), allCapabilities, new(moves))
				defer w.stop()
				w.play("* linked 27-99999001-6\n" + say.lines)
				if got := len(w.files.made); got != say.want {
					t.Errorf("%d different documents, want %d", got, say.want)
				}
			})
		})
	}
}
