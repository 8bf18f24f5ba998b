package nlu

import (
	"slices"
	"strings"
)

// This file takes words apart that were written as one: "eltokendecarlos", "noanda".

// maxJoined is how many words may stand in one, and maxJoinedLetters how long it may be.
const (
	maxJoined        = 5
	maxJoinedLetters = 32
)

// splitJoined takes a word that is in no list apart, if it is made of known words and has the word "token", or says "no" and a verb: another
// unknown word may be a name, and stays whole. It returns nil if it is one word.
func (s *tokenized) splitJoined(text, key string) []string {
	joined := strings.Contains(key, "token") && key != "token" || (strings.HasPrefix(key, "no") && len(key) > 3 || s.u.opensJoined(key)) && !s.is(len(s.words)-1, s.u.c.belongs)
	if !joined || len(text) > maxJoinedLetters {
		return nil
	}
	parts := s.u.knownParts(strings.ToLower(text), maxJoined)
	if len(parts) < 2 || len(text) != len(strings.Join(parts, "")) {
		return nil
	}
	return parts
}

// knownParts are the known words of which a text is made, the longest first; nil if it is not.
func (u *Parser) knownParts(text string, most int) []string {
	for end := len(text); end > 0 && most > 0; end-- {
		id, known := u.ids[phoneticKey(text[:end])]
		if !known || end < len(text) && u.classes[id]&(u.c.light|u.c.article|u.c.belongs|u.c.not|u.c.want|u.c.token|u.c.other|u.c.one) == 0 {
			continue
		}
		if end == len(text) {
			if u.endsJoined(id) {
				return []string{text}
			}
			continue
		}
		if rest := u.knownParts(text[end:], most-1); rest != nil {
			return append([]string{text[:end]}, rest...)
		}
	}
	return nil
}

// endsJoined reports whether a word may stand last in several that were written as one.
func (u *Parser) endsJoined(id int32) bool {
	return u.classes[id]&(u.c.token|u.c.kin|u.c.name|u.c.belongs|u.c.light) != 0 || u.isInSet(id, "fails") || u.isInSet(id, "takes")
}

// opening are the words with which two that were written as one begin, by their phonetic keys: "dejuana", "pasameel".
var opening = []string{"de", "pa", "para", "ami", "el", "pasame", "mandame", "dame", "nesesito", "kiero"}

// opensJoined reports whether a word begins with one that is often written together with the next.
func (u *Parser) opensJoined(key string) bool {
	return slices.ContainsFunc(opening, func(w string) bool { return len(key) > len(w) && strings.HasPrefix(key, w) }) || key == "ami"
}
