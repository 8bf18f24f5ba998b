package texts

import (
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"
	"text/template"
	"text/template/parse"
)

// leastEase is the least ease of reading of a text, by the formula of Szigriszt-Pazos, whose scale is INFLESZ: from 65 on a text is easy
// for most people. People read these at a counter, with a queue behind them.
const leastEase = 65

// Every text is easy to read, whatever its conditions say. Texts of fewer than six words are labels, and lists of names, as of the
// months, have no sentence: their words are not separated by any sign.
func TestEveryTextIsEasyToRead(t *testing.T) {
	cat, err := New(Options{Phone: "1", Site: "https://x", Verify: "x"})
	if err != nil {
		t.Fatal(err)
	}
	measured := 0
	for _, name := range cat.Keys() {
		tmpl := cat.by[name]
		for _, text := range variants(tmpl) {
			words := wordsOf(text)
			if len(words) < 6 || strings.HasPrefix(name, "words.") && !strings.ContainsAny(text, ".,;:?!") {
				continue
			}
			measured++
			if ease := easeOf(text); ease < leastEase {
				t.Errorf("%s: %.1f: %q", name, ease, text)
			}
		}
	}
	if measured < 300 {
		t.Errorf("only %d texts were measured", measured)
	}
}

func TestEaseOfReading(t *testing.T) {
	for text, want := range map[string]float64{
		"El sol sale hoy.":  206.835 - 62.3*5/4 - 4,
		"Autorización útil": 206.835 - 62.3*7/2 - 2,
		"Ahí está el n.º 4. Ya te lo di: https://a.b/c": 206.835 - 62.3*12/8 - 8.0/2,
	} {
		if got := easeOf(text); got < want-0.01 || got > want+0.01 {
			t.Errorf("%q: %.2f, want %.2f", text, got, want)
		}
	}
	for word, want := range map[string]int{"y": 1, "hay": 1, "guía": 2, "queso": 2, "día": 2, "bien": 1, "león": 2, "teléfono": 4, "vergüenza": 3, "cuota": 2} {
		if got := syllables(word); got != want {
			t.Errorf("%q has %d syllables, want %d", word, got, want)
		}
	}
}

// variants are the texts of a template: each branch of its conditions is in one of them. What is filled in is a name.
func variants(tmpl *template.Template) []string {
	texts := map[string]bool{}
	var all []*parse.IfNode
	above := map[*parse.IfNode]map[*parse.IfNode]bool{}
	var find func(n parse.Node, on map[*parse.IfNode]bool)
	find = func(n parse.Node, on map[*parse.IfNode]bool) {
		switch n := n.(type) {
		case *parse.ListNode:
			if n != nil {
				for _, c := range n.Nodes {
					find(c, on)
				}
			}
		case *parse.IfNode:
			all, above[n] = append(all, n), on
			yes, no := maps.Clone(on), maps.Clone(on)
			yes[n], no[n] = true, false
			find(n.List, yes)
			find(n.ElseList, no)
		case *parse.RangeNode:
			find(n.List, on)
		case *parse.WithNode:
			find(n.List, on)
		}
	}
	find(tmpl.Root, map[*parse.IfNode]bool{})
	texts[flat(tmpl, tmpl.Root, nil)] = true
	for _, n := range all {
		for _, side := range []bool{true, false} {
			on := maps.Clone(above[n])
			on[n] = side
			texts[flat(tmpl, tmpl.Root, on)] = true
		}
	}
	return slices.Sorted(maps.Keys(texts))
}

// flat is a template as a text, with these conditions true and all others false.
func flat(tmpl *template.Template, n parse.Node, on map[*parse.IfNode]bool) string {
	switch n := n.(type) {
	case *parse.ListNode:
		if n == nil {
			return ""
		}
		out := ""
		for _, c := range n.Nodes {
			out += flat(tmpl, c, on)
		}
		return out
	case *parse.TextNode:
		return string(n.Text)
	case *parse.ActionNode:
		return "Juana"
	case *parse.TemplateNode:
		return flat(tmpl, tmpl.Lookup(n.Name).Root, on)
	case *parse.IfNode:
		if on[n] {
			return flat(tmpl, n.List, on)
		}
		return flat(tmpl, n.ElseList, on)
	case *parse.RangeNode:
		return flat(tmpl, n.List, on)
	case *parse.WithNode:
		return flat(tmpl, n.List, on)
	}
	return ""
}

var (
	address  = regexp.MustCompile(`https?://\S+`)
	ordinal  = regexp.MustCompile(`[Nn]\.º`)
	sentence = regexp.MustCompile(`[.!?:;…\n]+`)
	wordForm = regexp.MustCompile(`\p{L}+`)
)

func wordsOf(text string) []string {
	return wordForm.FindAllString(ordinal.ReplaceAllString(address.ReplaceAllString(text, ""), "número"), -1)
}

// easeOf is 206.835 − 62.3 · syllables / words − words / sentences.
func easeOf(text string) float64 {
	words := wordsOf(text)
	sentences, all := 0, 0
	for _, s := range sentence.Split(ordinal.ReplaceAllString(address.ReplaceAllString(text, ""), "número"), -1) {
		if wordForm.MatchString(s) {
			sentences++
		}
	}
	for _, w := range words {
		all += syllables(w)
	}
	n := float64(len(words))
	return 206.835 - 62.3*float64(all)/n - n/float64(max(1, sentences))
}

var silent = strings.NewReplacer("que", "ke", "qui", "ki", "qué", "ké", "quí", "kí", "gue", "ge", "gui", "gi", "gué", "gé", "guí", "gí", "h", "")

// syllables counts the nuclei of a word.
func syllables(word string) int {
	word = silent.Replace(strings.ToLower(word))
	if y, ok := strings.CutSuffix(word, "y"); ok {
		word = y + "i"
	}
	n, last := 0, ' '
	for _, r := range word {
		strong, accented := strings.ContainsRune("aeoáéó", r), strings.ContainsRune("íú", r)
		if !strong && !accented && !strings.ContainsRune("iuü", r) {
			last = ' '
			continue
		}
		wasStrong, wasAccented := strings.ContainsRune("aeoáéó", last), strings.ContainsRune("íú", last)
		if last == ' ' || strong && (wasStrong || wasAccented) || accented && wasStrong {
			n++
		}
		last = r
	}
	return max(1, n)
}
