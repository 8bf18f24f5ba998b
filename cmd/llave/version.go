package main

import (
	"context"
	"fmt"
	"runtime/debug"
)

// version prints which version was built.
func (p program) version(context.Context, []string) error {
	info, _ := debug.ReadBuildInfo()
	_, err := fmt.Fprintf(p.stdout, "llave %s %s\n", info.Main.Version, info.GoVersion)
	return err
}
