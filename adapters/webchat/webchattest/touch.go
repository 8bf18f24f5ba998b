package webchattest

import (
	"fmt"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

// Point is a place in the window.
type Point struct{ X, Y float64 }

// Injects runs a script in every page that is opened from now on, before the page's own.
func (b *Tab) Injects(js string) {
	b.t.Helper()
	_, err := chromedp.Call(b.ctx, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: js})
	b.must(err)
}

// Middle is the middle of what a CSS selector finds.
func (b *Tab) Middle(css string) Point {
	b.t.Helper()
	r := value[[]float64](b, fmt.Sprintf("(r => [r.left + r.width / 2, r.top + r.height / 2])(document.querySelector(%q).getBoundingClientRect())", css))
	return Point{r[0], r[1]}
}

// Fingers says where fingers are now: those that were there before and are not named have gone up.
func (b *Tab) Fingers(at ...Point) {
	b.t.Helper()
	kind := input.DispatchTouchEventTypeTouchStart
	if len(at) == 0 {
		kind = input.DispatchTouchEventTypeTouchEnd
	}
	b.touches(kind, at)
}

// Drags moves the one finger that is down.
func (b *Tab) Drags(to Point) {
	b.t.Helper()
	b.touches(input.DispatchTouchEventTypeTouchMove, []Point{to})
}

func (b *Tab) touches(kind input.DispatchTouchEventType, at []Point) {
	b.t.Helper()
	points := []*input.TouchPoint{}
	for i, p := range at {
		id := float64(i)
		points = append(points, &input.TouchPoint{X: p.X, Y: p.Y, ID: &id})
	}
	_, err := chromedp.Call(b.ctx, input.DispatchTouchEvent, input.DispatchTouchEventParams{Type: kind, TouchPoints: points})
	b.must(err)
}

// Taps touches a place with one finger.
func (b *Tab) Taps(at Point) {
	b.t.Helper()
	b.Fingers(at)
	b.Fingers()
}

// Mouse presses the mouse's button at one place and lets go of it at another.
func (b *Tab) Mouse(from, to Point) {
	b.t.Helper()
	b.mouse(input.DispatchMouseEventTypeMousePressed, from)
	b.mouse(input.DispatchMouseEventTypeMouseReleased, to)
}

func (b *Tab) mouse(kind input.DispatchMouseEventType, at Point) {
	b.t.Helper()
	_, err := chromedp.Call(b.ctx, input.DispatchMouseEvent, input.DispatchMouseEventParams{Type: kind, X: at.X, Y: at.Y, Button: "left", ClickCount: 1})
	b.must(err)
}

// Key sends one event of a key: "keyDown" or "keyUp". A repeated one is of a key that is held.
func (b *Tab) Key(kind, key string, repeat bool) {
	b.t.Helper()
	code := map[string]int64{"Enter": 13, " ": 32, "Escape": 27}[key]
	text := map[string]string{"Enter": "\r", " ": " "}[key]
	p := input.DispatchKeyEventParams{Type: input.DispatchKeyEventType(kind), Key: key, Code: map[string]string{"Enter": "Enter", " ": "Space", "Escape": "Escape"}[key], WindowsVirtualKeyCode: code, AutoRepeat: &repeat}
	if kind == "keyDown" && text != "" {
		p.Text, p.UnmodifiedText = text, text
	}
	_, err := chromedp.Call(b.ctx, input.DispatchKeyEvent, p)
	b.must(err)
}

// Front makes the tab the one that is looked at.
func (b *Tab) Front() {
	b.t.Helper()
	_, err := chromedp.Call(b.ctx, page.BringToFront, cdp.Empty{})
	b.must(err)
}
