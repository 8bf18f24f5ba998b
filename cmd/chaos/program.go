package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// prepare makes a folder for what is kept, and the program if it is not given.
func prepare(ctx context.Context, binary string) (dir, built string, remove func(), err error) {
	if dir, err = os.MkdirTemp("", "llave-chaos"); err != nil {
		return "", "", nil, err
	}
	remove = func() { os.RemoveAll(dir) }
	if binary == "" {
		binary = filepath.Join(dir, "llave")
		build := exec.CommandContext(ctx, "go", "build", "-tags", "testclock", "-o", binary, "llave/cmd/llave")
		if out, err := build.CombinedOutput(); err != nil {
			remove()
			return "", "", nil, fmt.Errorf("build: %w\n%s", err, out)
		}
	}
	return dir, binary, remove, nil
}

// environment is ours without what would configure the program, with its clock and where it keeps what it knows.
func environment(data string) []string {
	env := slices.DeleteFunc(os.Environ(), func(v string) bool { return strings.HasPrefix(v, "LLAVE_") })
	env = append(env, "TESTCLOCK_AHEAD="+time.Duration(clock).String(), "LLAVE_DATA="+data)
	return append(env, conversationsIn.environment(data)...)
}
