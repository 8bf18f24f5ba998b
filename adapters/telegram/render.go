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

// apiCall is one of the calls that send a reply.
type apiCall struct {
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

// render returns the calls that send a reply without some decorations. The same reply gives the same calls.
func (t *Telegram) render(chat int64, r bot.Reply, without decoration) []apiCall {
	r.Text = t.signed(r)
	board, text := t.keyboard(r, without)
	keep := r.File != nil && without&document == 0 && len(r.File.Data) <= maxFile
	pieces, under := t.splitText(r.File, text, keep, without)
	var parts []apiCall
	for _, piece := range pieces {
		parts = append(parts, t.textCall(chat, r, without, "sendMessage", "text", piece))
	}
	if keep {
		parts = append(parts, t.fileCall(chat, r, without, under))
	}
	if n := len(parts); n > 0 && board != "" {
		parts[n-1].params["reply_markup"], parts[n-1].board = board, true
	}
	return parts
}

// signed is the text of a reply. An agent's words begin with who says them.
func (t *Telegram) signed(r bot.Reply) string {
	if r.From == "" {
		return r.Text
	}
	return strings.TrimSpace(t.texts.Get("from", besteffort.Tidy(strings.ReplaceAll(r.From, "*", ""), maxName)) + "\n" + r.Text)
}

// splitText divides a text into the messages before the file, and the caption under it. There are as many parts without
// the file as with it, so that after a refusal of the file those already sent are not sent again.
func (t *Telegram) splitText(f *bot.File, text string, keep bool, without decoration) (pieces []string, under string) {
	fits := f != nil && units(text) <= maxCaption && without&caption == 0
	switch {
	case fits && keep:
		return nil, strings.TrimSpace(text)
	case fits:
		return split(text+"\n\n"+t.fileLostText(f), maxText), ""
	case f != nil && !keep:
		return append(split(text, maxText), t.fileLostText(f)), ""
	}
	return split(text, maxText), ""
}

// fileCall is the call that sends a reply's file.
func (t *Telegram) fileCall(chat int64, r bot.Reply, without decoration, text string) apiCall {
	method, field := "sendDocument", "document"
	if isPicture(r.File) && without&photo == 0 && len(r.File.Data) <= maxPhoto {
		method, field = "sendPhoto", "photo"
	}
	p := t.textCall(chat, r, without, method, "caption", text)
	p.file = &tgbotapi.RequestFile{Name: field, Data: tgbotapi.FileBytes{Name: fileName(r.File.Name), Bytes: r.File.Data}}
	return p
}

func isPicture(f *bot.File) bool { return f.Type == "image/png" || f.Type == "image/jpeg" }

// fileLostText is the text in place of a file that was left out.
func (t *Telegram) fileLostText(f *bot.File) string {
	if isPicture(f) {
		return t.texts.Get("lost.picture", nil)
	}
	return t.texts.Get("lost.file", nil)
}

// textCall is a call with a text in the named field. Bold is sent as entities beside the text, so that no text of a
// person can become markup.
func (t *Telegram) textCall(chat int64, r bot.Reply, without decoration, method, field, text string) apiCall {
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
	if field == "text" { // a preview would open the page
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
	return apiCall{method: method, params: p}
}

// entity is a range of a text with a style. Offsets are in UTF-16 units.
type entity struct {
	Type   string `json:"type"`
	Offset int    `json:"offset"`
	Length int    `json:"length"`
}

// marked is a text without its marks, and their ranges.
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

// units is the length of a text in UTF-16 units.
func units(s string) (n int) {
	for _, r := range s {
		n++
		if r > 0xffff {
			n++
		}
	}
	return n
}

// split cuts a text into pieces of at most limit units: at the end of a line if possible, else at a space.
func split(text string, limit int) []string {
	var out []string
	for text = strings.TrimSpace(text); text != ""; {
		end := prefixWithin(text, limit)
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

// prefixWithin is how many bytes of a text fit into limit units.
func prefixWithin(text string, limit int) int {
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

// fileName is a name that a form can carry and a person can save under: no path, no quotes, at most 120 bytes.
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

// short cuts a text to n bytes, between characters.
func short(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}
