package main

import (
	"embed"
	"io"
	"strings"
	"text/template"
)

//go:embed texts/*.tmpl
var textFiles embed.FS

// texts is the catalog of this package: help, errors, what the commands print, plain answers to HTTP requests. The pages
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

// operatorError is an error that the operator reads: a text of the catalog in place of its cause, and the exit code.
type operatorError struct {
	text  string
	cause error
	code  int
}

func (r *operatorError) Error() string { return r.text }
func (r *operatorError) Unwrap() error { return r.cause }

// refuse makes an error for something that failed. A key that begins with the name of a variable puts that name first.
func refuse(key string, data any) *operatorError {
	text := textOf(key, data)
	if name, _, ok := strings.Cut(key, "."); ok && strings.HasPrefix(name, "LLAVE_") {
		text = name + ": " + text
	}
	return &operatorError{text: text, code: exitError}
}

// misuse makes an error for a call or a configuration that cannot work.
func misuse(key string, data any) *operatorError {
	r := refuse(key, data)
	r.code = exitUsage
	return r
}

// asMisuse makes an error one for which the call is to blame. What the operator reads stays.
func asMisuse(err error) *operatorError {
	return &operatorError{text: err.Error(), cause: err, code: exitUsage}
}

// because keeps the cause of an error, for errors.Is and errors.As.
func (r *operatorError) because(err error) *operatorError {
	r.cause = err
	return r
}
