package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime/debug"

	"llave/adapters/autogestion"
	"llave/adapters/terminal"
	"llave/bot"
	"llave/flows"
	"llave/flows/backend"
)

// serve is the service.
func (p program) serve(ctx context.Context, args []string) error {
	if len(args) > 0 {
		return &usageError{fmt.Errorf("sobra %q", args[0])}
	}
	c, err := readConfig(p.getenv)
	if err != nil {
		return err
	}
	h, err := p.build(ctx, c, noChannels)
	if err != nil {
		return err
	}
	return h.serve(ctx, p.stdout)
}

// serve runs the service until ctx ends or something fails that it cannot do without.
func (h *app) serve(ctx context.Context, out io.Writer) error {
	if err := h.start(ctx); err != nil {
		return errors.Join(err, h.stop())
	}
	h.announce(out)
	err := h.wait(ctx)
	h.log.Info("stopping")
	return errors.Join(err, h.stop())
}

// noDoors: the terminal is a command of its own; what is owed to it waits for the next `llave chat`.
func noChannels(*app) (map[string]bot.Channel, error) { return nil, nil }

// announce says where things are.
func (h *app) announce(w io.Writer) {
	fmt.Fprintf(w, "Llave está andando.\n\n  Chat web      %s/\n  Autogestión   %s\n  Estado        http://%s/readyz\n  Métricas      http://%[3]s/metrics\n  Datos         %[4]s\n", h.PublicURL, h.backendAddr(), h.operatorAddr(), h.Data)
	if h.whatsapp != nil {
		fmt.Fprintf(w, "  WhatsApp      http://%s/admin/whatsapp\n", h.operatorAddr())
	}
	fmt.Fprintf(w, "\nPara chatear desde esta terminal, cortá con Ctrl-C y usá: llave chat\n")
	if h.demo {
		h.announceDemo(w)
	}
}

// backendAddr is where Autogestión is: here, or elsewhere.
func (h *app) backendAddr() string {
	if h.remote != nil {
		return h.AutogestionURL
	}
	return h.PublicURL + "/autogestion/"
}

func (h *app) operatorAddr() string {
	if h.AdminAddr != "" {
		return h.AdminAddr
	}
	return h.Addr
}

// demoCUIL is the account that newcomers are shown.
const demoCUIL = "27-99999001-6"

// announceDemo prints what the demo is entered with. Nobody in it exists.
func (h *app) announceDemo(w io.Writer) {
	fmt.Fprintf(w, "\nDemo: personas que no existen. La contraseña de todas las cuentas es %s\n\n", autogestion.DemoPassword)
	fmt.Fprintf(w, "  %s   María Elena Gómez, con cónyuge, hijos, madre y nieta a cargo\n", demoCUIL)
	fmt.Fprintf(w, "  20-99999003-8   Carlos Ruiz, cónyuge de María Elena, con cuenta propia\n")
	fmt.Fprintf(w, "  20-99999021-6   Jorge Acosta, sin nadie a cargo\n")
	fmt.Fprintf(w, "  27-99999011-3   Marta Sosa, suspendida, con una hija a cargo\n")
	fmt.Fprintf(w, "\n  Clave de prestador para validar tokens: %s\n", autogestion.DemoProviderKey)
	fmt.Fprintf(w, "  Correo de la demo: %s/autogestion/correo\n\n", h.PublicURL)
}

// chat is the service with the terminal as a channel. It ends with the input, when nothing is owed any more.
func (p program) chat(ctx context.Context, args []string) error {
	set := flag.NewFlagSet("chat", flag.ContinueOnError)
	set.SetOutput(io.Discard)
	linked := set.String("linked", "", "CUIL")
	if err := set.Parse(args); err != nil || set.NArg() > 0 {
		return &usageError{errors.New("uso: llave chat [-linked CUIL]")}
	}
	c, err := readConfig(p.getenv)
	if err != nil {
		return err
	}
	if *linked != "" && !c.demo {
		return &usageError{errors.New("-linked solo existe en la demo; con esta configuración hace falta pedirla: LLAVE_DEMO=1")}
	}
	var term *terminal.Terminal
	h, err := p.build(ctx, c, func(*app) (map[string]bot.Channel, error) {
		if term, err = terminal.New("tty", p.stdin, p.stdout, p.now); err != nil {
			return nil, err
		}
		if term.Files, err = filepath.Abs(c.path("archivos")); err != nil {
			return nil, err
		}
		return map[string]bot.Channel{terminal.Channel: term}, err
	})
	if err != nil {
		return err
	}
	err = h.start(ctx)
	if err == nil && *linked != "" {
		err = h.link(ctx, term, *linked)
	}
	if err == nil {
		watched, failed := h.watch(ctx)
		err = p.runTerminal(watched, h, term)
		if failure := failed(); failure != nil {
			err = failure
		}
	}
	return errors.Join(err, h.stop())
}

// talk runs the terminal until its input ends and everything owed is printed.
func (p program) runTerminal(ctx context.Context, h *app, term *terminal.Terminal) error {
	settled := h.engine.Drain
	if isTerminal(p.stdin) {
		h.announceDemoTo(p.stderr)
		settled = nil // whoever types may say "cancelar" while the bot waits
	}
	if err := term.Run(ctx, h.engine, settled); err != nil {
		return err
	}
	return h.engine.Drain(ctx)
}

func (h *app) announceDemoTo(w io.Writer) {
	fmt.Fprintf(w, "Chat web en %s/ y Autogestión en %s. Acá escribí token; Ctrl-D para salir.\n", h.PublicURL, h.backendAddr())
	if h.demo {
		h.announceDemo(w)
	}
}

// link links the terminal's chat without a browser. Only the demo back end can, and only by a call in this process.
func (h *app) link(ctx context.Context, term *terminal.Terminal, cuil string) error {
	chat := term.Chat()
	in := backend.Invitation{Chat: h.engine.ChatRef(chat), Channel: term.Via(), Label: term.Label()}
	g, err := h.embedded.LinkDirect(ctx, cuil, in)
	if errors.Is(err, autogestion.ErrUnknownCUIL) {
		return &usageError{fmt.Errorf("-linked: no hay ninguna cuenta con ese CUIL en la demo")}
	}
	if err != nil {
		return &usageError{fmt.Errorf("-linked: %w", err)}
	}
	u, err := flows.Linked(chat, "linked/"+h.now().UTC().String(), g)
	if err != nil {
		return err
	}
	return h.engine.Accept(ctx, u)
}

// isTerminal says whether somebody types there.
func isTerminal(r io.Reader) bool {
	f, ok := r.(*os.File)
	if !ok {
		return false
	}
	info, err := f.Stat()
	null, _ := os.Stat(os.DevNull)
	return err == nil && info.Mode()&os.ModeCharDevice != 0 && !os.SameFile(info, null)
}

// flows prints the diagrams of the conversations.
func (p program) flows(_ context.Context, args []string) error {
	if len(args) > 0 {
		return &usageError{fmt.Errorf("sobra %q", args[0])}
	}
	all, err := flows.Diagrams()
	if err != nil {
		return err
	}
	_, err = io.WriteString(p.stdout, flows.Page(all))
	return err
}

// backendAlone opens the embedded Autogestión and nothing else.
func (p program) backendAlone(ctx context.Context, c config) (*app, error) {
	if c.AutogestionURL != "" {
		return nil, &usageError{errors.New("LLAVE_AUTOGESTION_URL: este comando es de la Autogestión que viene adentro")}
	}
	h := &app{config: c, now: p.now, log: p.logger()}
	if h.PublicURL == "" {
		h.PublicURL = "http://" + h.Addr
	}
	if err := c.checkDemoFolder(ctx); err != nil {
		return nil, err
	}
	if err := os.MkdirAll(c.Data, 0o700); err != nil {
		return nil, err
	}
	if err := h.openBackend(ctx); err != nil {
		return nil, errors.Join(err, h.stop())
	}
	return h, nil
}

// autogestion serves the embedded back end alone.
func (p program) autogestion(ctx context.Context, args []string) error {
	if len(args) == 1 && args[0] == "rotate-sheet-key" {
		return p.rotateSheetKey(ctx)
	}
	if len(args) > 0 {
		return &usageError{fmt.Errorf("sobra %q", args[0])}
	}
	c, err := readConfig(p.getenv)
	if err != nil {
		return err
	}
	listener, err := listen("LLAVE_ADDR", c.Addr)
	if err != nil {
		return err
	}
	c.Addr = listener.Addr().String()
	h, err := p.backendAlone(ctx, c)
	if err != nil {
		return errors.Join(err, listener.Close())
	}
	h.startHousekeeping()
	h.serveOn(listener, h.publicSide(h.embedded.Handler(), nil))
	fmt.Fprintf(p.stdout, "Autogestión está andando en %s/autogestion/\n", h.PublicURL)
	if h.demo {
		h.announceDemo(p.stdout)
	}
	return errors.Join(h.wait(ctx), h.stop())
}

// version prints what was built.
func (p program) version(context.Context, []string) error {
	info, _ := debug.ReadBuildInfo()
	_, err := fmt.Fprintf(p.stdout, "llave %s %s\n", info.Main.Version, info.GoVersion)
	return err
}
