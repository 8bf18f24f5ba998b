package nlu

import (
	"embed"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
)

//go:embed words/es.txt words/secrets.txt words/second.bin
var wordFiles embed.FS

// Parser is the words file, indexed. Every word of the file has a number and a set of classes. A Parser may be used by several
// goroutines.
type Parser struct {
	ids         map[string]int32 // phonetic key -> number
	keys        []string         // number -> phonetic key
	classes     []classes        // number -> classes
	sets        []classes        // number -> sets: classes that only phrases refer to
	setBits     map[string]classes
	bits        map[string]classes
	phrases     []phrase
	starts      [][]int32 // number of a word -> the phrases that may begin with it
	yes, no     []phrase
	kin         map[int32]string           // word -> kinship
	persons     []phrase                   // phrases that stand for people: me, all
	polite      map[Intent]map[string]bool // keys that may stand beside a yes, and beside a no
	written     map[string]string          // a word as it is written in haste -> the word
	short       map[string][]string        // short form -> first names it may stand for
	numbers     map[int32]int              // word -> number it says
	months      map[int32]int              // word -> month it says
	publicNames map[Intent]string          // the name of an intent outside, where it is not its own
	corrections map[byte][]int32           // first letter -> words that a misspelt word may mean
	endings     []string                   // of words that are no name
	verbs       []string                   // of words that are verbs after "para"
	that        int32                      // the word "que"
	c           namedClasses
	secrets     *secrets
	second      secondOpinion
	rules       *Parser // the same without a second opinion
}

// phrase is a sequence of words with an intent.
type phrase struct {
	intent Intent
	topic  Topic
	weight int
	alone  bool // it counts only if the text says nothing else
	wide   bool // other words may stand between its words
	parts  []slot
}

// slot is one place in a phrase: a word, or any word of a class.
type slot struct {
	id    int32
	class classes
	set   classes
}

// New returns the parser of the words files. It is made once: nothing in it changes.
func New() (*Parser, error) { return loadOnce() }

var loadOnce = sync.OnceValues(load)

// load reads the words files.
func load() (*Parser, error) {
	text, err := wordFiles.ReadFile("words/es.txt")
	if err != nil {
		return nil, err
	}
	u := &Parser{ids: map[string]int32{}, bits: map[string]classes{}, setBits: map[string]classes{}, kin: map[int32]string{},
		polite: map[Intent]map[string]bool{IntentYes: {}, IntentNo: {}}, short: map[string][]string{}, written: map[string]string{},
		numbers: map[int32]int{}, months: map[int32]int{}, publicNames: map[Intent]string{}, corrections: map[byte][]int32{}}
	for i, line := range strings.Split(string(text), "\n") {
		if line = strings.TrimSpace(line); line == "" || line[0] == '#' {
			continue
		}
		name, list, ok := strings.Cut(line, ":")
		if !ok {
			return nil, fmt.Errorf("words: line %d has no colon", i+1)
		}
		if err := u.add(strings.Fields(name), strings.Split(list, "|")); err != nil {
			return nil, fmt.Errorf("words: line %d: %w", i+1, err)
		}
	}
	u.nameClasses()
	u.that = u.put("ke", "")
	u.index()
	if u.secrets, err = loadSecrets(); err != nil {
		return nil, err
	}
	rules := *u
	u.rules = &rules
	return u, u.second.load()
}

// add reads a line: its name, and its phrases.
func (u *Parser) add(name, list []string) error {
	for _, text := range list {
		if err := u.addPhrase(name, text); err != nil {
			return err
		}
	}
	return nil
}

func (u *Parser) addPhrase(name []string, text string) error {
	words := phoneticKeys(text)
	if len(words) == 0 {
		return fmt.Errorf("%q is no word", text)
	}
	key := strings.Join(words, " ")
	switch name[0] {
	case "written":
		u.written[key] = phoneticKey(name[1])
	case "class":
		u.put(key, name[1])
	case "set":
		u.sets[u.put(key, "")] |= bitOf(u.setBits, name[1])
	case "filler", "common", "name", "nameword":
		u.put(key, name[0])
	case "kin":
		kin := name[1]
		if kin == "others" { // each word a kinship of its own: what "tío" means in a chat says nothing of "vecino"
			kin = key
		}
		u.kin[u.put(key, "kin")] = kin
	case "short":
		full := strings.Join(phoneticKeys(strings.Join(name[1:], " ")), " ")
		u.short[key] = append(u.short[key], full)
		for _, w := range phoneticKeys(full) {
			u.put(w, "name")
		}
		u.put(key, "name")
	case "ending":
		u.endings = append(u.endings, key)
	case "verb":
		u.verbs = append(u.verbs, key)
	case "polite":
		u.polite[Intent(name[1])][key] = true
	case "shown":
		u.publicNames[Intent(strings.TrimSpace(text))] = name[1]
	case "count", "month":
		n, err := strconv.Atoi(name[1])
		if err != nil {
			return err
		}
		map[string]map[int32]int{"count": u.numbers, "month": u.months}[name[0]][u.put(key, "")] = n
	default:
		return u.addIntent(name, text)
	}
	return nil
}

// addIntent adds a phrase with an intent.
func (u *Parser) addIntent(name []string, text string) error {
	intent, topic, _ := strings.Cut(name[0], "/")
	p := phrase{intent: Intent(intent), topic: Topic(topic)}
	for _, w := range strings.Fields(text) {
		if class, ok := strings.CutPrefix(w, "<"); ok {
			class = strings.TrimSuffix(class, ">")
			e := slot{-1, u.bits[class], u.setBits[class]}
			if e.class == 0 && e.set == 0 {
				return fmt.Errorf("no class %s", w)
			}
			p.parts = append(p.parts, e)
			continue
		}
		for _, s := range phoneticKeys(w) {
			p.parts = append(p.parts, slot{u.put(s, ""), 0, 0})
		}
	}
	for _, n := range name[1:] {
		if n == "alone" {
			p.alone = true
		} else if n == "wide" {
			p.wide = true
		} else if w, err := strconv.Atoi(n); err != nil {
			return err
		} else {
			p.weight = w
		}
	}
	switch p.intent {
	case "me", "all":
		u.persons = append(u.persons, p)
		return nil
	case IntentYes:
		u.yes = append(u.yes, p)
	case IntentNo:
		u.no = append(u.no, p)
	}
	u.phrases = append(u.phrases, p)
	return nil
}

// put gives a word a number and adds it to a class.
func (u *Parser) put(key, class string) int32 {
	if full := u.written[key]; full != "" {
		key = full
	}
	id, ok := u.ids[key]
	if !ok {
		id = int32(len(u.keys))
		u.ids[key] = id
		u.keys, u.classes, u.sets = append(u.keys, key), append(u.classes, 0), append(u.sets, 0)
	}
	if class != "" {
		u.classes[id] |= u.bit(class)
	}
	return id
}

// index finds the phrases by their first word, and the words that a misspelt word may mean.
func (u *Parser) index() {
	u.starts = make([][]int32, len(u.keys))
	meant := make([]bool, len(u.keys))
	for i, p := range append(slices.Clone(u.phrases), u.persons...) {
		for j, e := range p.parts {
			first := j == 0 && i < len(u.phrases)
			if e.id >= 0 {
				meant[e.id] = true
				if first {
					u.starts[e.id] = append(u.starts[e.id], int32(i))
				}
				continue
			}
			for id := range u.keys {
				if !u.slotFits(e, int32(id)) {
					continue
				}
				meant[id] = true
				if first {
					u.starts[id] = append(u.starts[id], int32(i))
				}
			}
		}
	}
	for id, s := range u.keys {
		said := u.kin[int32(id)] != "" || u.months[int32(id)] > 0 || u.classes[id]&u.c.title != 0
		if (meant[id] || said) && len(s) >= 5 {
			u.corrections[s[0]] = append(u.corrections[s[0]], int32(id))
		}
	}
}

// slotFits reports whether a word can take a slot of a phrase.
func (u *Parser) slotFits(e slot, id int32) bool {
	return e.id >= 0 && e.id == id || e.class&u.classes[id] != 0 || e.set&u.sets[id] != 0
}

// Intents returns the intents that the words file has phrases for, in its order.
func (u *Parser) Intents() []Intent {
	var out []Intent
	for _, p := range u.phrases {
		if !slices.Contains(out, p.intent) {
			out = append(out, p.intent)
		}
	}
	return out
}
