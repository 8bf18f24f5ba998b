package reading

import (
	"regexp"
	"strings"
)

// Least is the least ease of a text. On the scale INFLESZ a text is easy for most people from 65 on. People read these at a counter, with
// a queue behind them.
const Least = 65

// LeastWords is from how many words on a text has sentences. Shorter ones are labels.
const LeastWords = 6

var (
	address  = regexp.MustCompile(`https?://\S+`)
	ordinal  = regexp.MustCompile(`[Nn]\.º`)
	sentence = regexp.MustCompile(`[.!?:;…\n]+`)
	wordForm = regexp.MustCompile(`\p{L}+`)
)

// Words are the words of a text. An address is none.
func Words(text string) []string {
	return wordForm.FindAllString(ordinal.ReplaceAllString(address.ReplaceAllString(text, ""), "número"), -1)
}

// Ease is 206.835 − 62.3 · syllables / words − words / sentences.
func Ease(text string) float64 {
	words := Words(text)
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
