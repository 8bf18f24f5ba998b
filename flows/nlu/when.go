package nlu

import "time"

// This file finds the day and the hour for which a text wants something.

// Day is a day that a text names, other than today.
type Day struct {
	Kind    DayKind
	Weekday time.Weekday // of DayWeekday: it may be today's
	Number  int          // of DayDate: "el 5", "el 5 de diciembre"
	Month   NamedMonth   // of DayDate and DayMonth; zero if a date names none
}

// DayKind is how a text names a day.
type DayKind string

const (
	DayNone     DayKind = ""
	DayTomorrow DayKind = "tomorrow" // "mañana", "pasado mañana"
	DayWeekday  DayKind = "weekday"  // "el martes"
	DayWeek     DayKind = "week"     // "toda la semana", "los días que vienen"
	DayLonger   DayKind = "longer"   // "un token que dure"
	DayDate     DayKind = "date"     // "para el 5 de diciembre": it may be today
	DayMonth    DayKind = "month"    // "para el mes que viene": it may be this one
	DayLater    DayKind = "later"    // "para dentro de dos días", "para la próxima"
)

// weekdays are the days by their phonetic keys.
var weekdays = map[string]time.Weekday{
	"domingo": time.Sunday, "lunes": time.Monday, "martes": time.Tuesday, "mierkoles": time.Wednesday, "juebes": time.Thursday,
	"biernes": time.Friday, "sabado": time.Saturday,
}

// lasting are words for a token that lives longer than a day, by their phonetic keys.
var lasting = map[string]bool{phoneticKey("dure"): true, phoneticKey("duren"): true, phoneticKey("durable"): true, phoneticKey("permanente"): true, phoneticKey("duradero"): true}

// dayAt reads the day at a word: "para mañana", and not "a la mañana".
func (s *tokenized) dayAt(i int) Day {
	key := s.words[i].key
	day, named := weekdays[key]
	switch {
	case key == "mañana" && !s.is(i-1, s.u.c.article|s.u.c.this) && (i == 0 || s.words[i-1].key != "esta"):
		return Day{Kind: DayTomorrow}
	case key == "semana" && !s.isToday(i):
		return Day{Kind: DayWeek}
	case lasting[key]:
		return Day{Kind: DayLonger}
	case s.is(i, s.u.c.month), s.u.months[s.words[i].id] > 0:
		return s.monthAt(i)
	case s.isDay(i):
		return Day{Kind: DayDate, Number: s.number(i), Month: s.month()}
	case key == "dentro" && s.is(i+1, s.u.c.of), key == "prosima" && s.is(i-1, s.u.c.article) && s.comesFor(i-1):
		return s.laterAt(i)
	case named && s.is(i-1, s.u.c.article|s.u.c.this|s.u.c.belongs) && !s.words[i-1].endsClause && s.words[i].id >= 0:
		return Day{Kind: DayWeekday, Weekday: day}
	}
	return Day{}
}

// isToday reports whether a week is only told of: "hace una semana", "fin de semana".
func (s *tokenized) isToday(i int) bool {
	for k := max(0, i-2); k < i; k++ {
		if s.words[k].key == "ase" || s.words[k].key == "fin" || s.words[k].key == "pasada" {
			return true
		}
	}
	return i+1 < len(s.words) && s.words[i+1].key == "pasada"
}

// monthAt reads the month at a word, if the text is about a token in that month: "para el mes que viene", "para diciembre".
func (s *tokenized) monthAt(i int) Day {
	m := s.month()
	if m == (NamedMonth{}) || m.This || s.is(i, s.u.c.nameword) || s.number(max(i-2, 0)) > 0 || !s.comesFor(i) {
		return Day{}
	}
	return Day{Kind: DayMonth, Month: m}
}

// isDay reports whether a number is the day of a date for which something is wanted: "para el 5 de diciembre", "para el 30".
func (s *tokenized) isDay(i int) bool {
	n := s.number(i)
	if n < 1 || n > 31 || !s.is(i-1, s.u.c.article) || s.words[i-1].key != "el" && s.words[i-1].key != "del" || !s.comesFor(i) {
		return false
	}
	return s.isDate(i) || i+1 == len(s.words) || s.words[i].endsClause
}

// comesFor reports whether "para" stands before a word, or "del".
func (s *tokenized) comesFor(i int) bool {
	for i--; s.is(i, s.u.c.article) && s.words[i].key != "del"; i-- {
	}
	return i >= 0 && (s.words[i].key == "para" || s.words[i].key == "pa" || s.words[i].key == "del")
}

// laterAt reads "dentro de dos días"; in some hours is today.
func (s *tokenized) laterAt(i int) Day {
	for k := i + 1; k < len(s.words) && k < i+4; k++ {
		switch s.words[k].key {
		case "oras", "ora", "rato", "ratito", "minutos", "minuto", "poko":
			return Day{}
		}
	}
	return Day{Kind: DayLater}
}

// saysOnlyDay reports whether a text names a day and says nothing else: "para mañana", "¿me sirve el martes?".
func (s *tokenized) saysOnlyDay(day Day) bool {
	if day.Kind == DayNone {
		return false
	}
	for i := range s.words {
		if s.words[i].key == "asta" || !s.isWhen(i) && !s.saysLittle(i) {
			return false
		}
	}
	return true
}

// isWhen reports whether a word is part of the name of a day.
func (s *tokenized) isWhen(i int) bool {
	switch s.words[i].key {
	case "mañana", "semana", "pasado", "dentro", "prosima", "ke", "dias", "dia", "semanas":
		return true
	}
	return s.is(i, s.u.c.weekday|s.u.c.month|s.u.c.next|s.u.c.years) || s.number(i) > 0 || s.u.months[s.words[i].id] > 0
}

// saysLittle reports whether a word adds nothing to a day or an hour: "¿y me sirve …?", "es para …".
func (s *tokenized) saysLittle(i int) bool {
	return s.is(i, s.u.c.filler|s.u.c.light|s.u.c.want|s.u.c.and|s.u.c.is|s.u.c.request|s.u.c.token) || s.inSet(i, "fails") || s.inSet(i, "uses")
}

// dayTimes are the times of a day, by their phonetic keys.
var dayTimes = map[string]bool{phoneticKey("tarde"): true, phoneticKey("noche"): true, phoneticKey("tardecita"): true, phoneticKey("rato"): true, phoneticKey("ratito"): true, phoneticKey("luego"): true, phoneticKey("mediodía"): true}

// saysOnlyHour reports whether a text names a later hour of today and says nothing else: "para la tarde", "¿sirve a las 5?".
func (s *tokenized) saysOnlyHour() bool {
	found := false
	for i := range s.words {
		switch {
		case dayTimes[s.words[i].key] && !s.is(i-1, s.u.c.greets), s.number(i) > 0 && s.isHour(i, 1):
			found = true
		case s.words[i].key == "mas", s.words[i].key == "dentro", s.words[i].key == "esta", s.saysLittle(i):
		default:
			return false
		}
	}
	return found
}
