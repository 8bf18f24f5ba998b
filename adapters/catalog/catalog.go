// Package catalog holds texts for people by their keys. The keys are in code, the texts in a template file; a test of each
// user holds the two together.
package catalog

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"text/template"
)

// Texts are the texts of one file.
type Texts struct{ t *template.Template }

// Parse reads a template file: a {{define "key"}} for each text. It fails if one of the keys has no text.
func Parse(source string, keys ...string) (*Texts, error) {
	t, err := template.New("").Option("missingkey=error").Parse(source)
	if err != nil {
		return nil, fmt.Errorf("texts: %w", err)
	}
	for _, key := range keys {
		if t.Lookup(key) == nil {
			return nil, fmt.Errorf("texts: no text %q", key)
		}
	}
	return &Texts{t: t}, nil
}

// Get returns the text of a key. A missing one comes out as its key: a page that says too little is better than none.
func (c *Texts) Get(key string, data any) string {
	var b strings.Builder
	if err := c.t.ExecuteTemplate(&b, key, data); err != nil {
		return key
	}
	return strings.TrimSpace(b.String())
}

// Print writes the text of a key as it stands in the file, with the line breaks around it. A missing one is an error.
func (c *Texts) Print(w io.Writer, key string, data any) error {
	var b bytes.Buffer
	if err := c.t.ExecuteTemplate(&b, key, data); err != nil {
		return fmt.Errorf("texts: %w", err)
	}
	_, err := b.WriteTo(w)
	return err
}

// Has reports whether there is a text for a key.
func (c *Texts) Has(key string) bool { return c.t.Lookup(key) != nil }

// Keys returns the keys of all texts.
func (c *Texts) Keys() (keys []string) {
	for _, t := range c.t.Templates() {
		if t.Name() != "" {
			keys = append(keys, t.Name())
		}
	}
	return keys
}
