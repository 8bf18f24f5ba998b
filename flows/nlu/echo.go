package nlu

import (
	"slices"
	"strings"
)

// This file drops words for people who are named by others in the same text.

// dropRepeated drops a kinship that was said before: "ayudo a mi abuelo, necesito el token de mi abuelo".
func (r *peopleReader) dropRepeated() {
	for i := len(r.m.Refs) - 1; i > 0; i-- {
		x := r.m.Refs[i]
		last := i+1 == len(r.m.Refs) || !r.m.Refs[i+1].Same
		if x.Kind == RefKin && !x.Same && last && x.Relative == nil && slices.ContainsFunc(r.m.Refs[:i], func(o Ref) bool { return o.Kind == RefKin && o.Words[0] == x.Words[0] && !o.Not }) {
			r.m.Refs, r.spans = slices.Delete(r.m.Refs, i, i+1), slices.Delete(r.spans, i, i+1)
		}
	}
}

// dropHeading drops a kinship of several people who are named behind it: "los dos abuelos, Rosa y Carlos".
func (r *peopleReader) dropHeading() {
	for i := 0; i+2 < len(r.m.Refs); i++ {
		x, sp := r.m.Refs[i], r.spans[i]
		if x.Kind == RefKin && strings.HasSuffix(r.words[sp.from].key, "s") && r.words[sp.to-1].endsClause && r.m.Refs[i+1].Kind == RefName && r.m.Refs[i+2].Kind == RefName && !r.m.Refs[i+1].weak {
			r.m.Refs, r.spans = slices.Delete(r.m.Refs, i, i+1), slices.Delete(r.spans, i, i+1)
			r.m.Refs[i].Same = false
			return
		}
	}
}

// grandchildren are the kinships of which a word for a child may speak again: "mi nieta …, el token de la nena".
var grandchildren = map[string][]string{
	"hija": {"nieta", "sobrina", "ahijada", "bisnieta", "hijastra", "entenada", "prima"},
	"hijo": {"nieto", "sobrino", "ahijado", "bisnieto", "hijastro", "entenado", "primo"},
}

// dropEchoes drops a child that is another word for the person named before, as "la nena" is after "mi nieta". Where only that person
// was mentioned, the token is theirs.
func (r *peopleReader) dropEchoes() {
	for i := len(r.m.Refs) - 1; i >= 0; i-- {
		x := r.m.Refs[i]
		if x.Kind != RefKin || len(r.spans) != len(r.m.Refs) || !r.isBareChild(i) {
			continue
		}
		before := slices.ContainsFunc(r.m.Refs[:i], func(o Ref) bool { return isEchoed(o, x) })
		with := slices.IndexFunc(r.companions, func(o Ref) bool { return isEchoed(o, x) })
		switch {
		case before:
			r.m.Refs, r.spans = slices.Delete(r.m.Refs, i, i+1), slices.Delete(r.spans, i, i+1)
		case with >= 0:
			r.m.Refs[i] = r.companions[with]
		}
	}
}

// isBareChild reports whether a reference is a word for a child without "mi": "la nena".
func (r *peopleReader) isBareChild(i int) bool {
	sp := r.spans[i]
	for k := sp.prefix; k < sp.from; k++ {
		if r.is(k, r.u.c.mine) {
			return false
		}
	}
	return r.is(sp.from, r.u.c.call)
}

func isEchoed(o, child Ref) bool {
	return o.Kind == RefKin && slices.Contains(grandchildren[child.Words[0]], o.Words[0])
}
