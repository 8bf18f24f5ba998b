package webchattest

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
)

// Tab is a page in a test: what fails, fails the test.
type Tab struct {
	*Page
	t testing.TB
}

// browser is the one browser of a test binary: to start one takes longer than most tests do.
var browser = sync.OnceValues(func() (*Page, error) { return Open(context.Background(), Look{Width: 800, Height: 600}) })

// opened says that a test has asked for the browser.
var opened atomic.Bool

// Main runs the tests of a package, closes the browser that they shared, and returns the exit code. More tests run at the
// same time than there are cores, unless -parallel says otherwise: most wait, for a browser, a pause or another process.
func Main(m *testing.M) int {
	flag.Parse()
	given := false
	flag.Visit(func(f *flag.Flag) { given = given || f.Name == "test.parallel" })
	if !given {
		_ = flag.Set("test.parallel", strconv.Itoa(2*runtime.GOMAXPROCS(0)))
	}
	code := m.Run()
	if opened.Load() {
		if b, err := browser(); err == nil {
			b.Close()
		}
	}
	return code
}

// New opens a page in a profile of its own. Without a Chromium the test is skipped, unless LLAVE_TEST_REQUIRE=1: then
// what is missing is a failure.
func New(t testing.TB, l Look) *Tab {
	t.Helper()
	opened.Store(true)
	b, err := browser()
	var p *Page
	if err == nil {
		p, err = b.Stranger(t.Context(), l)
	}
	if errors.Is(err, ErrNoChromium) && os.Getenv("LLAVE_TEST_REQUIRE") != "1" {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Close)
	return &Tab{p, t}
}

// Another opens another tab of the same browser.
func (b *Tab) Another(l Look) *Tab {
	b.t.Helper()
	p, err := b.Tab(l)
	if err != nil {
		b.t.Fatal(err)
	}
	b.t.Cleanup(p.Close)
	return &Tab{p, b.t}
}

func (b *Tab) must(err error) {
	b.t.Helper()
	if err != nil {
		if raw, shot := b.Picture(); shot == nil && os.Getenv("LLAVE_TEST_PICTURE") != "" {
			_ = os.WriteFile(os.Getenv("LLAVE_TEST_PICTURE"), raw, 0o600)
		}
		seen, _ := Eval[string](b.Page, "document.body.innerText")
		b.t.Fatalf("%v\non the page: %s", err, seen)
	}
}

// Goes opens an address, Clicks presses, Types types where the focus is, Waits waits until something is true.
func (b *Tab) Goes(url string)         { b.t.Helper(); b.must(b.Go(url)) }
func (b *Tab) Clicks(css string)       { b.t.Helper(); b.must(b.Click(css)) }
func (b *Tab) Types(keys string)       { b.t.Helper(); b.must(b.Type(keys)) }
func (b *Tab) Waits(js string)         { b.t.Helper(); b.must(b.Wait(js)) }
func (b *Tab) Fills(css, words string) { b.t.Helper(); b.Clicks(css); b.Types(words) }

// String, True and Number are values of expressions.
func (b *Tab) String(js string) string { b.t.Helper(); return value[string](b, js) }
func (b *Tab) True(js string) bool {
	b.t.Helper()
	return value[bool](b, "(async () => !!(await ("+js+")))()")
}
func (b *Tab) Number(js string) int { b.t.Helper(); return value[int](b, js) }

func value[T any](b *Tab, js string) T {
	b.t.Helper()
	v, err := Eval[T](b.Page, js)
	b.must(err)
	return v
}

// Looks changes the window, and Connects says whether there is a network.
func (b *Tab) Looks(l Look)     { b.t.Helper(); b.must(b.Resize(l)) }
func (b *Tab) Connects(is bool) { b.t.Helper(); b.must(b.Offline(!is)) }

// WaitsFor waits until the conversation holds some words.
func (b *Tab) WaitsFor(words string) {
	b.t.Helper()
	b.Waits(fmt.Sprintf("document.getElementById('mensajes').textContent.includes(%q)", words))
}

// Fits says whether nothing has to be scrolled sideways.
func (b *Tab) Fits(where string) {
	b.t.Helper()
	if wide := b.Number("document.documentElement.scrollWidth"); wide > b.Number("innerWidth") {
		b.t.Errorf("%s: the page is %d wide in a window of %d", where, wide, b.Number("innerWidth"))
	}
	if inside := b.String(`[...document.querySelectorAll('body *')].filter(e => e.checkVisibility() && !e.closest('.oculto, .saltar, svg') && e.clientWidth > 0 && e.scrollWidth > e.clientWidth + 1).map(e => e.outerHTML.slice(0, 80)).join('\n')`); inside != "" {
		b.t.Errorf("%s: has to be scrolled sideways: %s", where, inside)
	}
	if over := b.String(`[...document.querySelectorAll('body *')].filter(e => e.checkVisibility() && !e.closest('.oculto, .saltar') && e.getBoundingClientRect().right > innerWidth + 1).map(e => e.outerHTML.slice(0, 80)).join('\n')`); over != "" {
		b.t.Errorf("%s: beyond the edge: %s", where, over)
	}
}

// Audit runs axe-core on the page, all rules of WCAG and the best practices, and returns what it finds, a line each.
func (b *Tab) Audit(where string, axe []byte) (found []string) {
	b.t.Helper()
	if !b.True("window.axe") {
		_ = value[bool](b, string(axe)+"\n;true")
	}
	raw := b.String(`axe.run(document, { resultTypes: ['violations'] }).then(r => r.violations.map(v => v.impact + ' ' + v.id + ': ' + v.nodes.map(n => n.html.slice(0, 120)).join(' | ')).join('\n'))`)
	for _, line := range strings.Split(raw, "\n") {
		if line != "" {
			found = append(found, where+": "+line)
		}
	}
	return found
}
