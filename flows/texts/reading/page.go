package reading

import (
	"html"
	"regexp"
	"strings"
)

var (
	unread = regexp.MustCompile(`(?s)<(script|style|svg)\b.*?</(script|style|svg)>|<!--.*?-->`)
	blocks = regexp.MustCompile(`</?(p|li|ol|ul|h1|h2|h3|h4|div|section|main|header|footer|aside|nav|form|label|button|summary|details|legend|fieldset|td|th|tr|table|dt|dd|dl|option|select|template|dialog|title|br|input|textarea|pre|figure|figcaption|small|body|head|html|a class="boton)\b[^>]*>`)
	told   = regexp.MustCompile(`\b(?:alt|placeholder|content|aria-label|data-[a-z]+)="([^"]*)"`)
	tags   = regexp.MustCompile(`<[^>]*>`)
	spaces = regexp.MustCompile(`[ \t\r\n]+`)
)

// Lines are the texts of a page, a block each, as they are read: without tags. What a reader of the screen says, and what a script shows,
// stands in attributes.
func Lines(page string) (lines []string) {
	for _, a := range told.FindAllStringSubmatch(page, -1) {
		lines = append(lines, html.UnescapeString(a[1]))
	}
	page = spaces.ReplaceAllString(unread.ReplaceAllString(page, ""), " ")
	page = strings.ReplaceAll(blocks.ReplaceAllString(page, "\n"), " · ", "\n")
	for _, line := range strings.Split(page, "\n") {
		if line = strings.TrimSpace(html.UnescapeString(tags.ReplaceAllString(line, ""))); line != "" {
			lines = append(lines, line)
		}
	}
	return lines
}
