// Package webchattest drives a headless Chromium, for tests of pages and for the pictures of the README. Nothing of it
// is in the program.
//
// Reading order: page.go, tab.go (a page whose failures fail the test), touch.go (fingers), files.go (choosing, dropping),
// walk.go (a newcomer's way).
package webchattest

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
)

// ErrNoChromium means that there is no Chromium on this machine.
var ErrNoChromium = errors.New("no chromium in PATH, nor where CHROMIUM says")

// Look is the window in which a page is seen.
type Look struct {
	Width, Height int64
	Scale         float64 // pixels of the screen for one of CSS; 0 is 1
	Dark, Phone   bool
	Motion        bool // animations are wanted
}

// Page is one tab of a browser of its own: no cookie of another page's.
type Page struct {
	ctx   context.Context
	close func()
}

// Open starts a browser.
func Open(ctx context.Context, l Look) (*Page, error) {
	path, err := chromium()
	if err != nil {
		return nil, err
	}
	o := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.Flag("disable-component-update", true), chromedp.Flag("font-render-hinting", "none"))
	ctx, end := chromedp.NewExecAllocator(ctx, o...)
	ctx, leave := chromedp.NewContext(ctx)
	p := &Page{ctx: ctx, close: func() { leave(); end() }}
	if err := p.Resize(l); err != nil {
		p.close()
		return nil, fmt.Errorf("open %s: %w", path, err)
	}
	return p, nil
}

// Stranger opens a page of another person in the same browser: it shares no cookie, no storage and no worker with this
// one.
func (p *Page) Stranger(ctx context.Context, l Look) (*Page, error) {
	own, leave := chromedp.NewContext(p.ctx, chromedp.WithNewBrowserContext())
	stop := context.AfterFunc(ctx, leave)
	s := &Page{ctx: own, close: func() { stop(); leave() }}
	if err := s.Resize(l); err != nil {
		s.close()
		return nil, fmt.Errorf("open a page: %w", err)
	}
	return s, nil
}

func chromium() (string, error) {
	if path := os.Getenv("CHROMIUM"); path != "" {
		return path, nil
	}
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path, nil
		}
	}
	return "", ErrNoChromium
}

// Resize changes the window in which the page is seen.
func (p *Page) Resize(l Look) error {
	_, err := chromedp.Call(p.ctx, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{
		Width: l.Width, Height: l.Height, DeviceScaleFactor: max(l.Scale, 1), Mobile: l.Phone})
	if err != nil {
		return err
	}
	if _, err = chromedp.Call(p.ctx, emulation.SetTouchEmulationEnabled, emulation.SetTouchEmulationEnabledParams{Enabled: l.Phone}); err != nil {
		return err
	}
	// Several windows of one browser: each is looked at.
	if _, err = chromedp.Call(p.ctx, emulation.SetFocusEmulationEnabled, emulation.SetFocusEmulationEnabledParams{Enabled: true}); err != nil {
		return err
	}
	feature := func(name, yes, no string, on bool) *emulation.MediaFeature {
		if on {
			return &emulation.MediaFeature{Name: name, Value: yes}
		}
		return &emulation.MediaFeature{Name: name, Value: no}
	}
	_, err = chromedp.Call(p.ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{
		feature("prefers-color-scheme", "dark", "light", l.Dark), feature("prefers-reduced-motion", "no-preference", "reduce", l.Motion)}})
	return err
}

// Tab opens another tab of the same browser, with the same cookies.
func (p *Page) Tab(l Look) (*Page, error) {
	ctx, leave := chromedp.NewContext(p.ctx)
	t := &Page{ctx: ctx, close: leave}
	return t, t.Resize(l)
}

// Close ends the tab, and with the first one the browser.
func (p *Page) Close() { p.close() }

// patience is how long something may take to come: only what never comes fails, not what a busy machine delays.
const patience = 2 * time.Minute

func do[T any](p *Page, a chromedp.Action[T]) (T, error) {
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	return chromedp.Run(ctx, a)
}

// Go opens an address.
func (p *Page) Go(url string) error {
	_, err := do(p, chromedp.Navigate(url))
	return err
}

// Click presses what a CSS selector finds, when it is there to be seen and takes presses, and moves the mouse to do so.
func (p *Page) Click(css string) error {
	if err := p.Wait(fmt.Sprintf("(e => e?.checkVisibility() && !e.matches('.recien'))(document.querySelector(%q))", css)); err != nil {
		return fmt.Errorf("click %s: %w", css, err)
	}
	_, err := do(p, chromedp.Click(chromedp.CSS(css)))
	return err
}

// Type presses keys where the focus is.
func (p *Page) Type(keys string) error {
	_, err := do(p, chromedp.KeyEvent(keys))
	return err
}

// Wait waits until an expression is true, or a promise becomes so, on whatever page is there by then.
func (p *Page) Wait(js string) error {
	late := time.Now().Add(patience)
	for {
		ok, err := Eval[bool](p, "(async () => !!(await ("+js+")))()")
		if err == nil && ok {
			return nil
		}
		if time.Now().After(late) || p.ctx.Err() != nil {
			return fmt.Errorf("never true: %s: %w", js, errors.Join(err, p.ctx.Err()))
		}
		time.Sleep(30 * time.Millisecond)
	}
}

// Eval is the value of an expression; of a promise, what it becomes.
func Eval[T any](p *Page, js string) (T, error) {
	return do(p, chromedp.Evaluate[T](js, chromedp.EvalAwaitPromise))
}

// LoseCookies takes the browser its cookies.
func (p *Page) LoseCookies() error {
	_, err := chromedp.Call(p.ctx, network.ClearBrowserCookies, cdp.Empty{})
	return err
}

// Offline has the browser say that there is no network, or that there is one again. What is open stays open, and so does
// the way to the server.
func (p *Page) Offline(is bool) error {
	_, err := chromedp.Call(p.ctx, network.OverrideNetworkState, network.OverrideNetworkStateParams{Offline: is, DownloadThroughput: -1, UploadThroughput: -1})
	return err
}

// Picture is the page as a PNG.
func (p *Page) Picture() ([]byte, error) { return do(p, chromedp.CaptureScreenshot()) }
