package nlu

import (
	"flag"
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"
)

var train = flag.Bool("train", false, "make words/second.bin from the tuning part of the labelled set and the words file")

// example is a text of which the intent is known.
type example struct {
	features []uint32
	intent   int
}

// learned are the parts that the model is made from: those whose lines were read.
var learned = []string{"tuning", "counter", "plain", "thorny", "sealed", "later", "sixth", "sealed6", "seventh", "hard8", "plain8", "hard9", "plain9", "ten_a", "ten_b", "ten_c"}

// examples are the lines of those parts, twice with slips, and the phrases of the words file.
func examples(t *testing.T, u *Parser) (out []example) {
	r := rand.New(rand.NewPCG(14, 3))
	add := func(text, intent string, group labelled) {
		if intent == "ask" {
			intent = "none"
		}
		i := slices.Index(opinions, intent)
		s := u.tokenize(cleanLines(text))
		if i < 0 || len(s.words) == 0 {
			return
		}
		e := example{intent: i}
		u.features(s, func(f uint32) { e.features = append(e.features, f) })
		out = append(out, e)
	}
	for _, part := range learned {
		for _, l := range readSet(t, part) {
			add(l.text, l.intent, l)
			for range 2 {
				add(slip(r, l.text), l.intent, l)
			}
		}
	}
	for _, p := range u.phrases {
		var words []string
		for _, e := range p.parts {
			if e.id >= 0 {
				words = append(words, u.keys[e.id])
				continue
			}
			var fit []string
			for id, k := range u.keys {
				if u.slotFits(e, int32(id)) {
					fit = append(fit, k)
				}
			}
			words = append(words, fit[r.IntN(len(fit))])
		}
		if p.topic != TopicLeave {
			add(strings.Join(words, " "), u.publicName(p.intent), labelled{})
		}
	}
	return out
}

// slip drops a word, or a letter.
func slip(r *rand.Rand, text string) string {
	words := strings.Fields(text)
	if i := r.IntN(len(words)); len(words) > 3 && r.IntN(2) == 0 {
		words = slices.Delete(words, i, i+1)
	} else if w := []rune(words[i]); len(w) > 3 {
		k := 1 + r.IntN(len(w)-1)
		words[i] = string(w[:k]) + string(w[k+1:])
	}
	return strings.Join(words, " ")
}

// learn makes the weights: a softmax, by gradient steps in a fixed order.
func learn(set []example) []int8 {
	const classes = 16
	w := make([]float64, classes<<featureBits)
	r := rand.New(rand.NewPCG(14, 3))
	const epochs = 24
	for epoch := range epochs {
		rate := 3.0 * (1 - float64(epoch)/epochs)
		for _, at := range r.Perm(len(set)) {
			e := &set[at]
			x := 1 / math.Sqrt(float64(len(e.features)))
			var p [classes]float64
			for _, f := range e.features {
				for i := range p {
					p[i] += w[int(f)*classes+i] * x
				}
			}
			sum, top := 0.0, slices.Max(p[:])
			for i := range p {
				p[i] = math.Exp(p[i] - top)
				sum += p[i]
			}
			for i := range p {
				g := p[i] / sum
				if i == e.intent {
					g--
				}
				g *= rate * x
				for _, f := range e.features {
					w[int(f)*classes+i] -= g + 1e-6*rate*w[int(f)*classes+i]
				}
			}
		}
	}
	out := make([]int8, len(w))
	for i, v := range w {
		out[i] = int8(max(-127, min(127, math.Round(v*logit))))
	}
	return out
}

// TestSecondOpinion makes the model with -train, and counts how often it is right alone.
func TestSecondOpinion(t *testing.T) {
	u := newParser(t)
	if *train {
		u.second.weights = learn(examples(t, u))
		raw := make([]byte, len(u.second.weights))
		for i, w := range u.second.weights {
			raw[i] = byte(w)
		}
		if err := os.WriteFile("words/second.bin", raw, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for _, part := range []string{"test", "fresh", "hard"} {
		set, good := readSet(t, part), 0
		for _, l := range set {
			intent, _ := u.second.ask(u, u.tokenize(cleanLines(l.text)))
			if intent == l.intent || l.intent == "ask" && intent == "none" {
				good++
			}
		}
		t.Logf("%s: %d of %d intents right", part, good, len(set))
	}
}
