package main

import (
	"context"
	"errors"
)

// housekeep has the embedded Autogestión forget what is over, in the background, until the program stops.
func (h *house) housekeep() {
	if h.backend == nil {
		return
	}
	ctx, cancel := context.WithCancel(context.Background())
	over := make(chan struct{})
	go func() {
		defer close(over)
		h.backend.Housekeep(ctx)
	}()
	h.up = append(h.up, func(down context.Context) error {
		cancel()
		select {
		case <-over:
			return nil
		case <-down.Done():
			return errors.New("autogestion: the housekeeper did not stop in time")
		}
	})
}
