package webchattest

import (
	"fmt"
	"time"

	"github.com/chromedp/cdproto/dom"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

// Chooses presses what opens the window in which a file is chosen, and chooses there.
func (b *Tab) Chooses(css string, paths ...string) {
	b.t.Helper()
	opened := make(chan *page.EventFileChooserOpened, 1)
	b.must(chromedp.Listen(b.ctx, func(event any) {
		if e, ok := event.(*page.EventFileChooserOpened); ok {
			select {
			case opened <- e:
			default:
			}
		}
	}))
	_, err := chromedp.Call(b.ctx, page.SetInterceptFileChooserDialog, page.SetInterceptFileChooserDialogParams{Enabled: true})
	b.must(err)
	b.Clicks(css)
	select {
	case e := <-opened:
		_, err := chromedp.Call(b.ctx, dom.SetFileInputFiles, dom.SetFileInputFilesParams{Files: paths, BackendNodeID: e.BackendNodeID})
		b.must(err)
	case <-b.ctx.Done():
		b.must(b.ctx.Err())
	}
}

// Drops drags files from outside over a place and lets go of them there. A browser that is busy may lose what is dropped a moment after
// it came over a page; a person then does it again.
func (b *Tab) Drops(at Point, paths ...string) {
	b.t.Helper()
	const tries, looks, dropped = 20, 30, "window.droppedHere"
	b.True("(" + dropped + " = false, addEventListener('drop', () => { " + dropped + " = true; }, { capture: true, once: true }), true)")
	for range tries {
		b.drags(at, paths, "dragEnter", "dragOver", "drop")
		for range looks {
			if b.True(dropped) {
				return
			}
			time.Sleep(100 * time.Millisecond)
		}
		b.drags(at, paths, "dragCancel")
	}
	b.t.Fatalf("files cannot be dropped at %v", at)
}

// drags sends the events of a drag.
func (b *Tab) drags(at Point, paths []string, events ...input.DispatchDragEventType) {
	b.t.Helper()
	data := &input.DragData{Items: []*input.DragDataItem{}, Files: paths, DragOperationsMask: 1}
	for _, kind := range events {
		_, err := chromedp.Call(b.ctx, input.DispatchDragEvent, input.DispatchDragEventParams{Type: kind, X: at.X, Y: at.Y, Data: data})
		b.must(err)
	}
}

// Pastes puts a file of so many bytes into what has the focus, as from the clipboard.
func (b *Tab) Pastes(name, kind string, bytes int) {
	b.t.Helper()
	b.Waits(fmt.Sprintf(`(() => {
		const all = new DataTransfer(), data = new Uint8Array(%d);
		data.set([0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10].slice(0, data.length));
		all.items.add(new File([data], %q, { type: %q }));
		document.activeElement.dispatchEvent(new ClipboardEvent('paste', { clipboardData: all, bubbles: true, cancelable: true }));
		return true;
	})()`, bytes, name, kind))
}
