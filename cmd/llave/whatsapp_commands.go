//go:build !nowhatsapp

package main

import (
	"bufio"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"time"

	"rsc.io/qr"

	"llave/adapters/whatsapp"
)

var errWhatsAppUsage = &usageError{errors.New("uso: llave whatsapp pair [-phone NÚMERO] | status | logout [-force]")}

// whatsappCommand links the program to a phone, says how that stands, and ends it.
func (p program) whatsappCommand(ctx context.Context, args []string) error {
	if len(args) == 0 {
		return errWhatsAppUsage
	}
	set := flag.NewFlagSet("whatsapp", flag.ContinueOnError)
	set.SetOutput(io.Discard)
	phone, force := new(string), new(bool)
	switch args[0] {
	case "pair":
		set.StringVar(phone, "phone", "", "")
	case "logout":
		set.BoolVar(force, "force", false, "")
	case "status":
	default:
		return errWhatsAppUsage
	}
	if set.Parse(args[1:]) != nil || set.NArg() > 0 {
		return errWhatsAppUsage
	}
	c, err := readConfig(p.getenv)
	if err != nil {
		return err
	}
	if args[0] == "status" && p.runningStatus(ctx, c) {
		return nil
	}
	if err := os.MkdirAll(c.Data, 0o700); err != nil {
		return fmt.Errorf("carpeta de datos: %w", err)
	}
	w, err := c.newWhatsApp(ctx, p, p.logger(), nil)
	if err != nil {
		return err
	}
	defer w.Close(context.WithoutCancel(ctx))
	switch args[0] {
	case "pair":
		return p.whatsappPair(ctx, w, *phone)
	case "logout":
		return p.whatsappLogout(ctx, w, *force)
	}
	return p.whatsappStatus(ctx, w)
}

// runningStatus prints how the service on this machine says that it stands. False: none says.
func (p program) runningStatus(ctx context.Context, c config) bool {
	ctx, cancel := context.WithTimeout(ctx, 3*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+c.ownAddr()+"/readyz", nil)
	if err != nil {
		return false
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return false
	}
	defer res.Body.Close()
	for lines := bufio.NewScanner(res.Body); lines.Scan(); {
		if line, ok := strings.CutPrefix(lines.Text(), "whatsapp: "); ok {
			fmt.Fprintln(p.stdout, line)
			return true
		}
	}
	return false
}

func (p program) whatsappStatus(ctx context.Context, w *whatsapp.WhatsApp) error {
	number, ok, err := w.Paired(ctx)
	switch {
	case err != nil:
		return err
	case ok:
		fmt.Fprintf(p.stdout, "Vinculado con el número +%s. El servicio no está andando en esta máquina.\n", number)
	default:
		fmt.Fprintln(p.stdout, "No hay ningún teléfono vinculado. Corré: llave whatsapp pair")
	}
	return nil
}

func (p program) whatsappLogout(ctx context.Context, w *whatsapp.WhatsApp, force bool) error {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	switch err := w.Logout(ctx, force); {
	case errors.Is(err, whatsapp.ErrNotPaired):
		return errors.New("no hay ningún teléfono vinculado")
	case err != nil:
		return fmt.Errorf("no se pudo avisar a WhatsApp, y no se borró nada (con -force se borra igual, y el dispositivo queda en la lista del teléfono): %w", err)
	}
	fmt.Fprintln(p.stdout, "Desvinculado. Las claves se borraron.")
	return nil
}

// whatsappPair leads the operator through it.
func (p program) whatsappPair(ctx context.Context, w *whatsapp.WhatsApp, phone string) error {
	in := bufio.NewReader(p.stdin)
	err := w.Pair(ctx, whatsapp.Pairer{
		Phone: phone,
		QR: func(text string, until time.Time) {
			fmt.Fprintf(p.stdout, "\nEn el teléfono: WhatsApp, Dispositivos vinculados, Vincular un dispositivo. Escaneá esto, que vale hasta las %s:\n\n%s\n", localTime(until, "15:04:05"), drawQR(text))
		},
		Code: func(code string, until time.Time) {
			fmt.Fprintf(p.stdout, "\nEn el teléfono: WhatsApp, Dispositivos vinculados, Vincular con número de teléfono. Escribí este código, que vale hasta las %s:\n\n    %s\n\n", localTime(until, "15:04:05"), code)
		},
		Passkey: func(_ context.Context, options []byte) ([]byte, error) {
			fmt.Fprintf(p.stdout, passkeyHelp, options)
			line, err := in.ReadString('\n')
			if err != nil && line == "" {
				return nil, whatsapp.ErrPasskey
			}
			return []byte(strings.TrimSpace(line)), nil
		},
		Confirm: func(_ context.Context, code string) error {
			fmt.Fprintf(p.stdout, "\n¿El teléfono muestra %s? Escribí «sí» para seguir: ", code)
			line, _ := in.ReadString('\n')
			if said := strings.ToLower(strings.TrimSpace(line)); said != "sí" && said != "si" {
				return errors.New("los códigos no coinciden: no se vinculó nada")
			}
			return nil
		},
	})
	if err != nil {
		return pairingError(err)
	}
	number, _, err := w.Paired(ctx)
	if err != nil {
		return err
	}
	fmt.Fprintf(p.stdout, "\nVinculado con el número +%s. Arrancá el servicio con LLAVE_WHATSAPP=1.\n", number)
	return nil
}

// passkeyHelp says how to use a passkey that is in a browser. %s is what it has to sign.
const passkeyHelp = `
La cuenta pide su llave de acceso (passkey). Este programa no la puede usar: la usa el navegador donde está guardada.
 1. En ese navegador abrí https://web.whatsapp.com y, en la consola de las herramientas de desarrollo, pegá:

navigator.credentials.get({publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(%s)}).then(c => console.log(JSON.stringify(c.toJSON())))

 2. Confirmá con la huella, la cara o el PIN.
 3. Pegá acá, en un solo renglón, lo que imprimió, y apretá Enter:
`

// pairingError says in words for the operator why nothing was linked.
func pairingError(err error) error {
	for _, e := range []struct {
		is   error
		text string
	}{
		{whatsapp.ErrPaired, "ya hay un teléfono vinculado; para vincular otro: llave whatsapp logout"},
		{whatsapp.ErrPairingOver, "se terminó el tiempo, o el código se escribió mal (WhatsApp no lo dice): probá de nuevo"},
		{whatsapp.ErrPasskey, "la cuenta pide su llave de acceso (passkey) y la respuesta falta o no sirvió: probá de nuevo"},
		{whatsapp.ErrOutdated, "WhatsApp ya no acepta esta versión: mirá «Cuando la rechazan por vieja» en docs/whatsapp.md"},
		{whatsapp.ErrNumber, "-phone: se espera el número con código de país, solo números: 549221…"},
	} {
		if errors.Is(err, e.is) {
			return errors.New(e.text)
		}
	}
	return err
}

// drawQR draws a code with half blocks, light on dark as terminals are: what is drawn is what is light. A code that does
// not fit the lines is better enlarged than wrapped.
func drawQR(text string) string {
	code, err := qr.Encode(text, qr.L)
	if err != nil {
		return text // too long for any code: it can be turned into one elsewhere
	}
	const quiet = 4
	light := func(x, y int) bool { return !code.Black(x, y) } // outside of it all is light
	var b strings.Builder
	for y := -quiet; y < code.Size+quiet; y += 2 {
		for x := -quiet; x < code.Size+quiet; x++ {
			switch up, down := light(x, y), light(x, y+1); {
			case up && down:
				b.WriteRune('█')
			case up:
				b.WriteRune('▀')
			case down:
				b.WriteRune('▄')
			default:
				b.WriteRune(' ')
			}
		}
		b.WriteByte('\n')
	}
	return b.String()
}
