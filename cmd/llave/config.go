package main

import (
	"maps"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"llave/adapters/autogestion/smtp"
	"llave/adapters/httpx"
	"llave/bot/keyring"
)

// config is the whole configuration: a field for each row of [variables], and what their checks derive.
type config struct {
	Addr, AdminAddr, PublicURL string
	TrustedProxies, WebChat    string
	AdminPassword              string
	Data, Store, Key, DeskDB   string

	Autogestion         string // [embeddedBackend] allows the embedded back end for people who exist
	AutogestionURL      string
	AutogestionKey      string
	AutogestionInsecure string
	Demo, Register      string
	SMTP, MailFrom      string
	OpenID              openidConfig
	MesaPhone           string
	RunBy               string

	TelegramToken, TelegramAPI, TelegramWebhook, TelegramSecret string
	TelegramRate                                                float64

	WhatsApp, WhatsAppDB string

	ring *keyring.Ring // nil: the key is in the data folder, or will be made there
	demo bool
	mail *smtp.Server // nil: no e-mail leaves
	// actor is who runs a command, for the audit; empty: this is the service.
	actor   string
	proxies httpx.Proxies
	// The listen addresses as the operator wrote them, perhaps with names. Addr and AdminAddr become the addresses in use.
	addrName, adminName string
}

// readConfig reads and checks the environment. It reports all errors at once.
func readConfig(vars map[string]string) (config, error) {
	var c config
	var wrong []string
	report := func(key string, data any) { wrong = append(wrong, refuse(key, data).Error()) }
	vars = readFiles(vars, report)
	for name := range vars {
		if strings.HasPrefix(name, "LLAVE_") && !variableExists(name) {
			report("config.unknown", name) // a misspelt name: a variable that is silently ignored is worse than none
		}
	}
	for _, s := range variables {
		s.read(&c, vars, report)
	}
	for _, s := range variables {
		if s.check != nil {
			s.check(&c, report)
		}
	}
	if len(wrong) > 0 {
		slices.Sort(wrong)
		return c, misuse("config", strings.Join(wrong, "\n  "))
	}
	return c, nil
}

// readFiles replaces every LLAVE_X_FILE by a LLAVE_X with the content of the file.
func readFiles(vars map[string]string, report errorReport) map[string]string {
	out := maps.Clone(vars)
	for name, path := range vars {
		base, ok := strings.CutSuffix(name, "_FILE")
		if !ok || !strings.HasPrefix(name, "LLAVE_") {
			continue
		}
		delete(out, name)
		if vars[base] != "" {
			report("config.both", values{"one": base, "other": name})
			continue
		}
		text, err := os.ReadFile(path)
		if err != nil {
			report("config.file", values{"name": name, "err": err})
			continue
		}
		out[base] = strings.TrimSpace(string(text))
	}
	return out
}

func (c *config) checkDeskDB(report errorReport) {
	if strings.Contains(c.DeskDB, "://") {
		report("LLAVE_DESK_DB.shape", nil)
	}
}

func (c *config) checkKey(report errorReport) {
	if c.Key == "" {
		if c.Store != sqliteStore {
			report("LLAVE_KEY.required", nil)
		}
		return
	}
	var err error
	if c.ring, err = keyring.Parse(c.Key); err != nil {
		report("LLAVE_KEY.shape", err)
	}
}

// path is a file in the data folder.
func (c *config) path(name string) string { return filepath.Join(c.Data, name) }

func isAddress(addr string) bool {
	_, port, err := net.SplitHostPort(addr)
	n, notNumber := strconv.Atoi(port)
	return err == nil && notNumber == nil && n >= 0 && n < 1<<16
}

// loopback reports whether only this machine reaches a listen address. An address that cannot be parsed is reported elsewhere.
func loopback(addr string) bool {
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return true
	}
	return httpx.IsThisMachine(host)
}

// real reports whether anything is set that is meant for people who exist.
func (c *config) real() bool {
	return c.PublicURL != "" || c.AutogestionURL != "" || c.Autogestion != "" || c.TelegramToken != "" || c.WhatsApp != ""
}

// knowsRealPeople reports whether the configuration says which back end knows the people on a real channel. The embedded
// one, without being asked for, would answer to all of them that they have no account.
func (c *config) knowsRealPeople() bool {
	return c.AutogestionURL != "" || c.Autogestion == embeddedBackend
}
