package backend

import (
	_ "embed"
	"slices"
	"strings"
	"sync"
)

//go:embed words/kinship.txt
var kinshipFile string

// kinship is the meaning of a back end's word for a relative.
type kinship struct {
	// words are the possible kinships: one if it is certain, two if only the sex is missing.
	words []string
	// plain: they are more than the first word of the text.
	plain bool
	// child and other: the text names no relation but a younger person, or any person.
	child, other bool
}

// relation is a kinship in its masculine and feminine word.
type relation struct{ masculine, feminine string }

// kinshipWords are the contents of the words file.
type kinshipWords struct {
	relations map[string]relation  // by the masculine word
	begins    map[string]string    // beginning of a word -> relation, "" for none of them
	of        map[[2]string]string // a relation of a relation
	law       map[string]string    // a relation by marriage
	codes     map[string]string    // the national list
	disabled  string               // the relation of a person who stays insured as a child
	lists     map[string][]string  // the other lines of the file
}

var readKinshipWords = sync.OnceValue(func() *kinshipWords {
	w := &kinshipWords{relations: map[string]relation{}, begins: map[string]string{}, of: map[[2]string]string{},
		law: map[string]string{}, codes: map[string]string{}, lists: map[string][]string{}}
	for line := range strings.Lines(kinshipFile) {
		if head, tail, ok := strings.Cut(strings.TrimSpace(line), ":"); ok && !strings.HasPrefix(head, "#") {
			w.take(strings.Fields(head), tail)
		}
	}
	return w
})

// take reads one line of the words file.
func (w *kinshipWords) take(head []string, tail string) {
	var words []string
	for part := range strings.SplitSeq(tail, "|") {
		words = append(words, strings.TrimSpace(part))
	}
	switch head[0] {
	case "relation":
		w.relations[head[1]] = relation{head[1], head[2]}
		w.begin(head[1], words)
	case "none":
		w.begin("", words)
	case "of":
		w.of[[2]string{head[1], head[2]}] = words[0]
	case "law":
		w.law[head[1]] = words[0]
	case "code":
		w.codes[head[1]] = words[0]
	case "disabled":
		w.disabled = head[1]
		fallthrough
	default:
		w.lists[head[0]] = words
	}
}

// is reports whether a word begins like one of a list.
func (w *kinshipWords) is(word, list string) bool {
	return slices.ContainsFunc(w.lists[list], func(b string) bool { return strings.HasPrefix(word, b) })
}

// has reports whether a word is in a list.
func (w *kinshipWords) has(word, list string) bool { return slices.Contains(w.lists[list], word) }

func (w *kinshipWords) begin(relation string, beginnings []string) {
	for _, b := range beginnings {
		w.begins[b] = relation
	}
}

// relation returns the relation that a folded word names, "" if it names none.
func (w *kinshipWords) relation(word string) string {
	for n := len(word); n >= 3; n-- {
		if rel, ok := w.begins[word[:n]]; ok {
			return rel
		}
	}
	return ""
}

// readKinship reads a back end's word for a relative: "HIJO/A", "hija", "CONYUGE", a code of the national list, or a long
// official name. Sex is "F", "M", or "" if it is not known: a masculine word is used of women, too.
func readKinship(text, sex string) kinship {
	w := readKinshipWords()
	words := strings.Fields(Fold(text))
	if len(words) == 1 {
		if said, ok := w.code(words[0]); ok {
			words = []string{said}
		}
	}
	name, at := w.named(words)
	if name == "" {
		return w.loose(words, sex)
	}
	return kinship{words: w.relations[name].of(w.sex(words, at, sex)), plain: true}
}

// code returns the meaning of a code of the national list, with or without its leading zero.
func (w *kinshipWords) code(word string) (string, bool) {
	if len(word) == 2 {
		word = strings.TrimPrefix(word, "0")
	}
	said, ok := w.codes[word]
	return said, ok
}

// named returns the relation that a text names and the index of its word; "" if it names none.
func (w *kinshipWords) named(words []string) (name string, at int) {
	for i, word := range words {
		rel := w.relation(word)
		linked := name != "" && slices.ContainsFunc(words[at:i], func(s string) bool { return w.has(s, "link") })
		switch {
		case w.has(word, "not") && name == "", w.formerly(word, rel):
			return "", 0
		case w.is(word, "inlaw") && name != "":
			return w.law[name], at
		case rel == "":
		case name == "":
			name, at = rel, i
		case linked && rel != Fold(w.codes["0"]):
			return w.of[[2]string{name, rel}], at
		}
	}
	return name, at
}

// formerly reports whether a word revokes a relation: "EX", "EXCONYUGE", "VIUDO/A".
func (w *kinshipWords) formerly(word, rel string) bool {
	return w.is(word, "former") && (rel != "" || w.has(word, "former") || !strings.HasPrefix(word, "ex"))
}

// sex returns the sex that a text and a column of the padrón state together: "" if it may be either.
func (w *kinshipWords) sex(words []string, at int, column string) string {
	word, rest := words[at], words[at+1:]
	male := w.is(word, "male")
	feminine := !male && (strings.HasSuffix(word, "a") || w.is(word, "feminine"))
	either := len(rest) > 0 && rest[0] == "a" || slices.ContainsFunc(rest, func(s string) bool {
		return s != word && w.relation(s) == w.relation(word)
	})
	switch {
	case column == "F" && (either || !male), column == "M" && (either || !feminine):
		return column
	case column != "", either:
		return "" // the word says one thing and the column another, or neither says anything
	case feminine:
		return "F"
	case len(words) > 1 && !male:
		return "" // an official name, which is masculine for all
	}
	return "M"
}

// of returns the words for a relation and a sex.
func (r relation) of(sex string) []string {
	switch {
	case r.masculine == r.feminine, sex == "M":
		return []string{r.masculine}
	case sex == "F":
		return []string{r.feminine}
	}
	return []string{r.masculine, r.feminine}
}

// loose reads a text that names no relation of the list.
func (w *kinshipWords) loose(words []string, sex string) (k kinship) {
	for _, word := range words {
		switch {
		case w.is(word, "disabled"):
			return kinship{words: w.relations[w.disabled].of(sex), plain: true}
		case w.is(word, "child"):
			k.child = true
		case w.is(word, "other"):
			k.other = true
		}
	}
	if k.child || k.other || len(words) == 0 || w.relation(words[0]) != "" {
		return k
	}
	k.words = words[:1]
	if stem, ok := strings.CutSuffix(words[0], "o"); ok && len(words) > 1 && words[1] == "a" {
		k.words, k.plain = relation{words[0], stem + "a"}.of(sex), true
	}
	return k
}

// KinshipWord returns the plain word for a kinship of a padrón, "hija" for "HIJO/A" of a woman. A text that names no
// relation, or leaves the sex open, stays as it is.
func KinshipWord(text, sex string) string {
	if k := readKinship(text, sex); k.plain && len(k.words) == 1 {
		return k.words[0]
	}
	return text
}

// KnownKinship reports whether a text is a complete kinship, known letter by letter: a text that was cut in the middle is
// not.
func KnownKinship(text string) bool {
	w, f := readKinshipWords(), Fold(text)
	if _, ok := w.code(f); ok {
		return true
	}
	for _, r := range w.relations {
		if f == Fold(r.masculine) || f == Fold(r.feminine) {
			return true
		}
	}
	return false
}

// kinMeans reports whether a member's kinship certainly is one of some kinships, whether it is one or its counterpart of the
// other sex, and whether it names no relation at all.
func kinMeans(kins []string, text string) (certain, open, loose bool) {
	w, k := readKinshipWords(), readKinship(text, "")
	in := 0
	for _, word := range k.words {
		if slices.Contains(kins, Fold(word)) {
			in++
		}
	}
	switch {
	case in > 0:
		return in == len(k.words), in < len(k.words), false
	case k.child:
		return false, false, !slices.ContainsFunc(kins, func(kin string) bool { return w.has(kin, "elder") })
	}
	return false, false, k.other
}
