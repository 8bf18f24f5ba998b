package main

import (
	"os"
	"regexp"
	"strings"
	"testing"
)

// The message with the link, the pages and the buttons say the same words: what the message tells a person to touch is written there.
func TestLinkSaysTheWordsOfItsPages(t *testing.T) {
	read := func(file string) string {
		text, err := os.ReadFile("../../" + file)
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	_, message, _ := strings.Cut(read("flows/texts/link.tmpl"), `{{define "link.steps"}}`)
	message, _, _ = strings.Cut(message, "{{define")
	pages := ""
	for _, page := range []string{"invitar", "entrar", "codigo"} {
		pages += read("adapters/autogestion/web/pages/" + page + ".html")
	}
	quoted := regexp.MustCompile("«([^»]+)»").FindAllStringSubmatch(message, -1)
	if len(quoted) < 2 {
		t.Errorf("the message names %q", quoted)
	}
	for _, q := range quoted {
		if !strings.Contains(pages, ">"+q[1]+"</") {
			t.Errorf("no page has a button «%s»", q[1])
		}
	}
	for text, want := range map[string]string{
		message: "Entrá a Autogestión antes de", pages: "<h1>Entrá a Autogestión</h1>", pages + " ": ">Entrar a Autogestión</button>",
		read("adapters/webchat/page/chat.html"): `data-t="entrar">Entrar a Autogestión<`,
	} {
		if !strings.Contains(text, want) {
			t.Errorf("it does not say %q: %.200s", want, text)
		}
	}
}
