package autogestion

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"llave/flows/backend"
)

// seriesPadron is what a series of good files makes of a padrón, and what the last file changed.
type seriesPadron struct {
	people map[int]seriesPerson
	groups map[int][]string // "person kinship", by titular, in the order of the group
	report Report
}

type seriesPerson struct{ name, standing string }

// file returns a random file of whole groups, and changes the padrón as it should be after it.
func (m *seriesPadron) file(r *rand.Rand) string {
	const people = 30
	m.report = Report{}
	now := map[int]seriesPerson{}
	var lines []string
	for _, holder := range r.Perm(people)[:1+r.IntN(people/2)] {
		var group, of []string
		for _, p := range append([]int{holder}, r.Perm(people)[:r.IntN(4)]...) {
			if p == holder && len(group) > 0 {
				continue
			}
			if now[p].name == "" {
				now[p] = seriesPerson{[]string{"Ana", "Ana", "Inés"}[r.IntN(3)], []string{backend.Active, backend.Active, "BAJA"}[r.IntN(3)]}
			}
			kinship := []string{"hijo", "nieto"}[r.IntN(2)]
			if p == holder {
				kinship = "titular"
			}
			group = append(group, fmt.Sprint(p, " ", kinship))
			of = append(of, fmt.Sprintf("%s,%s,X,8-%07d/00,%s,%s,%s\n", cuilNumber(p), now[p].name, p, now[p].standing, cuilNumber(holder), kinship))
		}
		m.regroup(holder, group)
		if r.IntN(2) == 0 {
			of = append(of[1:], of[0]) // the titular is first in the group, wherever the line is
		}
		lines = append(lines, of...)
	}
	m.renew(now)
	m.report.Imported = len(lines)
	return head + strings.Join(lines, "")
}

func (m *seriesPadron) regroup(holder int, group []string) {
	people := func(group []string) (all []string) {
		for _, member := range group {
			p, _, _ := strings.Cut(member, " ")
			all = append(all, p)
		}
		return all
	}
	before, after := people(m.groups[holder]), people(group)
	for _, p := range after {
		if !slices.Contains(before, p) {
			m.report.Entering++
		}
	}
	for _, p := range before {
		if !slices.Contains(after, p) {
			m.report.Leaving++
		}
	}
	m.groups[holder] = group
}

func (m *seriesPadron) renew(now map[int]seriesPerson) {
	changes := map[StandingChange]int{}
	for p, after := range now {
		if before, known := m.people[p]; known {
			if before.name != after.name {
				m.report.Altered++
			}
			if before.standing != after.standing {
				changes[StandingChange{From: before.standing, To: after.standing}]++
			}
		}
		m.people[p] = after
	}
	for change, n := range changes {
		change.People = n
		m.report.Changes = append(m.report.Changes, change)
	}
}

// stored returns the padrón of a service as a model; people are found by their CUILs.
func (w fixture) stored(t *testing.T) (m seriesPadron) {
	t.Helper()
	m = seriesPadron{people: map[int]seriesPerson{}, groups: map[int][]string{}}
	number := map[string]int{}
	for n := range 30 {
		number[cuilNumber(n)] = n
	}
	ids := map[int64]int{}
	rows, err := w.file.Readers.Query("SELECT id, sealed, standing FROM person")
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var id int64
		var sealed []byte
		var standing string
		var p personal
		if err := rows.Scan(&id, &sealed, &standing); err != nil {
			t.Fatal(err)
		}
		if err := w.keys.open(sealPerson, sealed, &p); err != nil {
			t.Fatal(err)
		}
		ids[id] = number[p.CUIL]
		m.people[ids[id]] = seriesPerson{p.Name, standing}
	}
	members, err := w.file.Readers.Query("SELECT holder, person, kinship FROM membership ORDER BY holder, place")
	if err != nil {
		t.Fatal(err)
	}
	defer members.Close()
	for members.Next() {
		var holder, person int64
		var kinship string
		if err := members.Scan(&holder, &person, &kinship); err != nil {
			t.Fatal(err)
		}
		m.groups[ids[holder]] = append(m.groups[ids[holder]], fmt.Sprint(ids[person], " ", kinship))
	}
	return m
}

// A series of files, each of some groups of the same thirty people, makes the padrón that they say, and each report says what
// its file changes.
func TestASeriesOfPadrones(t *testing.T) {
	for seed := range uint64(3) {
		r := rand.New(rand.NewPCG(seed, 10))
		w := real(t, head)
		want := seriesPadron{people: map[int]seriesPerson{}, groups: map[int][]string{}}
		for file := range 6 {
			csv := want.file(r)
			got, err := w.ImportWith(t.Context(), strings.NewReader(csv), ImportOptions{AcceptLoss: true})
			if err != nil || len(got.Bad) > 0 {
				t.Fatalf("series %d, file %d: %v, %v", seed, file, got.Bad, err)
			}
			byKind := func(a, b StandingChange) int { return strings.Compare(a.From, b.From) }
			slices.SortFunc(got.Changes, byKind)
			slices.SortFunc(want.report.Changes, byKind)
			if g, m := got, want.report; g.Imported != m.Imported || g.Entering != m.Entering || g.Leaving != m.Leaving || g.Altered != m.Altered || !slices.Equal(g.Changes, m.Changes) {
				t.Errorf("series %d, file %d: the report is\n%+v, want\n%+v\n%s", seed, file, g, m, csv)
			}
			is := w.stored(t)
			if !maps.Equal(is.people, want.people) || !maps.EqualFunc(is.groups, want.groups, slices.Equal) {
				t.Fatalf("series %d, file %d: the padrón is\n%v, want\n%v\n%s", seed, file, is, want, csv)
			}
		}
	}
}
