package main

import (
	"errors"
	"fmt"
	"maps"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/caarlos0/env/v11"

	"llave/adapters/httpx"
	"llave/bot/keyring"
)

// config is the whole configuration: the table of the README.
type config struct {
	Addr      string `env:"LLAVE_ADDR" envDefault:"127.0.0.1:8080"`
	AdminAddr string `env:"LLAVE_ADMIN_ADDR"`
	PublicURL string `env:"LLAVE_PUBLIC_URL"`
	// TrustedProxies are believed when they say whom they ask for.
	TrustedProxies string `env:"LLAVE_TRUSTED_PROXIES"`
	AdminPassword  string `env:"LLAVE_ADMIN_PASSWORD"`
	Data           string `env:"LLAVE_DATA" envDefault:"data"`
	Store          string `env:"LLAVE_STORE" envDefault:"sqlite"`
	Key            string `env:"LLAVE_KEY"`
	// Autogestion allows the embedded back end for people who exist.
	Autogestion         string `env:"LLAVE_AUTOGESTION"`
	AutogestionURL      string `env:"LLAVE_AUTOGESTION_URL"`
	AutogestionKey      string `env:"LLAVE_AUTOGESTION_KEY"`
	AutogestionInsecure string `env:"LLAVE_AUTOGESTION_INSECURE"`
	Demo                string `env:"LLAVE_DEMO"`
	Register            string `env:"LLAVE_REGISTER"`
	MesaPhone           string `env:"LLAVE_MESA_PHONE" envDefault:"221-351-0282"`

	TelegramToken   string  `env:"LLAVE_TELEGRAM_TOKEN"`
	TelegramAPI     string  `env:"LLAVE_TELEGRAM_API"`
	TelegramWebhook string  `env:"LLAVE_TELEGRAM_WEBHOOK"`
	TelegramSecret  string  `env:"LLAVE_TELEGRAM_SECRET"`
	TelegramRate    float64 `env:"LLAVE_TELEGRAM_RATE" envDefault:"30"`

	WhatsApp   string `env:"LLAVE_WHATSAPP"`
	WhatsAppDB string `env:"LLAVE_WHATSAPP_DB"`

	ring    *keyring.Ring // nil: to be read from the data folder, or made
	demo    bool
	proxies httpx.Proxies
	// The listen addresses as they are written: by names, perhaps. Addr and AdminAddr become those that are listened on.
	addrName, adminName string
}

// readConfig reads the environment. All that is wrong is reported at once.
func readConfig(vars map[string]string) (config, error) {
	var c config
	vars, wrong := readFiles(vars)
	wrong = append(wrong, unknown(vars)...)
	if err := env.ParseWithOptions(&c, env.Options{Environment: vars}); err != nil {
		wrong = append(wrong, err)
	}
	wrong = append(wrong, c.check()...)
	if len(wrong) > 0 {
		return c, &usageError{fmt.Errorf("la configuración tiene errores:\n  %w", joinLines(wrong))}
	}
	return c, nil
}

// joinLines is errors.Join with every error indented.
func joinLines(errs []error) error {
	var lines []string
	for _, e := range errs {
		lines = append(lines, strings.ReplaceAll(e.Error(), "\n", "\n  "))
	}
	slices.Sort(lines)
	return errors.New(strings.Join(lines, "\n  "))
}

// readFiles replaces every LLAVE_X_FILE by a LLAVE_X with what the file holds.
func readFiles(vars map[string]string) (map[string]string, []error) {
	var wrong []error
	out := maps.Clone(vars)
	for name, path := range vars {
		base, ok := strings.CutSuffix(name, "_FILE")
		if !ok || !strings.HasPrefix(name, "LLAVE_") {
			continue
		}
		delete(out, name)
		if vars[base] != "" {
			wrong = append(wrong, fmt.Errorf("%s y %s: poné una sola", base, name))
			continue
		}
		text, err := os.ReadFile(path)
		if err != nil {
			wrong = append(wrong, fmt.Errorf("%s: %w", name, err))
			continue
		}
		out[base] = strings.TrimSpace(string(text))
	}
	return out, wrong
}

// unknown finds misspelt names: a setting that is silently ignored is worse than none.
func unknown(vars map[string]string) []error {
	var wrong []error
	for name := range vars {
		if strings.HasPrefix(name, "LLAVE_") && !slices.Contains(variables(), name) {
			wrong = append(wrong, fmt.Errorf("%s: no existe esa variable", name))
		}
	}
	return wrong
}

// variables are the names that the configuration knows, sorted.
func variables() []string {
	params, _ := env.GetFieldParams(&config{})
	var names []string
	for _, p := range params {
		if p.Key != "" {
			names = append(names, p.Key)
		}
	}
	slices.Sort(names)
	return names
}

func (c *config) check() (wrong []error) {
	bad := func(name, format string, args ...any) {
		wrong = append(wrong, fmt.Errorf(name+": "+format, args...))
	}
	for name, addr := range map[string]string{"LLAVE_ADDR": c.Addr, "LLAVE_ADMIN_ADDR": c.AdminAddr} {
		if addr != "" && !isAddress(addr) {
			bad(name, "%q no es una dirección como 127.0.0.1:8080", addr)
		}
	}
	if c.Store != "sqlite" {
		bad("LLAVE_STORE", "esta versión solo conoce «sqlite»")
	}
	if c.PublicURL != "" {
		if u, err := url.Parse(c.PublicURL); err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.RawQuery != "" || strings.Trim(u.Path, "/") != "" {
			bad("LLAVE_PUBLIC_URL", "%q no es una dirección como https://llave.example", c.PublicURL)
		}
		c.PublicURL = strings.TrimRight(c.PublicURL, "/")
	} else if host, _, _ := net.SplitHostPort(c.Addr); isAddress(c.Addr) && (host == "" || net.ParseIP(host).IsUnspecified()) {
		bad("LLAVE_PUBLIC_URL", "hace falta, porque %s no dice cómo llegan los navegadores", c.Addr)
	}
	if c.Key != "" {
		var err error
		if c.ring, err = keyring.Parse(c.Key); err != nil {
			bad("LLAVE_KEY", "se esperan claves de 32 bytes en base64, separadas por comas (%v)", err)
		}
	}
	c.addrName = c.Addr
	wrong = append(wrong, c.checkHTTP()...)
	wrong = append(wrong, c.checkBackend()...)
	wrong = append(wrong, c.checkTelegram()...)
	wrong = append(wrong, c.checkWhatsApp()...)
	wrong = append(wrong, c.checkDemo()...)
	return append(wrong, c.checkRegister()...)
}

// checkDemo decides whether this is the demo. Its passwords are printed, so it stays on this machine.
func (c *config) checkDemo() []error {
	switch c.Demo {
	case "":
		c.demo = loopback(c.Addr) && !c.real()
		return nil
	case "1", "insecure":
		c.demo = true
	case "0":
		return nil
	default:
		return []error{fmt.Errorf("LLAVE_DEMO: %q no es 1, 0 ni insecure", c.Demo)}
	}
	if c.Demo != "insecure" && !loopback(c.Addr) {
		return []error{fmt.Errorf("LLAVE_DEMO: la demo no se ofrece en %s, porque sus contraseñas son públicas; usá LLAVE_DEMO=0, o LLAVE_DEMO=insecure si igual lo querés", c.Addr)}
	}
	return nil
}

// real says whether anything is set that is meant for people who exist.
func (c *config) real() bool {
	return c.PublicURL != "" || c.AutogestionURL != "" || c.Autogestion != "" || c.TelegramToken != "" || c.WhatsApp != ""
}

func isAddress(addr string) bool {
	_, port, err := net.SplitHostPort(addr)
	n, notNumber := strconv.Atoi(port)
	return err == nil && notNumber == nil && n >= 0 && n < 1<<16
}

func loopback(addr string) bool {
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return true // reported elsewhere
	}
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// path is a file in the data folder.
func (c *config) path(name string) string { return filepath.Join(c.Data, name) }
