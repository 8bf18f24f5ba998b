package flows

import (
	"fmt"

	"llave/bot"
	"llave/flows/backend"
	"llave/flows/nlu"
	"llave/flows/texts"
)

// Config is what the conversations need to know of the place where they run.
type Config struct {
	// Phone of Mesa de Ayuda, as it is printed.
	Phone string
	// Verify is the address of the page where the signature of a sheet is checked, as it is printed; empty if there is none.
	Verify string
	// Site is the address of Autogestión's pages, without a slash at the end.
	Site string
	// RunBy is who runs the chat, said when it is asked; empty: nobody of the insurer.
	RunBy string
	// Can are the capabilities of the back end.
	Can backend.Capabilities
	// Moved, if set, is called for every move that is decided: for counting. A turn that runs again calls it again.
	Moved func(flow, event, from, to string)
}

// Script is the conversations: it decides, and touches nothing. It implements [bot.Script].
type Script struct {
	parser   *nlu.Parser
	texts    *texts.Catalog
	machines machines
	can      backend.Capabilities
	moved    func(flow, event, from, to string)
}

// New checks the table of states, the texts and the words, and returns the conversations.
func New(c Config) (*Script, error) {
	parser, err := nlu.New()
	if err != nil {
		return nil, fmt.Errorf("flows: %w", err)
	}
	catalog, err := texts.New(texts.Options{Phone: c.Phone, Verify: c.Verify, Site: c.Site, RunBy: c.RunBy})
	if err != nil {
		return nil, fmt.Errorf("flows: %w", err)
	}
	machines, err := newMachines(table())
	if err != nil {
		return nil, fmt.Errorf("flows: %w", err)
	}
	return &Script{parser, catalog, machines, c.Can, c.Moved}, nil
}

var _ bot.Masker = (*Script)(nil)

// Mask implements [bot.Masker].
func (sc *Script) Mask(text string) bot.Masked { return bot.Masked(sc.parser.Mask(text)) }

// NewData implements [bot.Script].
func (sc *Script) NewData() any { return &memory{} }

// Decide implements [bot.Script].
func (sc *Script) Decide(s bot.Session, in bot.Input) (bot.Decision, error) {
	s, m := upgrade(s, in.Own, sc.machines.valid)
	d := &dialog{Script: sc, session: s, mem: m, in: in}
	d.removePassword()
	label := inMesa(d).pressedLabel()
	d.dispatch()
	d.goOn()
	d.boundShared()
	inAccount(d).nameAccount()
	d.headReturned()
	d.warnOfPassword()
	d.fileLabel(label)
	if d.err != nil {
		return bot.Decision{}, d.err
	}
	d.out.Session = d.session
	return d.out, nil
}
