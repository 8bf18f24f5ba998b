package desk

import (
	"bytes"
	"context"
	"encoding/json"
	"html/template"
	"net/http"
	"net/url"
	"strings"
	"time"

	"llave/adapters/desk/archive"
	"llave/bot"
)

// page is what every page has: who looks, and what stands around the contents. None of it is in the JSON.
type page struct {
	Title         string       `json:"-"`
	Section       string       `json:"-"`
	Panel         string       `json:"-"`
	Heading       string       `json:"-"`
	Alert         string       `json:"-"`
	CSS, JS, Icon string       `json:"-"`
	Me            *meView      `json:"-"`
	Pulse         string       `json:"-"`
	Change        uint64       `json:"-"` // the last change that the page shows: its stream begins behind it
	Tab           string       `json:"-"`
	Now           time.Time    `json:"-"`
	ScriptTexts   []scriptText `json:"-"`
}

// scriptText is a text that a script of the page says.
type scriptText struct{ Key, Text string }

// meView is who is signed in.
type meView struct {
	ID, Name, Initials, Duty, DutyWord, RoleWord string
	Acts, SeesCases, SeesSettings, SeesAudit     bool
}

// page begins the view of a page.
func (d *Desk) page(c *call, title string) page {
	p := page{Title: title, CSS: d.assets.css, JS: d.assets.js, Icon: d.assets.icon, Now: d.now()}
	if !c.signedIn() {
		return p
	}
	me := c.me
	p.Me = &meView{ID: string(me.ID), Name: me.Name, Initials: initials(me.Name), Duty: string(me.Duty), DutyWord: d.text("duty_"+string(me.Duty), nil),
		RoleWord: d.text("role_"+string(me.Role), nil), Acts: acting.has(me.Role), SeesCases: looking.has(me.Role),
		SeesSettings: settings.has(me.Role), SeesAudit: auditing.has(me.Role)}
	for _, key := range d.texts.Keys() {
		if name, ok := strings.CutPrefix(key, "script_"); ok {
			p.ScriptTexts = append(p.ScriptTexts, scriptText{name, d.text(key, nil)})
		}
		if name, ok := strings.CutPrefix(key, "clock_wait"); ok {
			p.ScriptTexts = append(p.ScriptTexts, scriptText{"wait" + name, d.text(key, nil)})
		}
	}
	return p
}

// loadPages parses the templates.
func (d *Desk) loadPages() (*template.Template, error) {
	return template.New("").Option("missingkey=error").Funcs(template.FuncMap{
		"initials": initials,
		"newAct":   newAct,
		"reveal":   d.revealView,
	}).ParseFS(pageFiles, "page/*.html")
}

// show answers with a view, as a page or as JSON.
func (d *Desk) show(c *call, status int, name string, view any) error {
	h := c.rw.Header()
	h.Add("Vary", "Accept")
	if c.json {
		h.Set("Content-Type", "application/json")
		c.rw.WriteHeader(status)
		_ = json.NewEncoder(c.rw).Encode(view) // the browser went away
		return nil
	}
	var b bytes.Buffer
	if err := d.pages.ExecuteTemplate(&b, name, view); err != nil {
		return err
	}
	h.Set("Content-Type", "text/html; charset=utf-8")
	c.rw.WriteHeader(status)
	_, _ = b.WriteTo(c.rw) // the browser went away
	return nil
}

// done answers a form: 303 to a page, or JSON.
func (d *Desk) done(c *call, to string, more map[string]any) error {
	if !c.json {
		http.Redirect(c.rw, c.Request, to, http.StatusSeeOther)
		return nil
	}
	body := map[string]any{"ok": true}
	for k, v := range more {
		body[k] = v
	}
	return d.show(c, http.StatusOK, "", body)
}

// errorView is the page of an error.
func (d *Desk) errorPage(c *call, status int, words string) {
	v := page{Title: d.text("title_error", nil), Heading: d.text("title_error", nil), CSS: d.assets.css, Icon: d.assets.icon, Alert: words, Now: d.now()}
	if err := d.show(c, status, "error.html", v); err != nil {
		d.opt.Log.ErrorContext(c.Context(), "desk: error page", "err", err)
		http.Error(c.rw, http.StatusText(status), status)
	}
}

// audit records what somebody did.
func (d *Desk) audit(c *call, what string, caso uint64, detail string) error {
	return d.db.Audit(context.WithoutCancel(c.Context()), archive.Record{Agent: string(c.me.ID), What: what, Case: caso, Detail: detail})
}

// pathOf is the path of an address of this host below /mesa/, "" if it is none.
func pathOf(address, host string) string {
	u, err := url.Parse(address)
	if err != nil || u.Host != host {
		return ""
	}
	return localPath(u.RequestURI())
}

// me is the agent as an act names them.
func (c *call) agent() bot.Agent { return c.me.Agent }
