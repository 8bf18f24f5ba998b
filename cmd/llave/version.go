package main

import (
	"context"
	"fmt"
	"runtime/debug"
)

// programVersion is which version was built.
func programVersion() string {
	info, _ := debug.ReadBuildInfo()
	return info.Main.Version
}

// version prints which version was built.
func (p program) version(context.Context, []string) error {
	info, _ := debug.ReadBuildInfo()
	_, err := fmt.Fprintf(p.stdout, "llave %s %s\n", info.Main.Version, info.GoVersion)
	return err
}
