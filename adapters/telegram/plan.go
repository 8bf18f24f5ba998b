package telegram

import (
	"encoding/json"
	"path"
	"strconv"
	"strings"
	"unicode/utf8"

	tgbotapi "github.com/go-telegram-bot-api/telegram-bot-api/v5"

	"llave/adapters/besteffort"
	"llave/bot"
)

// part is one call of those that a reply takes.
type part struct {
	method string
	params tgbotapi.Params
	file   *tgbotapi.RequestFile
	board  bool // it carries the keyboard
}

// Telegram's limits; lengths are in UTF-16 units.
const (
	maxText    = 4096
	maxCaption = 1024
	maxPhoto   = 10 << 20
	maxFile    = 50 << 20
)

// plan says which calls send a reply without the decorations that are left out. The same reply has the same plan.
func (t *Telegram) plan(chat int64, r bot.Reply, without decoration) []part {
	board, text := t.keyboard(r, without)
	keep := r.File != nil && without&document == 0 && len(r.File.Data) <= maxFile
	pieces, under := t.wording(r.File, text, keep, without)
	var parts []part
	for _, piece := range pieces {
		parts = append(parts, t.part(chat, r, without, "sendMessage", "text", piece))
	}
	if keep {
		parts = append(parts, t.filePart(chat, r, without, under))
	}
	if n := len(parts); n > 0 && board != "" {
		parts[n-1].params["reply_markup"], parts[n-1].board = board, true
	}
	return parts
}

// wording divides a text into the messages before the file, and what stands under the file. There are as many
// parts without the file as with it: those that were sent before it was refused are not sent again.
func (t *Telegram) wording(f *bot.File, text string, keep bool, without decoration) (pieces []string, under string) {
	fits := f != nil && units(text) <= maxCaption && without&caption == 0
	switch {
	case fits && keep:
		return nil, strings.TrimSpace(text)
	case fits:
		return split(text+"\n\n"+t.lost(f), maxText), ""
	case f != nil && !keep:
		return append(split(text, maxText), t.lost(f)), ""
	}
	return split(text, maxText), ""
}

// filePart is the call that sends a reply's file.
func (t *Telegram) filePart(chat int64, r bot.Reply, without decoration, text string) part {
	method, field := "sendDocument", "document"
	if isPicture(r.File) && without&photo == 0 && len(r.File.Data) <= maxPhoto {
		method, field = "sendPhoto", "photo"
	}
	p := t.part(chat, r, without, method, "caption", text)
	p.file = &tgbotapi.RequestFile{Name: field, Data: tgbotapi.FileBytes{Name: fileName(r.File.Name), Bytes: r.File.Data}}
	return p
}

func isPicture(f *bot.File) bool { return f.Type == "image/png" }

// lost says that a file was left out.
func (t *Telegram) lost(f *bot.File) string {
	if isPicture(f) {
		return t.texts.text("lost.picture", nil)
	}
	return t.texts.text("lost.file", nil)
}

// part is a call with a text in a field of its own name. What is bold is said beside the text, never in it: nothing that
// anybody wrote can become markup.
func (t *Telegram) part(chat int64, r bot.Reply, without decoration, method, field, text string) part {
	p := tgbotapi.Params{"chat_id": strconv.FormatInt(chat, 10)}
	plain, marks := marked(text)
	if plain != "" {
		p[field] = plain
	}
	if len(marks) > 0 && without&bold == 0 {
		list, _ := json.Marshal(marks)
		name := "entities"
		if field == "caption" {
			name = "caption_entities"
		}
		p[name] = string(list)
	}
	if field == "text" { // a preview is somebody else opening the page
		if without&options == 0 {
			p["link_preview_options"] = `{"is_disabled":true}`
		} else {
			p["disable_web_page_preview"] = "true"
		}
	}
	if r.Thread != "" && without&thread == 0 {
		p["message_thread_id"] = r.Thread
	}
	if r.Kind == bot.Secret && without&options == 0 {
		p["protect_content"] = "true"
	}
	return part{method: method, params: p}
}

// entity is a piece of a text that looks different. Offsets are in UTF-16 units.
type entity struct {
	Type   string `json:"type"`
	Offset int    `json:"offset"`
	Length int    `json:"length"`
}

// marked is a text without its marks, and where they were.
func marked(text string) (string, []entity) {
	if !strings.Contains(text, "*") {
		return text, nil
	}
	var b strings.Builder
	var out []entity
	at := 0
	for _, s := range bot.Spans(text) {
		n := units(s.Text)
		if s.Typed {
			out = append(out, entity{"bold", at, n})
		}
		b.WriteString(s.Text)
		at += n
	}
	return b.String(), out
}

// units is the length of a text as Telegram counts.
func units(s string) (n int) {
	for _, r := range s {
		n++
		if r > 0xffff {
			n++
		}
	}
	return n
}

// split cuts a text into pieces of at most so many units: at the end of a line if it can, else at a space.
func split(text string, limit int) []string {
	var out []string
	for text = strings.TrimSpace(text); text != ""; {
		end := fits(text, limit)
		if end < len(text) {
			if at := strings.LastIndexByte(text[:end+1], '\n'); at > 0 {
				end = at
			} else if at := strings.LastIndexByte(text[:end+1], ' '); at > 0 {
				end = at
			}
		}
		if piece := strings.TrimSpace(text[:end]); piece != "" {
			out = append(out, piece)
		}
		text = strings.TrimSpace(text[end:])
	}
	return out
}

// fits is how many bytes of a text are at most so many units.
func fits(text string, limit int) int {
	for i, r := range text {
		if limit--; r > 0xffff {
			limit--
		}
		if limit < 0 {
			return i
		}
	}
	return len(text)
}

// fileName is a name that a form can carry and a person can save under: no path, no quotes, not endless.
func fileName(name string) string {
	name = besteffort.FileName(name)
	const longest = 120
	if ext := path.Ext(name); len(name) > longest && len(ext) < 16 {
		name = short(name, longest-len(ext)) + ext
	}
	if name = strings.Trim(short(name, longest), " ."); name == "" {
		return "llave"
	}
	return name
}

// short cuts a text to so many bytes, between characters.
func short(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}
