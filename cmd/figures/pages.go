package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"llave/adapters/autogestion"
	"llave/adapters/autogestion/form"
)

// People who do not exist. The account's holder and the one without an account are in the padrón; nobody is not.
const (
	holder    = "27-99999001-6"
	noAccount = "27-99999004-0"
	nobody    = "20-99999021-6"
	tramite   = "00111222333"
	padron    = "cuil,nombre,sexo,numero,situacion,cuil_titular,parentesco,correo,tramite\n" +
		"27999990016,María Elena Gómez,F,9-4071852/00,EN PADRÓN,27999990016,titular,maria@padron.example,\n" +
		"27999990040,Juana Ruiz,F,9-4071852/02,EN PADRÓN,27999990016,hija,," + tramite + "\n"
)

// formPage is a form, filled in for a person who has what it is about, and for nobody.
type formPage struct {
	name, path string
	status     int
	fill       func(which int) url.Values
}

// pages are those that must not tell.
var pages = []formPage{
	{"sign-in", "/autogestion/mi-cuenta", http.StatusUnprocessableEntity, func(which int) url.Values {
		return url.Values{"cuil": {[]string{holder, nobody}[which]}, "password": {"una clave que no es"}}
	}},
	{"reset", "/autogestion/clave", http.StatusSeeOther, func(which int) url.Values {
		return url.Values{"cuil": {[]string{holder, nobody}[which]}}
	}},
	{"registration", "/autogestion/registro", http.StatusSeeOther, func(which int) url.Values {
		cuil := []string{noAccount, nobody}[which]
		return url.Values{"cuil": {cuil}, "document": {strings.Split(cuil, "-")[1]}, "sex": {"F"}, "tramite": {tramite}, "email": {"alguien@casa.example"},
			"email2": {"alguien@casa.example"}, "password": {"tres gatos naranja"}, "password2": {"tres gatos naranja"}, "terms": {"on"}}
	}},
}

// site is an Autogestión of its own, with a clock that is put forward.
type site struct {
	service *autogestion.Service
	handler http.Handler
	folder  string
	day     int
	begin   time.Time
}

func openSite(ctx context.Context, cost autogestion.Cost) (*site, error) {
	folder, err := os.MkdirTemp("", "figures")
	if err != nil {
		return nil, err
	}
	s := &site{folder: folder, begin: time.Now()}
	s.service, err = autogestion.Open(ctx, autogestion.Options{Path: filepath.Join(folder, "autogestion.db"), Key: bytes.Repeat([]byte{7}, 32),
		PublicURL: "http://127.0.0.1:8080", Register: autogestion.RegisterMatched, Cost: cost, Now: s.now})
	if err == nil {
		err = s.fill(ctx)
	}
	if err != nil {
		return nil, errors.Join(err, s.close())
	}
	s.handler = s.service.Handler()
	return s, nil
}

func (s *site) now() time.Time { return s.begin.Add(time.Duration(s.day) * 25 * time.Hour) }

// fill imports the padrón and makes the account of its holder.
func (s *site) fill(ctx context.Context) error {
	r, err := s.service.Import(ctx, strings.NewReader(padron))
	if err == nil && len(r.Bad) > 0 {
		err = fmt.Errorf("padrón: %v", r.Bad)
	}
	if err != nil {
		return err
	}
	code, _, err := s.service.OfficeCode(ctx, holder)
	if err != nil {
		return err
	}
	return s.service.UseOfficeCode(ctx, form.Office{CUIL: holder, Code: code, Email: "maria@casa.example", Password: "cuatro perros azules", PasswordAgain: "cuatro perros azules",
		Browser: "office", Address: "127.0.0.1"})
}

func (s *site) close() error {
	var err error
	if s.service != nil {
		err = s.service.Close()
	}
	return errors.Join(err, os.RemoveAll(s.folder))
}

// ask sends the form of a page from a browser and an address that are new, on a day that is. What was typed and what is drawn at
// random for a browser are no part of the answer.
func (s *site) ask(p formPage, which int) (answer string, took time.Duration, err error) {
	s.day++
	typed := p.fill(which)
	r := httptest.NewRequest(http.MethodPost, "http://127.0.0.1:8080"+p.path, strings.NewReader(typed.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.RemoteAddr = fmt.Sprintf("10.%d.%d.%d:4000", s.day>>16&255, s.day>>8&255, s.day&255)
	w := httptest.NewRecorder()
	begin := time.Now()
	s.handler.ServeHTTP(w, r)
	took = time.Since(begin)
	if w.Code != p.status {
		return "", 0, fmt.Errorf("status %d, want %d: %s", w.Code, p.status, w.Body)
	}
	head := w.Header().Clone()
	for i, c := range head["Set-Cookie"] {
		name, _, _ := strings.Cut(c, "=")
		head["Set-Cookie"][i] = name
	}
	head.Del("Date")
	return fmt.Sprint(head) + strings.ReplaceAll(w.Body.String(), typed.Get("cuil"), "CUIL"), took, nil
}
