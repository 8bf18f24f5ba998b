package sheet

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"codeberg.org/go-pdf/fpdf"
)

// This file makes a document a tagged one (ISO 32000-1, 14.7 and 14.8): it says which texts are headings and which belong together,
// so that who has a sheet read aloud goes from token to token, and hears six digits and not two numbers of hundreds. The library
// has no tags. They are added behind what it has written, as an incremental update (ISO 32000-1, 7.5.6).

// role is what an element of a document is.
type role string

const (
	title     role = "H1"
	heading   role = "H2" // the number of a token
	paragraph role = "P"
)

// element is a part of a page: texts that belong together.
type element struct {
	role
	aloud string // what is read instead of its texts, unless empty; printable ASCII
}

// begin makes what is written from now on an element. One of which nothing was written is none.
func (s *typesetter) begin(r role) {
	s.elements = append(s.read(), element{role: r})
}

// read are the elements of a page that have texts.
func (p *sheetPage) read() []element {
	if len(p.texts) == 0 {
		return p.elements[:0]
	}
	return p.elements[:p.texts[len(p.texts)-1].of+1]
}

// drawTexts draws the texts of a page. Each element is marked; its number is its place on the page. A space ends each of its lines
// but the last: read as one text, two lines are not one word.
func (p *sheetPage) drawTexts(doc *fpdf.Fpdf, draw func(textLine)) {
	for from := 0; from < len(p.texts); {
		of, to := p.texts[from].of, from
		doc.RawWriteStr(fmt.Sprintf("/%s <</MCID %d>> BDC", p.elements[of].role, of))
		for ; to < len(p.texts) && p.texts[to].of == of; to++ {
			t := p.texts[to]
			if to+1 < len(p.texts) && p.texts[to+1].of == of {
				t.s += " "
			}
			draw(t)
		}
		doc.RawWriteStr("EMC")
		from = to
	}
}

// drawDecoration draws what is not read: lines, boxes, and codes, which say again what is written beside them.
func drawDecoration(doc *fpdf.Fpdf, draw func()) {
	doc.RawWriteStr("/Artifact BMC")
	draw()
	doc.RawWriteStr("EMC")
}

// errLibrary says that the library writes files otherwise than this package knows.
var errLibrary = errors.New("sheet: the library's file is not as expected")

// addTags adds the tags of pages to the file that shows them.
func addTags(file []byte, pages []*sheetPage) ([]byte, error) {
	u, err := openUpdate(file)
	if err != nil {
		return nil, err
	}
	kids := references(between(u.object(1), "/Kids [", "]"))
	if len(kids) != len(pages) {
		return nil, errLibrary
	}
	root, document := u.size, u.size+1
	next := document + 1
	var all, parents []string
	for i, p := range pages {
		refs := make([]string, len(p.read()))
		for n, e := range p.read() {
			refs[n] = fmt.Sprintf("%d 0 R", next+n)
			u.write(next+n, e.object(document, kids[i], n))
		}
		next += len(refs)
		all = append(all, refs...)
		parents = append(parents, fmt.Sprintf("%d [%s]", i, strings.Join(refs, " ")))
		u.extend(kids[i], fmt.Sprintf("/StructParents %d /Tabs /S", i))
	}
	u.write(root, fmt.Sprintf("<</Type /StructTreeRoot /K %d 0 R /ParentTree <</Nums [%s]>> /ParentTreeNextKey %d>>", document, strings.Join(parents, " "), len(pages)))
	u.write(document, fmt.Sprintf("<</Type /StructElem /S /Document /P %d 0 R /K [%s]>>", root, strings.Join(all, " ")))
	u.extend(u.catalog, fmt.Sprintf("/MarkInfo <</Marked true>> /StructTreeRoot %d 0 R /ViewerPreferences <</DisplayDocTitle true>>", root))
	return u.close()
}

// object is an element of a document on a page, with its number on that page.
func (e element) object(document, page, n int) string {
	aloud := ""
	if e.aloud != "" {
		aloud = " /Alt (" + e.aloud + ")"
	}
	return fmt.Sprintf("<</Type /StructElem /S /%s /P %d 0 R /Pg %d 0 R /K %d%s>>", e.role, document, page, n, aloud)
}

// update appends objects to a file.
type update struct {
	file          []byte
	before        int // where the file's table of objects is
	size, catalog int
	trailer       string // what stays of it
	places        map[int]int
	err           error
}

// openUpdate reads the end of a file.
func openUpdate(file []byte) (*update, error) {
	end := string(file[max(0, bytes.LastIndex(file, []byte("trailer\n"))):])
	before, err := strconv.Atoi(strings.TrimSpace(between(end, "startxref\n", "%%EOF")))
	catalog := references(between(end, "/Root ", "\n"))
	size, noSize := strconv.Atoi(between(end, "/Size ", "\n"))
	if err != nil || noSize != nil || len(catalog) != 1 || before >= len(file) {
		return nil, errLibrary
	}
	_, kept, _ := strings.Cut(between(end, "<<\n", ">>"), "\n") // behind the line with the size
	return &update{file: file, before: before, size: size, catalog: catalog[0], trailer: kept, places: map[int]int{}}, nil
}

// object is an object of the file, from its number to its end. Entries of the file's table have 20 bytes (ISO 32000-1, 7.5.4).
func (u *update) object(n int) string {
	table, _, _ := bytes.Cut(u.file[u.before:], []byte("trailer"))
	_, entries, _ := bytes.Cut(table, []byte(fmt.Sprintf("xref\n0 %d\n", u.size)))
	if n < 1 || len(entries) < 20*(n+1) {
		return ""
	}
	at, err := strconv.Atoi(string(entries[20*n : 20*n+10]))
	if err != nil || at >= u.before {
		return ""
	}
	object, _, _ := bytes.Cut(u.file[at:u.before], []byte("endobj"))
	return string(object)
}

// write appends an object.
func (u *update) write(n int, body string) {
	u.places[n] = len(u.file)
	u.file = fmt.Appendf(u.file, "%d 0 obj\n%s\nendobj\n", n, body)
}

// extend replaces a dictionary of the file by one with more entries.
func (u *update) extend(n int, more string) {
	o := u.object(n)
	from, to := strings.Index(o, "<<"), strings.LastIndex(o, ">>")
	if from < 0 || to < from {
		u.err = errLibrary
		return
	}
	u.write(n, strings.TrimRight(o[from:to], "\n")+"\n"+more+">>")
}

// close appends the table of what was written, and returns the file.
func (u *update) close() ([]byte, error) {
	if u.err != nil {
		return nil, u.err
	}
	numbers := make([]int, 0, len(u.places))
	for n := range u.places {
		numbers = append(numbers, n)
	}
	slices.Sort(numbers)
	at := len(u.file)
	u.file = append(u.file, "xref\n"...)
	for len(numbers) > 0 {
		run := 1
		for run < len(numbers) && numbers[run] == numbers[0]+run {
			run++
		}
		u.file = fmt.Appendf(u.file, "%d %d\n", numbers[0], run)
		for _, n := range numbers[:run] {
			u.file = fmt.Appendf(u.file, "%010d 00000 n \n", u.places[n])
		}
		numbers = numbers[run:]
	}
	size := u.size
	for n := range u.places {
		size = max(size, n+1)
	}
	return fmt.Appendf(u.file, "trailer\n<<\n/Size %d\n/Prev %d\n%s>>\nstartxref\n%d\n%%%%EOF\n", size, u.before, u.trailer, at), nil
}

// between is what stands in a text between two marks, or nothing.
func between(s, from, to string) string {
	_, s, ok := strings.Cut(s, from)
	inner, _, end := strings.Cut(s, to)
	if !ok || !end {
		return ""
	}
	return inner
}

// references are the numbers of objects in a text such as "3 0 R 5 0 R".
func references(s string) (numbers []int) {
	f := strings.Fields(s)
	for i := 0; i+2 < len(f); i += 3 {
		n, err := strconv.Atoi(f[i])
		if err != nil || f[i+1] != "0" || f[i+2] != "R" {
			return nil
		}
		numbers = append(numbers, n)
	}
	return numbers
}
