package sheet

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var (
	marked   = regexp.MustCompile(`/(\w+) (?:<</MCID (\d+)>> BDC|BMC)\n((?s:.*?))EMC`)
	elements = regexp.MustCompile(`/S /(H1|H2|P) /P \d+ 0 R /Pg (\d+) 0 R /K (\d+)(?: /Alt \(([^)]*)\))?>>`)
)

// All that is drawn is either an element of the page, in order, or decoration, and each element is in the tree of the document.
func TestAllThatIsDrawnIsTagged(t *testing.T) {
	p := printer(t)
	of := paper(31)
	of.Tokens[4].Digits, of.Foot = "", ""
	unnumbered := paper(2)
	unnumbered.Page = ""
	data := pdf(t, p, of, unnumbered)
	var drawnTags, treeTags []string
	for i, page := range drawn(t, data) {
		for _, m := range slices.DeleteFunc(marked.FindAllStringSubmatch(page, -1), func(m []string) bool { return m[2] == "" }) {
			drawnTags = append(drawnTags, fmt.Sprintf("%s %d.%s", m[1], i, m[2]))
		}
		if rest := marked.ReplaceAllString(page, ""); strings.Contains(rest, "Tj") || strings.Contains(rest, " re") || strings.Contains(rest, " l S") {
			t.Errorf("page %d draws what is not tagged:\n%.300s", i+1, rest)
		}
		if decoration := marked.FindStringSubmatch(page); decoration[1] != "Artifact" || strings.Contains(decoration[3], "Tj") {
			t.Errorf("page %d begins with %.80s", i+1, decoration[0])
		}
	}
	page, last := -1, ""
	for _, m := range elements.FindAllStringSubmatch(string(data), -1) {
		if m[2] != last {
			page, last = page+1, m[2]
		}
		treeTags = append(treeTags, fmt.Sprintf("%s %d.%s", m[1], page, m[3]))
	}
	if !slices.Equal(drawnTags, treeTags) {
		t.Errorf("drawn\n%q\nthe tree has\n%q", drawnTags, treeTags)
	}
}

// From what is on a page a reader finds the elements of the document.
func TestThePagesLeadToTheTree(t *testing.T) {
	file := string(pdf(t, printer(t), paper(31), paper(1)))
	nums := regexp.MustCompile(`/Nums \[(.*)\]>>`).FindStringSubmatch(file)[1]
	all := regexp.MustCompile(`/S /Document /P \d+ 0 R /K \[(.*)\]>>`).FindStringSubmatch(file)[1]
	var listed []string
	for i, m := range regexp.MustCompile(`(\d+) \[([^\]]*)\]`).FindAllStringSubmatch(nums, -1) {
		if m[1] != fmt.Sprint(i) || !strings.Contains(file, fmt.Sprintf("/StructParents %d ", i)) {
			t.Errorf("page %d has number %s", i, m[1])
		}
		listed = append(listed, m[2])
	}
	if len(listed) != 3 || strings.Join(listed, " ") != all {
		t.Errorf("the pages lead to %q, the document has %q", listed, all)
	}
}

// A token is a heading with its number, and its digits are read one by one. A void one is not read as digits.
func TestDigitsAreReadOneByOne(t *testing.T) {
	of := paper(3)
	of.Tokens[1].Digits = ""
	var got []string
	for _, m := range elements.FindAllStringSubmatch(string(pdf(t, printer(t), of)), -1) {
		if m[1] == "H2" {
			got = append(got, "token")
		}
		if m[4] != "" {
			got = append(got, m[4])
		}
	}
	one := func(digits string) string { return strings.Join(strings.Split(digits, ""), " ") }
	if want := []string{"token", one(of.Tokens[0].Digits), "token", "token", one(of.Tokens[2].Digits)}; !slices.Equal(got, want) {
		t.Errorf("read aloud: %q, want %q", got, want)
	}
}

// A file that is not as the library writes it is refused, and never written half.
func TestTagsOfAnotherFile(t *testing.T) {
	p := []*sheetPage{{}}
	good, table := "%PDF-1.3\n", "0000000000 65535 f \n"
	for n, object := range []string{"<</Type /Pages\n/Kids [2 0 R ]>>", "<</Type /Page>>", "<<\n/Type /Catalog\n>>"} {
		table += fmt.Sprintf("%010d 00000 n \n", len(good))
		good += fmt.Sprintf("%d 0 obj\n%s\nendobj\n", n+1, object)
	}
	at := len(good)
	good += fmt.Sprintf("xref\n0 4\n%strailer\n<<\n/Size 4\n/Root 3 0 R\n/Info 3 0 R\n>>\nstartxref\n%d\n%%%%EOF\n", table, at)
	start := fmt.Sprintf("startxref\n%d", at)
	if out, err := addTags([]byte(good), p); err != nil || !strings.Contains(string(out), fmt.Sprintf("/Prev %d\n/Root 3 0 R", at)) {
		t.Fatalf("%v: %s", err, out)
	}
	for _, change := range [][2]string{{"/Root 3", "/Boot 3"}, {"/Size 4", "/Size x"}, {start, "startxref\n999"}, {"/Kids", "/Cats"}, {"0 4\n", "0 3\n"}, {"[2 0 R", "[2 0 R 3 0 R"}, {"0 R ]>>\nendobj", "0 R ]"}, {"<</Type /Page>>", ""}} {
		if _, err := addTags([]byte(strings.Replace(good, change[0], change[1], 1)), p); err == nil {
			t.Errorf("%q for %q is not refused", change[1], change[0])
		}
	}
}
