package nlu

import (
	"fmt"
	"strings"
)

// secrets are the words by which a password is recognised in a text.
type secrets struct{ password, maybe, between, of, is, reason, my, as, about map[string]bool }

func loadSecrets() (*secrets, error) {
	text, err := wordFiles.ReadFile("words/secrets.txt")
	if err != nil {
		return nil, err
	}
	s := &secrets{}
	lists := map[string]*map[string]bool{"password": &s.password, "maybe": &s.maybe, "between": &s.between, "of": &s.of,
		"is": &s.is, "reason": &s.reason, "my": &s.my, "as": &s.as, "about": &s.about}
	for n, line := range strings.Split(string(text), "\n") {
		if line == "" || line[0] == '#' {
			continue
		}
		name, words, _ := strings.Cut(line, ": ")
		list := lists[name]
		if list == nil || *list != nil {
			return nil, fmt.Errorf("words/secrets.txt:%d: %q is no list, or is there already", n+1, name)
		}
		*list = map[string]bool{}
		for _, w := range strings.Split(words, " | ") {
			(*list)[partKey(w)] = true
		}
	}
	for name, list := range lists {
		if *list == nil {
			return nil, fmt.Errorf("words/secrets.txt: no list %q", name)
		}
	}
	return s, nil
}
