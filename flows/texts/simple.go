package texts

import (
	"reflect"
	"strings"
	"text/template/parse"
)

// part is a piece of a text: words, or the name of a field of the data.
type part struct{ words, field string }

// partsOf takes a template apart. Not ok: it has more than words and fields of the data.
func partsOf(nodes []parse.Node) (parts []part, ok bool) {
	for _, n := range nodes {
		switch n := n.(type) {
		case *parse.TextNode:
			parts = append(parts, part{words: string(n.Text)})
		case *parse.ActionNode:
			name := fieldOf(n.Pipe)
			if name == "" {
				return nil, false
			}
			parts = append(parts, part{field: name})
		default:
			return nil, false
		}
	}
	return parts, true
}

// fieldOf is the name of the field that a placeholder is; empty if it is more than that.
func fieldOf(p *parse.PipeNode) string {
	if len(p.Decl) > 0 || len(p.Cmds) != 1 || len(p.Cmds[0].Args) != 1 {
		return ""
	}
	if f, ok := p.Cmds[0].Args[0].(*parse.FieldNode); ok && len(f.Ident) == 1 {
		return f.Ident[0]
	}
	return ""
}

// fill puts the parts of a text together, as its template would: in a tenth of the time. Not ok: the data has not these
// fields, or they are no texts; the template knows what to do then.
func fill(parts []part, data any) (text string, ok bool) {
	v := reflect.ValueOf(data)
	if len(parts) == 0 || v.Kind() != reflect.Struct {
		return "", false
	}
	var b strings.Builder
	b.Grow(usualText)
	for _, p := range parts {
		if p.field == "" {
			b.WriteString(p.words)
			continue
		}
		f := v.FieldByName(p.field)
		if f.Kind() != reflect.String || f.Type().NumMethod() > 0 {
			return "", false
		}
		b.WriteString(f.String())
	}
	return strings.TrimSpace(b.String()), true
}
