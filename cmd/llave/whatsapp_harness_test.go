//go:build !nowhatsapp && !race

package main

import (
	"html"
	"image"
	"image/color"
	"net/url"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/makiuchi-d/gozxing"
	zxing "github.com/makiuchi-d/gozxing/qrcode"

	"llave/adapters/whatsapp/whatsapptest"
)

// Numbers of people who do not exist.
const (
	officeNumber = "5492215550100"
	anaNumber    = "5492215550101"
)

// whatsappHarness is the program with a WhatsApp server and the insurer's phone.
type whatsappHarness struct {
	t       *testing.T
	srv     *whatsapptest.Server
	phone   *whatsapptest.Phone
	env     map[string]string
	program *process
}

func newWhatsAppHarness(t *testing.T) *whatsappHarness {
	t.Helper()
	srv, err := whatsapptest.New(whatsapptest.Options{Now: testClock(t)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(srv.Close)
	return &whatsappHarness{t: t, srv: srv, phone: srv.Phone(t, officeNumber, "IOMA"), env: map[string]string{
		"LLAVE_WHATSAPP": "1", "LLAVE_AUTOGESTION": "embedded", "LLAVE_DEMO": "1", "LLAVE_DATA": filepath.Join(t.TempDir(), "data"),
	}}
}

// run starts a command.
func (r *whatsappHarness) run(args ...string) *process {
	r.t.Helper()
	return startWithTransport(r.t, r.srv.Transport(), r.env, args...)
}

func (r *whatsappHarness) startProgram() {
	r.t.Helper()
	r.program = r.run()
	r.program.out.waitFor(r.t, "Llave está andando")
	r.program.errs.waitFor(r.t, "state=connected")
}

func (r *whatsappHarness) stopProgram() {
	r.t.Helper()
	r.program.cancel()
	r.program.waitExit(exitOK)
}

// pairByQR pairs by the QR code on the terminal, as a camera sees it; pairByCode by the code that the phone's owner types.
func (r *whatsappHarness) pairByQR() {
	r.t.Helper()
	x := r.run("whatsapp", "pair")
	drawn := x.out.waitFor(r.t, `(?s)hasta las \d\d:\d\d:\d\d:\n\n(.*?\n)\n`)[1]
	if err := r.phone.Scans(decodeDrawnQR(r.t, drawn)); err != nil {
		r.t.Fatal(err)
	}
	x.out.waitFor(r.t, `Vinculado con el número \+5492215550100`)
	x.waitExit(exitOK)
}

func (r *whatsappHarness) pairByCode() {
	r.t.Helper()
	x := r.run("whatsapp", "pair", "-phone", officeNumber)
	if err := r.phone.Types(x.out.waitFor(r.t, `\n    (\w{4}-\w{4})\n`)[1]); err != nil {
		r.t.Fatal(err)
	}
	x.out.waitFor(r.t, "Vinculado con el número")
	x.waitExit(exitOK)
}

// decodeDrawnQR reads a QR code that is drawn with half blocks, light on dark.
func decodeDrawnQR(t *testing.T, drawn string) string {
	t.Helper()
	const scale = 4
	lines := strings.Split(strings.TrimRight(drawn, "\n"), "\n")
	wide := len([]rune(lines[0]))
	img := image.NewGray(image.Rect(0, 0, wide*scale, 2*len(lines)*scale))
	for y, line := range lines {
		if n := len([]rune(line)); n != wide {
			t.Fatalf("line %d has %d characters, the first %d", y, n, wide)
		}
		for x, c := range []rune(line) {
			for half, light := range []bool{c == '█' || c == '▀', c == '█' || c == '▄'} {
				for i := range scale * scale {
					if light {
						img.SetGray(x*scale+i%scale, (2*y+half)*scale+i/scale, color.Gray{255})
					}
				}
			}
		}
	}
	return decodeQR(t, img)
}

// decoded is what a camera reads in a picture of a QR code.
func decodeQR(t *testing.T, img image.Image) string {
	t.Helper()
	bmp, err := gozxing.NewBinaryBitmapFromImage(img)
	if err != nil {
		t.Fatal(err)
	}
	code, err := zxing.NewQRCodeReader().Decode(bmp, map[gozxing.DecodeHintType]any{gozxing.DecodeHintType_PURE_BARCODE: true})
	if err != nil {
		t.Fatalf("it cannot be read: %v", err)
	}
	return code.GetText()
}

// signIn goes through the pages as a person does, and returns what the link back into the chat writes there.
func (r *whatsappHarness) signIn(page, label, cuil string) string {
	r.t.Helper()
	at, err := url.Parse(page)
	if err != nil {
		r.t.Fatal(err)
	}
	base := at.Scheme + "://" + at.Host
	b := newBrowser(r.t)
	shown := b.open(page)
	if !strings.Contains(shown, "WhatsApp") || !strings.Contains(shown, label) {
		r.t.Errorf("the page does not say which chat it is for: %s", shown)
	}
	shown = b.submit(base, shown, "seguir", nil)
	shown = b.submit(base, shown, "entrar", url.Values{"cuil": {cuil}, "password": {"llave-demo"}, "consent": {"on"}})
	m := regexp.MustCompile(`href="(https://wa\.me/[^"]+)"`).FindStringSubmatch(shown)
	if m == nil {
		r.t.Fatalf("no way back into the chat: %s", shown)
	}
	back, err := url.Parse(html.UnescapeString(m[1]))
	if err != nil || back.Path != "/"+officeNumber {
		r.t.Fatalf("the way back is %q", m[1])
	}
	return back.Query().Get("text")
}

// linkAccount links a chat with an account, and returns what was secret on the way and the token that the bot sent.
func (r *whatsappHarness) linkAccount() (ana *whatsapptest.Chat, page, code, token string) {
	r.t.Helper()
	ana = r.srv.Phone(r.t, anaNumber, "Anabella").Chat(officeNumber)
	ana.Says("token")
	page = ana.WaitsFor(pageShape)[1]
	code = r.signIn(page, "···0101", "27-99999001-6")
	ana.Says(code)
	token = ana.WaitsFor(`Token de María Elena Gómez\n(\d{3} \d{3})`)[1]
	ana.Says("gracias") // the counter is over
	ana.WaitsFor(`vos sos`)
	ana.Says("1")
	ana.WaitsFor(`Gracias`)
	return ana, page, code, token
}
