package main

import (
	"context"
	"flag"
	"os"
	"strings"

	"llave/adapters/autogestion/client"
	"llave/flows/backend"
)

// checkBackend checks a remote back end, for the team that makes it. It exits with 1 if a check failed.
func (p program) checkBackend(ctx context.Context, args []string) error {
	var file string
	var mint bool
	args, err := parseFlags("backend check", args, 0, 1, func(set *flag.FlagSet) {
		set.StringVar(&file, "credential", "", "")
		set.BoolVar(&mint, "mint", false, "")
	})
	if err != nil {
		return err
	}
	remote, err := p.clientToCheck(strings.Join(args, ""))
	if err != nil {
		return err
	}
	defer remote.Close()
	o := client.CheckOptions{Mint: mint}
	if o.Credential, err = readCredential(file); err != nil {
		return err
	}
	report, err := client.Check(ctx, remote, o)
	if err != nil {
		return err
	}
	if err := report.Write(p.stdout); err != nil {
		return err
	}
	if !report.Passed() {
		return refuse("check.failed", nil)
	}
	return nil
}

// clientToCheck returns a client of the back end at an address, or of the one in the configuration.
func (p program) clientToCheck(url string) (*client.Client, error) {
	c, err := readConfig(p.getenv)
	if err != nil {
		return nil, err
	}
	if url == "" {
		url = c.AutogestionURL
	}
	if url == "" {
		return nil, misuse("check.no_url", nil)
	}
	return c.client(url, p.now)
}

// readCredential reads a link's credential, if there is a file. It is in a file because every user of the machine can read
// the arguments of a command.
func readCredential(file string) (backend.Credential, error) {
	if file == "" {
		return "", nil
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return "", misuse("check.credential", err).because(err)
	}
	credential := strings.TrimSpace(string(text))
	if credential == "" {
		return "", misuse("check.empty", nil)
	}
	return backend.Credential(credential), nil
}
