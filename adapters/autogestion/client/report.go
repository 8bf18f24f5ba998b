package client

import (
	_ "embed"
	"errors"
	"fmt"
	"io"
	"reflect"
	"strings"

	"llave/adapters/catalog"
	"llave/flows/backend"
	"llave/flows/backend/contract"
)

//go:embed textos.tmpl
var reportTexts string

func loadTexts() (*catalog.Texts, error) { return catalog.Parse(reportTexts) }

// Write prints the report for the operators of the back end: a line for each sentence, then the declared capabilities and
// what Llave does without the others.
func (r Report) Write(w io.Writer) error {
	var b strings.Builder
	for _, f := range r.Findings {
		fmt.Fprintf(&b, "%s %s%s\n", f.mark(), r.texts.Get("check_"+f.Check, nil), r.saw(f.Err))
	}
	if r.Can != nil {
		fmt.Fprintf(&b, "\n%s\n\n", r.texts.Get("report_can", nil))
		for _, c := range declared(*r.Can) {
			key, sign := "without_", "–"
			if c.has {
				key, sign = "can_", "✓"
			}
			fmt.Fprintf(&b, "  %s %-24s %s\n", sign, c.name, r.texts.Get(key+c.name, nil))
		}
	}
	passed, failed, skipped := r.count()
	fmt.Fprintf(&b, "\n%s\n", r.texts.Get("report_end", map[string]int{"Passed": passed, "Failed": failed, "NotRun": skipped}))
	_, err := io.WriteString(w, b.String())
	return err
}

func (f Finding) mark() string {
	switch {
	case f.Err == nil:
		return "✓"
	case f.failed():
		return "✗"
	}
	return "–"
}

func (r Report) count() (passed, failed, skipped int) {
	for _, f := range r.Findings {
		switch {
		case f.Err == nil:
			passed++
		case f.failed():
			failed++
		default:
			skipped++
		}
	}
	return passed, failed, skipped
}

// saw describes what was seen instead, or why the sentence was not run.
func (r Report) saw(err error) string {
	var (
		skipped *contract.NotRun
		other   *unexpected
		rule    *contract.Broken
		none    *NoAnswer
	)
	text := ""
	switch {
	case err == nil:
		return ""
	case errors.As(err, &skipped):
		return " " + r.texts.Get("skip", r.texts.Get("skip_"+skipped.Why, nil))
	case errors.As(err, &other):
		text = r.texts.Get("saw_other", other)
	case errors.As(err, &rule):
		text = r.texts.Get("saw_"+rule.What, nil)
	case errors.As(err, &none):
		text = r.texts.Get("saw_none", struct {
			*NoAnswer
			Text string
		}{none, r.texts.Get("fault_"+none.Why, nil)})
	case errors.Is(err, backend.ErrUnlinked):
		text = r.texts.Get("saw_unlinked", nil)
	default:
		text = r.texts.Get("saw_refused", nil)
	}
	return r.texts.Get("saw", text)
}

// capability is a field of backend.Capabilities, by its name in the API.
type capability struct {
	name string
	has  bool
	late bool // came later: older back ends do not declare it, and have it not
}

// declared lists the capabilities in the order of backend.Capabilities.
func declared(can backend.Capabilities) (list []capability) {
	v := reflect.ValueOf(can)
	for i := range v.NumField() {
		name, more, _ := strings.Cut(v.Type().Field(i).Tag.Get("json"), ",")
		list = append(list, capability{name: name, has: v.Field(i).Bool(), late: more != ""})
	}
	return list
}

// capabilityNames returns the names of the capabilities that every back end declares.
func capabilityNames() (names []string) {
	for _, c := range declared(backend.Capabilities{}) {
		if !c.late {
			names = append(names, c.name)
		}
	}
	return names
}
