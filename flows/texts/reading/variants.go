package reading

import (
	"maps"
	"slices"
	"text/template/parse"
)

// Trees are the templates of a file, by name.
type Trees map[string]*parse.Tree

// Parse reads the templates of a file. It calls none of their functions.
func Parse(name, source string) (Trees, error) {
	trees := Trees{}
	tree := parse.New(name)
	tree.Mode = parse.SkipFuncCheck
	if _, err := tree.Parse(source, "", "", trees); err != nil {
		return nil, err
	}
	if parse.IsEmptyTree(tree.Root) {
		delete(trees, name)
	}
	return trees, nil
}

// Variants are the texts of a template: each branch of its conditions is in one of them. What is filled in is a name.
func (t Trees) Variants(name string) []string {
	root, texts := t[name].Root, map[string]bool{}
	var all []*parse.IfNode
	above := map[*parse.IfNode]map[*parse.IfNode]bool{}
	var find func(n parse.Node, on map[*parse.IfNode]bool)
	find = func(n parse.Node, on map[*parse.IfNode]bool) {
		switch n := n.(type) {
		case *parse.ListNode:
			if n != nil {
				for _, c := range n.Nodes {
					find(c, on)
				}
			}
		case *parse.IfNode:
			all, above[n] = append(all, n), on
			yes, no := maps.Clone(on), maps.Clone(on)
			yes[n], no[n] = true, false
			find(n.List, yes)
			find(n.ElseList, no)
		case *parse.RangeNode:
			find(n.List, on)
		case *parse.WithNode:
			find(n.List, on)
		}
	}
	find(root, map[*parse.IfNode]bool{})
	texts[t.flat(root, nil)] = true
	for _, n := range all {
		for _, side := range []bool{true, false} {
			on := maps.Clone(above[n])
			on[n] = side
			texts[t.flat(root, on)] = true
		}
	}
	return slices.Sorted(maps.Keys(texts))
}

// flat is a template as a text, with these conditions true and all others false.
func (t Trees) flat(n parse.Node, on map[*parse.IfNode]bool) string {
	switch n := n.(type) {
	case *parse.ListNode:
		if n == nil {
			return ""
		}
		out := ""
		for _, c := range n.Nodes {
			out += t.flat(c, on)
		}
		return out
	case *parse.TextNode:
		return string(n.Text)
	case *parse.ActionNode:
		return "Juana"
	case *parse.TemplateNode:
		if t[n.Name] == nil {
			return "" // it is in another file
		}
		return t.flat(t[n.Name].Root, on)
	case *parse.IfNode:
		if on[n] {
			return t.flat(n.List, on)
		}
		return t.flat(n.ElseList, on)
	case *parse.RangeNode:
		return t.flat(n.List, on)
	case *parse.WithNode:
		return t.flat(n.List, on)
	}
	return ""
}
