package main

import (
	"embed"
	"io"
	"io/fs"
	"strings"

	"llave/adapters/catalog"
)

//go:embed texts/*.tmpl
var textFiles embed.FS

// texts is the catalog of this package: help, errors, what the commands print, plain answers to HTTP requests. The pages
// for WhatsApp are HTML and have a catalog of their own. TestCatalog compares the keys in the code with the files.
var texts = parseTexts(textFiles)

// parseTexts parses the files of a folder as one catalog. They are part of the program: an error is a defect.
func parseTexts(files fs.FS) *catalog.Texts {
	var all strings.Builder
	err := fs.WalkDir(files, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := fs.ReadFile(files, path)
		all.Write(text)
		return err
	})
	if err != nil {
		panic(err)
	}
	parsed, err := catalog.Parse(all.String())
	if err != nil {
		panic(err)
	}
	return parsed
}

// values fill in a text that has more than one gap.
type values map[string]any

// textOf returns a text of the catalog.
func render(key string, data any) string { return texts.Get(key, data) }

// write prints a text of the catalog.
func write(w io.Writer, key string, data any) error { return texts.Print(w, key, data) }

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
	text := render(key, data)
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
