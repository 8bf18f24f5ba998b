package webchattest

import (
	"fmt"

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

// Drops drags files from outside over a place and lets go of them there.
func (b *Tab) Drops(at Point, paths ...string) {
	b.t.Helper()
	data := &input.DragData{Items: []*input.DragDataItem{}, Files: paths, DragOperationsMask: 1}
	for _, kind := range []input.DispatchDragEventType{"dragEnter", "dragOver", "drop"} {
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
