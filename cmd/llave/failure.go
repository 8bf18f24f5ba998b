package main

import (
	"context"
	"sync"
)

// failure is the first error of what runs in the background. It ends the program. The zero value is ready.
type failure struct {
	once sync.Once
	made sync.Once
	c    chan error
}

func (f *failure) channel() chan error {
	f.made.Do(func() { f.c = make(chan error, 1) })
	return f.c
}

// fail reports an error after which the program cannot go on.
func (f *failure) fail(err error) {
	f.once.Do(func() { f.channel() <- err })
}

// wait returns nil when ctx ends, and the error if something fails before.
func (f *failure) wait(ctx context.Context) error {
	select {
	case <-ctx.Done():
		return nil
	case err := <-f.channel():
		return err
	}
}

// watch returns a context that ends with ctx or at a failure. The caller calls the function at the end: it returns the failure.
func (f *failure) watch(ctx context.Context) (context.Context, func() error) {
	ctx, cancel := context.WithCancel(ctx)
	failed := make(chan error, 1)
	go func() {
		failed <- f.wait(ctx)
		cancel()
	}()
	return ctx, func() error {
		cancel()
		return <-failed
	}
}
