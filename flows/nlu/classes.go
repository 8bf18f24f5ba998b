package nlu

// classes is a set of word classes.
type classes uint64

// namedClasses are the classes that the code refers to.
type namedClasses struct {
	light, not, want, lest, and, except, before, belongs, notours, title, place, iam, signs, helps, thing, needs, call, token, code,
	annul, sheet, most, lots, half, dozen, one, upto, weekday, years, other, with, lady, mine, self, double, month, next, of, article, noun, this, between, in, greets, had, already, instead, request, they, filler, common, name, nameword, kin, tome, those, is, gave, sent, him, hours, tellto classes
}

// bit is the set of one class.
func (u *Parser) bit(class string) classes { return bitOf(u.bits, class) }

func bitOf(bits map[string]classes, name string) classes {
	if bits[name] == 0 {
		if len(bits) == 64 {
			panic("words: more classes than a set has room for")
		}
		bits[name] = 1 << len(bits)
	}
	return bits[name]
}

// nameClasses finds the classes that the code refers to.
func (u *Parser) nameClasses() {
	c := &u.c
	for name, to := range map[string]*classes{
		"light": &c.light, "not": &c.not, "want": &c.want, "lest": &c.lest, "and": &c.and, "except": &c.except, "before": &c.before,
		"belongs": &c.belongs, "notours": &c.notours, "title": &c.title, "place": &c.place, "iam": &c.iam, "signs": &c.signs,
		"helps": &c.helps, "thing": &c.thing, "needs": &c.needs, "call": &c.call, "token": &c.token, "code": &c.code,
		"years": &c.years, "other": &c.other, "with": &c.with, "lady": &c.lady, "mine": &c.mine, "self": &c.self,
		"double": &c.double, "month": &c.month, "next": &c.next, "filler": &c.filler, "common": &c.common, "name": &c.name,
		"nameword": &c.nameword, "kin": &c.kin, "of": &c.of, "article": &c.article, "noun": &c.noun, "between": &c.between, "greets": &c.greets, "request": &c.request, "they": &c.they, "had": &c.had, "already": &c.already, "instead": &c.instead, "in": &c.in, "this": &c.this,
		"annul": &c.annul, "sheet": &c.sheet, "most": &c.most, "lots": &c.lots, "half": &c.half, "dozen": &c.dozen, "one": &c.one, "upto": &c.upto, "weekday": &c.weekday,
		"tome": &c.tome, "those": &c.those, "is": &c.is, "gave": &c.gave, "sent": &c.sent, "him": &c.him, "hours": &c.hours, "tellto": &c.tellto,
	} {
		*to = u.bit(name)
	}
	// A word of several meanings is a name only where other words introduce it.
	for id := range u.classes {
		if u.classes[id]&c.light != 0 {
			u.classes[id] &^= c.name | c.nameword
		}
		if k := &u.classes[id]; *k&c.name != 0 && *k&(c.light|c.filler|c.common|c.nameword) != 0 {
			*k = *k&^c.name | c.nameword
		}
	}
}
