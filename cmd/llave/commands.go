package main

import (
	"context"
	"flag"
	"io"
	"slices"
	"strings"
)

// command is a row of the table of commands. Its arguments and what it does are in the catalog, by its name.
type command struct {
	name string // as it is typed: no word, one or two
	run  func(program, context.Context, []string) error
	// anyFolder: it works also where the data folder is half restored.
	anyFolder bool
}

// commands is the table of commands, in the order of llave help.
func commands() []command {
	return []command{
		{"", program.serve, false},
		{"chat", program.chat, false},
		{"entiende", program.understand, true},
		{"padron import", program.importPadron, false},
		{"autogestion", program.autogestion, false},
		{"autogestion rotate-sheet-key", program.rotateSheetKey, false},
		{"account show", program.showAccount, false},
		{"account links", program.accountLinks, false},
		{"account unlink", program.unlinkAccount, false},
		{"account code", program.accountCode, false},
		{"account forget", program.forgetAccount, false},
		{"provider add", program.addProvider, false},
		{"provider rotate", program.rotateProvider, false},
		{"provider disable", program.disableProvider, false},
		{"provider list", program.listProviders, false},
		{"rekey", program.rekey, false},
		{"backup", program.backup, false},
		{"restore", program.restore, true},
		{"audit", program.listAudit, false},
		{"audit verify", program.verifyAudit, false},
		{"verify", program.verify, true},
		{"backend check", program.checkBackend, true},
		{"whatsapp pair", program.whatsappPair, false},
		{"whatsapp status", program.whatsappStatus, false},
		{"whatsapp logout", program.whatsappLogout, false},
		{"agent list", program.listAgents, false},
		{"agent add", program.addAgent, false},
		{"agent reset", program.resetAgent, false},
		{"agent disable", program.disableAgent, false},
		{"agent enable", program.enableAgent, false},
		{"mesa verify", program.verifyMesa, false},
		{"mesa here", program.mesaHere, false},
		{"dead", program.listDead, false},
		{"dead retry", program.retryDead, false},
		{"store copy", program.copyStore, true},
		{"flows", program.flows, true},
		{"health", program.health, true},
		{"doctor", program.doctor, true},
		{"version", program.version, true},
		{"help", program.help, true},
	}
}

// call is a command as it is typed, with its arguments: the line of its usage.
func (c command) call() string {
	return strings.Join(strings.Fields(c.name+" "+render("usage."+c.name, nil)), " ")
}

// findCommand returns the command that the arguments begin with, and the arguments that are left.
func findCommand(args []string) (command, []string, error) {
	if len(args) > 0 && slices.Contains([]string{"-h", "-help", "--help"}, args[0]) {
		args = []string{"help"}
	}
	all := commands()
	if len(args) == 0 {
		return all[0], nil, nil
	}
	for words := min(2, len(args)); words > 0; words-- {
		name := strings.Join(args[:words], " ")
		if at := slices.IndexFunc(all, func(c command) bool { return c.name == name }); at >= 0 {
			return all[at], args[words:], nil
		}
	}
	for _, c := range all {
		if strings.HasPrefix(c.name, args[0]+" ") {
			return command{}, nil, usage(args[0])
		}
	}
	return command{}, nil, misuse("no_command", args[0])
}

// usage refuses a call. It lists the calls that begin with a word.
func usage(word string) error {
	var calls []string
	for _, c := range commands() {
		if c.name == word || strings.HasPrefix(c.name, word+" ") {
			calls = append(calls, c.call())
		}
	}
	return misuse("usage", calls)
}

// parseFlags reads the flags of a command and returns the arguments that are left: least to most of them, any number if
// most is negative.
func parseFlags(name string, args []string, least, most int, define func(*flag.FlagSet)) ([]string, error) {
	set := flag.NewFlagSet(name, flag.ContinueOnError)
	set.SetOutput(io.Discard)
	define(set)
	if err := set.Parse(args); err != nil || set.NArg() < least || most >= 0 && set.NArg() > most {
		return nil, usage(name)
	}
	return set.Args(), nil
}

// noArguments refuses arguments after a command that has none.
func noArguments(args []string) error {
	if len(args) > 0 {
		return misuse("too_many", args[0])
	}
	return nil
}
