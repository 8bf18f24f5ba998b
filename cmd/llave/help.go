package main

import (
	"context"
	"io"
	"regexp"
	"strings"
	"unicode/utf8"
)

// The columns of llave help, in characters.
const (
	helpWidth      = 120
	commandColumn  = 29
	variableColumn = 26
)

func (p program) help(context.Context, []string) error {
	_, err := io.WriteString(p.stdout, helpPage())
	return err
}

// helpPage is what llave help prints, made of the tables of commands and of variables.
func helpPage() string {
	var b strings.Builder
	b.WriteString(render("help.intro", nil) + "\n\n")
	for _, c := range commands() {
		writeRow(&b, strings.TrimSpace("llave "+c.call()), render("command."+c.name, nil), commandColumn)
	}
	b.WriteString("\n" + render("help.variables", nil) + "\n")
	group := ""
	for _, s := range variables {
		if s.group != group {
			group = s.group
			b.WriteString("\n " + render("group."+group, nil) + "\n")
		}
		writeRow(&b, s.name, s.help(), variableColumn)
	}
	b.WriteString("\n" + render("help.files", nil) + "\n")
	return b.String()
}

// help is the meaning of a variable and its default, without Markdown.
func (s variable) help() string {
	text := render(s.name, s.initial)
	if initial := render(s.name+".default", s.initial); initial != "" {
		text += ". " + render("help.default", initial)
	}
	return withoutMarks(text)
}

var markdownLink = regexp.MustCompile(`\[([^\]]*)\]\([^)]*\)`)

// withoutMarks takes the Markdown out of a text: links and code.
func withoutMarks(text string) string {
	return strings.NewReplacer("`", "", "*", "").Replace(markdownLink.ReplaceAllString(text, "$1"))
}

// writeRow writes a head, and its body beside it in lines that begin at the column. A head that is too long has its own line.
func writeRow(b *strings.Builder, head, body string, column int) {
	line := "  " + head
	if utf8.RuneCountInString(line)+2 > column {
		b.WriteString(line + "\n")
		line = ""
	}
	indent := strings.Repeat(" ", column)
	line += indent[utf8.RuneCountInString(line):]
	for word := range strings.FieldsSeq(body) {
		if utf8.RuneCountInString(line)+1+utf8.RuneCountInString(word) > helpWidth {
			b.WriteString(strings.TrimRight(line, " ") + "\n")
			line = indent
		}
		line += word + " "
	}
	b.WriteString(strings.TrimRight(line, " ") + "\n")
}
