package main

import (
	"embed"
	"io"
	"strings"
	"text/template"
)

//go:embed texts/*.tmpl
var textFiles embed.FS

// texts is the catalog of this package: help, refusals, what the commands print, plain answers to HTTP requests. The pages
// for WhatsApp are HTML and have a catalog of their own.
var texts = template.Must(template.New("").Option("missingkey=error").ParseFS(textFiles, "texts/*.tmpl"))

// values fill in a text that has more than one gap.
type values map[string]any

// textOf returns a text of the catalog. A text that cannot be filled in is its key and the reason, so that an error is never
// silent; TestCatalog keeps that from happening.
func textOf(key string, data any) string {
	var b strings.Builder
	if err := texts.ExecuteTemplate(&b, key, data); err != nil {
		return key + ": " + err.Error()
	}
	return b.String()
}

// write prints a text of the catalog.
func write(w io.Writer, key string, data any) error {
	_, err := io.WriteString(w, textOf(key, data))
	return err
}

// refusal is an error that the operator reads: a text of the catalog in place of its cause, and the exit code.
type refusal struct {
	text  string
	cause error
	code  int
}

func (r *refusal) Error() string { return r.text }
func (r *refusal) Unwrap() error { return r.cause }

// refuse makes a refusal for something that failed. A key that begins with the name of a variable puts that name first.
func refuse(key string, data any) *refusal {
	text := textOf(key, data)
	if name, _, ok := strings.Cut(key, "."); ok && strings.HasPrefix(name, "LLAVE_") {
		text = name + ": " + text
	}
	return &refusal{text: text, code: exitError}
}

// misuse makes a refusal for a call or a configuration that cannot work.
func misuse(key string, data any) *refusal {
	r := refuse(key, data)
	r.code = exitUsage
	return r
}

// asMisuse makes an error one for which the call is to blame. What the operator reads stays.
func asMisuse(err error) *refusal { return &refusal{text: err.Error(), cause: err, code: exitUsage} }

// because keeps the cause of a refusal, for errors.Is and errors.As.
func (r *refusal) because(err error) *refusal {
	r.cause = err
	return r
}
