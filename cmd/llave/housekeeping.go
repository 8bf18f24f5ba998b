package main

import (
	"context"
	"errors"
)

// housekeep has the embedded Autogestión forget what is over, in the background, until the program stops.
func (h *app) startHousekeeping() {
	if h.embedded == nil {
		return
	}
	ctx, cancel := context.WithCancel(context.Background())
	over := make(chan struct{})
	go func() {
		defer close(over)
		h.embedded.Housekeep(ctx)
	}()
	h.stops = append(h.stops, func(down context.Context) error {
		cancel()
		select {
		case <-over:
			return nil
		case <-down.Done():
			return errors.New("autogestion: the housekeeper did not stop in time")
		}
	})
}
