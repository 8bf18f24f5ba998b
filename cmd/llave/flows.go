package main

import (
	"context"
	"io"

	"llave/flows"
)

// flows prints the diagrams of the conversations.
func (p program) flows(_ context.Context, args []string) error {
	if err := noArguments(args); err != nil {
		return err
	}
	all, err := flows.Diagrams()
	if err != nil {
		return err
	}
	_, err = io.WriteString(p.stdout, flows.Page(all))
	return err
}
