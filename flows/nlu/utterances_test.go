package nlu

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"llave/flows/backend"
)

// utterances is the folder of the labelled set: texts and their meaning. docs/understanding.md explains the form of a line.
const utterances = "testdata/utterances/"

// labelled is a line of the set.
type labelled struct {
	at, text  string
	group     backend.Group
	self      backend.MemberID
	intent    string // "ask": the bot must ask
	who       []string
	unknown   []string
	count     int
	month     string
	yes, no   bool
	also      []labelled // further requests and questions, in their order
	condensed string     // the label as it is written
}

// said is the time of every text in the set.
var said = time.Date(2026, 11, 23, 13, 0, 0, 0, time.UTC)

var familyB = backend.Group{Own: "11", Members: []backend.Member{{ID: "11", Name: "Marta Sosa", Kinship: "titular"}, {ID: "12", Name: "Ana Sosa", Kinship: "hija"}}}

// chats are the chats of the texts, by the words in brackets.
var chats = map[string]struct {
	group backend.Group
	self  backend.MemberID
}{
	"familia maria": {familyA, "1"}, "familia juana": {familyA, "3"}, "familia otra": {familyA, outsider}, "familia -": {familyA, ""},
	"sola jorge": {backend.Group{Own: "21", Members: []backend.Member{{ID: "21", Name: "Jorge Acosta", Kinship: "titular"}}}, "21"},
	"sosa marta": {familyB, "11"},
	"nadie":      {},
}

func readSet(t testing.TB, name string) (set []labelled) {
	t.Helper()
	text, err := os.ReadFile(utterances + name + ".txt")
	if err != nil {
		t.Fatal(err)
	}
	in := labelled{}
	for n, line := range strings.Split(string(text), "\n") {
		switch {
		case line == "", line[0] == '#':
		case line[0] == '[':
			chat, ok := chats[strings.Trim(line, "[]")]
			if !ok {
				t.Fatalf("%s:%d: no chat %s", name, n+1, line)
			}
			in.group, in.self = chat.group, chat.self
		default:
			l := in
			l.at = fmt.Sprintf("%s:%d", name, n+1)
			if err := l.parse(line); err != nil {
				t.Fatalf("%s: %v", l.at, err)
			}
			set = append(set, l)
		}
	}
	return set
}

// parse reads "intent who… ?unknown… x10 @2026-11 yes no | text", with " + " between the labels of several requests.
func (l *labelled) parse(line string) error {
	label, text, ok := strings.Cut(line, " | ")
	if !ok {
		return fmt.Errorf("no label: %s", line)
	}
	for i, one := range strings.Split(label, " + ") {
		to := l
		if i > 0 {
			l.also = append(l.also, labelled{group: l.group, self: l.self})
			to = &l.also[i-1]
		}
		if err := to.parseLabel(one); err != nil {
			return err
		}
	}
	l.text, l.condensed = text, label
	return nil
}

// parseLabel reads the label of one request.
func (l *labelled) parseLabel(label string) error {
	for i, f := range strings.Fields(label) {
		switch {
		case i == 0:
			l.intent = f
		case f[0] == '?':
			l.unknown = append(l.unknown, strings.ReplaceAll(f[1:], "_", " "))
		case f[0] == 'x':
			fmt.Sscan(f[1:], &l.count)
		case f[0] == '@':
			l.month = f[1:]
		case f == "yes":
			l.yes = true
		case f == "no":
			l.no = true
		default:
			names := l.members(f)
			if len(names) == 0 {
				return fmt.Errorf("nobody is %q", f)
			}
			l.who = append(l.who, names...)
		}
	}
	return nil
}

func (l *labelled) members(first string) (names []string) {
	for _, p := range l.group.Members {
		if first == "todos" || strings.HasPrefix(stripAccents(strings.ToLower(p.Name)), first) {
			names = append(names, p.Name)
		}
	}
	return names
}

// verdictOf is how well a line was understood.
type verdictOf int

const (
	wrong verdictOf = iota
	right
	asked
)

// outcome is the meaning that was found in a line.
type outcome struct {
	Understanding
	yes, no, unclear bool
}

func (o outcome) String() string {
	s := fmt.Sprintf("%s %v ?%v", o.Intent, o.People, o.Unknown)
	if o.Count > 0 || o.Month != "" {
		s += fmt.Sprintf(" x%d @%s", o.Count, o.Month)
	}
	for _, also := range o.Also {
		s += "; " + outcome{Understanding: also}.String()
	}
	return s + map[bool]string{true: " yes"}[o.yes] + map[bool]string{true: " no"}[o.no] + map[bool]string{true: " unclear"}[o.unclear]
}

func (l *labelled) run(u *Parser) outcome {
	m := u.ParseFor(l.text, Speaker{Group: l.group, Self: l.self})
	return outcome{u.Understand(l.text, Speaker{Group: l.group, Self: l.self}, said), m.Yes, m.No, len(m.Unclear) > 0}
}

// judge compares the outcome with the label, and names the harm that the outcome would do. The further requests of a label must all be
// there, and in its order.
func (l *labelled) judge(o outcome) (verdictOf, string) {
	verdict, harm := l.judgeOne(o)
	if harm != "" {
		return wrong, harm
	}
	for i := range l.also {
		if i >= len(o.Also) {
			return wrong, ""
		}
		v, harm := l.also[i].judgeOne(outcome{Understanding: o.Also[i]})
		if harm != "" {
			return wrong, harm
		}
		if v == wrong || verdict == right {
			verdict = v
		}
	}
	return verdict, l.harmBeside(o)
}

// harmBeside names the harm of requests that were found and that the label does not have.
func (l *labelled) harmBeside(o outcome) string {
	for _, found := range o.Also[min(len(l.also), len(o.Also)):] {
		if found.Intent == "faq" {
			continue
		}
		if harm := l.harm(outcome{Understanding: found}); harm != "" {
			return harm
		}
	}
	return ""
}

func (l *labelled) judgeOne(o outcome) (verdictOf, string) {
	if harm := l.harm(o); harm != "" {
		return wrong, harm
	}
	asks := o.Intent == "none" || len(o.Unknown) > 0 || len(o.People) == 0 && len(l.group.Members) > 1
	if l.intent == "ask" {
		if asks {
			return right, ""
		}
		return wrong, ""
	}
	about := l.intent == "token" || l.intent == "another" || l.intent == "rejected" || l.intent == "preprint" || l.intent == "none"
	switch {
	case o.Intent == l.intent && o.yes == l.yes && (o.no || !l.no) && o.Count == l.count && o.Month == l.month &&
		(!about || sameNames(o.People, l.who) && sameNames(o.Unknown, l.unknown)):
		return right, ""
	case o.unclear, o.Intent == l.intent && len(o.Unknown) > 0, o.Intent == l.intent && len(o.People) == 0 && len(l.who) > 0:
		return asked, ""
	}
	return wrong, ""
}

// harm names what must never happen: an intent that destroys without a request for it, a yes that is none, a token of a
// person who was not named.
func (l *labelled) harm(o outcome) string {
	switch {
	case (o.Intent == "another" || o.Intent == "unlink") && o.Intent != l.intent:
		return "understood as " + o.Intent
	case o.yes && !l.yes:
		return "taken for a yes"
	case o.Intent != "token" && o.Intent != "another" && o.Intent != "preprint" && o.Intent != "rejected":
		return ""
	case len(l.unknown) > 0 && len(o.Unknown) == 0:
		return "somebody unknown is passed over"
	}
	for _, p := range o.People {
		if !slices.Contains(l.who, p) {
			return "a token of " + p
		}
	}
	return ""
}

func sameNames(a, b []string) bool {
	x, y := fold(a), fold(b)
	slices.Sort(x)
	slices.Sort(y)
	return slices.Equal(x, y)
}

func fold(names []string) (out []string) {
	for _, n := range names {
		out = append(out, stripAccents(strings.ToLower(n)))
	}
	return out
}

// thresholds are the shares of lines that must be right, in thousandths, just under those that are reached.
var thresholds = map[string]int{"tuning": 982, "test": 985, "fresh": 910, "hard": 840, "counter": 910, "plain": 960, "thorny": 880, "sealed": 800, "later": 880, "sixth": 910, "sealed6": 940, "seventh": 900, "hard8": 980, "plain8": 990, "hard9": 980, "plain9": 990, "ten_a": 900, "ten_b": 970, "ten_c": 950, "ten_d": 820}

// TestUtterances compares the parser with the labelled set. With -v it prints the report of docs/understanding.md.
func TestUtterances(t *testing.T) {
	u := newParser(t)
	for _, part := range []string{"tuning", "test", "fresh", "hard", "counter", "plain", "thorny", "sealed", "later", "sixth", "sealed6", "seventh", "hard8", "plain8", "hard9", "plain9", "ten_a", "ten_b", "ten_c", "ten_d"} {
		set := readSet(t, part)
		unread := part == "fresh" || part == "hard" // nobody looks at their lines
		tally := map[string]*[4]int{}
		all := &[4]int{}
		for _, l := range set {
			o := l.run(u)
			v, harm := l.judge(o)
			if tally[l.intent] == nil {
				tally[l.intent] = &[4]int{}
			}
			for _, c := range []*[4]int{tally[l.intent], all} {
				c[v]++
				c[3]++
			}
			if harm != "" {
				t.Errorf("%s: DANGEROUS, %s: %q is %s, labelled %s", l.at, harm, l.text, o, l.condensed)
			} else if v != right && !unread {
				t.Logf("%s: %s: %q is %s, labelled %s", l.at, map[verdictOf]string{wrong: "wrong", asked: "asked"}[v], l.text, o, l.condensed)
			}
		}
		report(t, part, tally, all)
		if share := all[right] * 1000 / all[3]; share < thresholds[part] {
			t.Errorf("%s: %d of 1000 right, want %d", part, share, thresholds[part])
		}
	}
}

func report(t *testing.T, part string, tally map[string]*[4]int, all *[4]int) {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n%-10s %6s %6s %6s %6s\n", part, "", "lines", "right", "asked", "wrong")
	var names []string
	for n := range tally {
		names = append(names, n)
	}
	slices.Sort(names)
	for _, n := range append(names, "all") {
		c := tally[n]
		if n == "all" {
			c = all
		}
		fmt.Fprintf(&b, "%-10s %6d %6d %6d %6d\n", n, c[3], c[right], c[asked], c[wrong])
	}
	fmt.Fprintf(&b, "%.1f %% right\n", float64(all[right])*100/float64(all[3]))
	t.Log(b.String())
}

// The two parts share no text, and are large enough.
func TestUtterancesStandInOnePart(t *testing.T) {
	in := map[string]string{}
	for _, part := range []string{"tuning", "test", "fresh", "hard", "counter", "plain", "thorny", "sealed", "later", "sixth", "sealed6", "seventh", "hard8", "plain8", "hard9", "plain9", "ten_a", "ten_b", "ten_c", "ten_d"} {
		set := readSet(t, part)
		for _, l := range set {
			key := strings.Join(phoneticKeys(l.text), " ")
			if was := in[key]; was != "" && was != part {
				t.Errorf("%s: %q stands in both parts", l.at, l.text)
			}
			in[key] = part
		}
	}
	if len(in) < 450 {
		t.Errorf("%d utterances", len(in))
	}
}
