//go:build !nowhatsapp && !race

package main

import (
	"bytes"
	"context"
	"errors"
	"image/png"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"go.mau.fi/whatsmeow/proto/waE2E"

	"llave/adapters/whatsapp/pgtest"
	"llave/adapters/whatsapp/whatsapptest"
)

// From the terminal to the token: paired by QR code or by a code, linked by a page and a tap back, through a restart; with
// the device in a file or in Postgres.
func TestWhatsAppNewcomer(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		pair     func(*whatsappHarness)
		postgres bool
	}{"QR": {(*whatsappHarness).pairByQR, false}, "code": {(*whatsappHarness).pairByCode, false}, "Postgres": {(*whatsappHarness).pairByQR, true}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newWhatsAppHarness(t)
			if c.postgres {
				r.env["LLAVE_WHATSAPP_DB"] = strings.Replace(pgtest.New(t), "llave@", "llave:un-secreto@", 1)
			}
			c.pair(r)
			r.startProgram()
			ana, page, code, token := r.linkAccount()
			ana.Says("credencial de maría elena")
			m := ana.ExpectsThat("the credential", func(m whatsapptest.Message) bool { return m.Image != nil })
			if img, err := png.Decode(bytes.NewReader(ana.Downloads(m.Image))); err != nil || img.Bounds().Dx() < 300 {
				t.Errorf("the credential is no picture: %v", err)
			}
			got := r.srv.Downloads()
			ana.SendsVoice([]byte("OggS"), 2)
			ana.WaitsFor(`No puedo escuchar audios, y no lo guardé`)
			if r.srv.Downloads() != got {
				t.Error("it was downloaded, and nobody asked")
			}
			first := r.program
			r.stopProgram()
			ana.Says("mi token")
			ana.Says("solo el número")
			r.startProgram()
			ana.WaitsFor(`Token de María Elena Gómez\n` + token)
			ana.WaitsFor(`^` + strings.ReplaceAll(token, " ", "") + `$`)
			r.stopProgram()
			for _, secret := range []string{"22155501", token, strings.ReplaceAll(token, " ", ""), "99999001", "Anabella", page, code, "un-secreto"} {
				if strings.Contains(r.program.errs.String()+first.errs.String(), secret) {
					t.Errorf("%q stands in the log", secret)
				}
			}
			if _, err := os.Stat(filepath.Join(r.program.data, "whatsapp.db")); c.postgres != errors.Is(err, fs.ErrNotExist) {
				t.Errorf("the file of devices: %v", err)
			}
		})
	}
}

// A sheet is ordered in the chat and downloaded there. Asked for again it is the same, to the byte.
func TestWhatsAppSheet(t *testing.T) {
	t.Parallel()
	r := newWhatsAppHarness(t)
	r.pairByQR()
	r.startProgram()
	ana, _, _, _ := r.linkAccount()
	name := regexp.MustCompile(`^tokens-rosa-\d{4}-\d\d\.pdf$`)
	gets := func() (string, []byte) {
		t.Helper()
		ctx, cancel := context.WithTimeout(t.Context(), patience)
		defer cancel()
		for {
			m, err := ana.Next(ctx)
			if err != nil {
				t.Fatal("no document comes")
			}
			if m.Document == nil {
				continue
			}
			data := ana.Downloads(m.Document)
			if !name.MatchString(m.Document.Name) || m.Document.Type != "application/pdf" || !bytes.HasPrefix(data, []byte("%PDF")) || uint64(len(data)) != m.Document.Size {
				t.Errorf("got %q of %s, %d bytes", m.Document.Name, m.Document.Type, len(data))
			}
			return m.Document.Name, data
		}
	}
	ana.Says("3 preimpresos para rosa")
	ana.WaitsFor(`¿Los hago\?`)
	ana.Says("sí")
	first, sheet := gets()
	ana.Says("hoja de rosa")
	again, same := gets()
	if first != again || !bytes.Equal(sheet, same) {
		t.Errorf("%s of %d bytes, and then %s of %d", first, len(sheet), again, len(same))
	}
	if n := len(r.srv.Blobs()); n != 2 {
		t.Errorf("%d files at WhatsApp", n)
	}
	for _, blob := range r.srv.Blobs() {
		if bytes.Contains(blob, []byte("%PDF")) {
			t.Error("WhatsApp can read it")
		}
	}
	r.stopProgram()
}

// Every state of WhatsApp is on the operator's pages and in the log, with advice, and the rest of the program works.
func TestWhatsAppStates(t *testing.T) {
	t.Parallel()
	r := newWhatsAppHarness(t)
	r.program = r.run()
	here := r.program.out.waitFor(t, `Estado +(http://\S+)/readyz`)[1]
	r.program.errs.waitFor(t, "state=unpaired.*llave whatsapp pair")
	b := newBrowser(t)
	holds := func(state, todo string) {
		t.Helper()
		if got := b.open(here + "/readyz"); !strings.HasPrefix(got, "ready\nwhatsapp: "+state) || !strings.Contains(got, todo) {
			t.Errorf("ready: %q", got)
		}
		if got := b.open(here + "/metrics"); !strings.Contains(got, `llave_whatsapp_state{state="`+state+`"} 1`) || !strings.Contains(got, "llave_ready 1") {
			t.Errorf("not %s in the metrics: %s", state, got)
		}
	}
	holds("unpaired", "llave whatsapp pair")
	x := r.run("whatsapp", "pair")
	x.errs.waitFor(t, "lo está usando otro proceso")
	x.waitExit(exitError)
	r.stopProgram()
	r.pairByQR()
	r.startProgram()
	here = r.program.out.waitFor(t, `Estado +(http://\S+)/readyz`)[1]
	holds("connected", "todo anda")
	r.env["LLAVE_ADDR"] = strings.TrimPrefix(here, "http://")
	x = r.run("whatsapp", "status")
	x.out.waitFor(t, "^connected desde .*todo anda")
	x.waitExit(exitOK)
	delete(r.env, "LLAVE_ADDR")
	r.srv.Fault(whatsapptest.Fault{On: "login", From: officeNumber, Failure: 402, Code: 101, Expire: time.Hour})
	r.srv.Cut(officeNumber)
	r.program.errs.waitFor(t, "state=banned code=101 until=.*todo=")
	holds("banned", "suspendió")
	r.srv.Heal()
	r.stopProgram()
	x = r.run("whatsapp", "status")
	x.out.waitFor(t, `Vinculado con el número \+`+officeNumber)
	x.waitExit(exitOK)
	x = r.run("whatsapp", "logout")
	x.out.waitFor(t, "Desvinculado")
	x.waitExit(exitOK)
	x = r.run("whatsapp", "status")
	x.out.waitFor(t, "No hay ningún teléfono vinculado")
	x.waitExit(exitOK)
}

// A passkey is used in a browser: the terminal says how, and takes what came out.
func TestWhatsAppPasskey(t *testing.T) {
	t.Parallel()
	r := newWhatsAppHarness(t)
	r.phone.NeedsPasskey()
	x := r.run("whatsapp", "pair")
	drawn := x.out.waitFor(t, `(?s)hasta las \d\d:\d\d:\d\d:\n\n(.*?\n)\n`)[1]
	if err := r.phone.Scans(decodeDrawnQR(t, drawn)); err != nil {
		t.Fatal(err)
	}
	x.out.waitFor(t, `parseRequestOptionsFromJSON\(\{.*"challenge"`)
	x.typeLine(string(whatsapptest.PasskeyAnswer()))
	x.out.waitFor(t, "Vinculado con el número")
	x.waitExit(exitOK)
}

func TestWhatsAppUsage(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{{}, {"vincular"}, {"pair", "-phone"}, {"status", "x"}, {"logout", "-phone", "1"}} {
		x := start(t, nil, append([]string{"whatsapp"}, args...)...)
		x.errs.waitFor(t, "uso: llave whatsapp")
		x.waitExit(exitUsage)
	}
	r := newWhatsAppHarness(t)
	for args, want := range map[string]string{"pair -phone 0221155550100": "código de país", "logout": "no hay ningún teléfono vinculado"} {
		x := r.run(append([]string{"whatsapp"}, strings.Fields(args)...)...)
		x.errs.waitFor(t, want)
		x.waitExit(exitError)
	}
	for value, want := range map[string]string{"si": "LLAVE_WHATSAPP", "1": "LLAVE_AUTOGESTION_URL"} {
		if _, err := readConfig(map[string]string{"LLAVE_WHATSAPP": value}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", value, err)
		}
	}
}

// A reply of which WhatsApp never says that it has it is sent again, as the same message: the person sees it once.
func TestWhatsAppLosesAnAnswer(t *testing.T) {
	t.Parallel()
	r := newWhatsAppHarness(t)
	r.pairByQR()
	r.startProgram()
	ana := r.srv.Phone(t, anaNumber, "Anabella").Chat(officeNumber)
	r.srv.Fault(whatsapptest.Fault{On: "message", From: officeNumber, Unacked: true, Times: 1})
	ana.Says("hola")
	ana.WaitsFor("Soy Llave")
	repeated := func() bool {
		for _, m := range ana.Screen() {
			if !m.Mine && m.Repeats == 1 {
				return true
			}
		}
		return false
	}
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	if r.srv.Until(ctx, repeated) != nil {
		t.Fatal("it is not sent again")
	}
	if n := len(ana.Screen()); n != 2 {
		t.Errorf("%d messages on the screen, want a question and an answer", n)
	}
	r.stopProgram()
}

// What is written under a photo is asked for as any other text, pictures that were sent together get one answer, and what
// cannot be seen gets one.
func TestWhatsAppPhotosAndWhatCannotBeSeen(t *testing.T) {
	t.Parallel()
	r := newWhatsAppHarness(t)
	r.pairByQR()
	r.startProgram()
	ana, _, _, _ := r.linkAccount()
	ana.SendsPhoto([]byte("jpeg"), "token de juana")
	ana.WaitsFor(`^Token de Juana Ruiz`)
	three := uint32(3)
	ana.Sends(&waE2E.Message{AlbumMessage: &waE2E.AlbumMessage{ExpectedImageCount: &three}})
	for range three {
		ana.SendsPhoto([]byte("jpeg"), "")
	}
	ana.WaitsFor(`^No puedo ver fotos`)
	r.srv.Fault(whatsapptest.Fault{On: "deliver", To: officeNumber, Times: 1, Unavailable: "view_once"})
	ana.SendsVoice([]byte("OggS"), 2)
	if m := ana.ExpectsThat("one sentence", func(m whatsapptest.Message) bool { return true }); !strings.HasPrefix(m.Text, "Lo que se manda para ver una sola vez no me llega.") {
		t.Errorf("after the album comes %q", m.Text)
	}
	r.stopProgram()
}
