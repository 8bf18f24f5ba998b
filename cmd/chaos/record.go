package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"llave/adapters/telegram/telegramtest"
	"llave/bot/enginetest"
)

// What is in the program's messages.
const (
	question      = "¿Reemplazo el token"
	sheetQuestion = "¿Los hago?"
	renewed       = "Este es el nuevo"
	linked        = "quedó vinculado"
	otherLinked   = "Aviso de seguridad"
	interim       = "Estoy pidi"
	menu          = "¿Qué necesitás?"
	linkInterim   = "Ya se lo pedí a IOMA"
	unsure        = "No sé si te llegó"
	oneByOne      = "Voy de a uno" // to whom writes faster than a chat is answered
)

var digits = regexp.MustCompile(`(?m)(?:^|: )(\d{3} \d{3})$`)

// notes are what one person says and sees, as it is recorded.
type notes struct {
	history *enginetest.History
	chat    string
	books   string // prefix of what this person's back end makes, if there are several
	said    int
}

// says records what the person says, and the class of the answer that they wait for.
func (n *notes) says(text, class string) {
	n.said++
	n.history.Add(enginetest.Record{What: enginetest.Said, Chat: n.chat, ID: fmt.Sprint(n.said), Text: text, Class: class})
}

// sees records a message, and says what it was taken for.
func (n *notes) sees(r enginetest.Record) {
	r.What, r.Chat = enginetest.Received, n.chat
	if r.Value != "" {
		r.Value = n.books + r.Value
	}
	n.history.Add(r)
}

// taken records that all that was said is acknowledged, once the Bot API has nothing left to deliver.
func taken(h *enginetest.History, srv *telegramtest.Server) {
	if srv.Owed() > 0 {
		return
	}
	for _, r := range h.Records() {
		if r.What == enginetest.Said {
			h.Add(enginetest.Record{What: enginetest.Acknowledged, Chat: r.Chat, ID: r.ID})
		}
	}
}

// classified says what a message is. Its text is cut behind the first line.
func classified(text string) enginetest.Record {
	r := enginetest.Record{Class: enginetest.Answer}
	r.Text, _, _ = strings.Cut(text, "\n")
	found := digits.FindStringSubmatch(text)
	switch {
	case strings.Contains(text, otherLinked), strings.Contains(text, linked), strings.Contains(text, oneByOne):
		r.Class = enginetest.Unrelated
	case strings.Contains(text, interim), strings.Contains(text, linkInterim):
		r.Class = enginetest.Interim
	case strings.Contains(text, unsure):
		r.Class = enginetest.Unsure
	case pageShape.MatchString(text): // it is sent once
		r.Text, r.Secret = pageShape.FindString(text), true
	case found != nil:
		r.Class, r.Value, r.New = enginetest.Token, found[1], strings.Contains(text, renewed)
	case strings.Contains(text, question), strings.Contains(text, sheetQuestion):
		r.Class = enginetest.Question
	}
	return r
}

// readBooks records how many tokens and sheets a back end's own books have. It returns how many there are.
func readBooks(ctx context.Context, h *enginetest.History, data string) (tokens, sheets int, err error) {
	db, err := sql.Open("sqlite", filepath.Join(data, "autogestion.db"))
	if err != nil {
		return 0, 0, err
	}
	defer db.Close()
	var replaced int
	err = errors.Join(db.QueryRowContext(ctx, "SELECT COUNT(*), COUNT(*) FILTER (WHERE replaced > 0) FROM token WHERE sheet IS NULL").Scan(&tokens, &replaced),
		db.QueryRowContext(ctx, "SELECT COUNT(*) FROM sheet").Scan(&sheets))
	h.Add(enginetest.Record{What: enginetest.Booked, Class: enginetest.Token, Count: tokens})
	h.Add(enginetest.Record{What: enginetest.Booked, Class: enginetest.Token, New: true, Count: replaced})
	h.Add(enginetest.Record{What: enginetest.Booked, Class: enginetest.Sheet, Count: sheets})
	return tokens, sheets, err
}

// judged ends a history, and returns which laws were broken in it. A run that records nothing breaks none.
func judged(h *enginetest.History) error {
	if len(h.Records()) == 0 {
		return nil
	}
	h.Add(enginetest.Record{What: enginetest.Done})
	return verdict(h.Records())
}

func verdict(list []enginetest.Record) error {
	var errs []error
	for _, v := range enginetest.Judge(list) {
		errs = append(errs, errors.New(v.String()))
	}
	return errors.Join(errs...)
}

// keepHistory writes what was recorded into a file, if one is named.
func keepHistory(path string, h *enginetest.History) error {
	if path == "" {
		return nil
	}
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	return errors.Join(enginetest.Write(file, h.Records()), file.Close())
}

// judgeFile judges what keepHistory wrote, and returns the exit code.
func judgeFile(path string) int {
	file, err := os.Open(path)
	if err != nil {
		fmt.Fprintln(os.Stderr, "chaos: -judge:", err)
		return 2
	}
	defer file.Close()
	return judgeReader(file, os.Stdout, os.Stderr)
}

func judgeReader(file io.Reader, stdout, stderr io.Writer) int {
	list, err := enginetest.Read(file)
	if err != nil {
		fmt.Fprintln(stderr, "chaos: -judge:", err)
		return 2
	}
	if err := verdict(list); err != nil {
		fmt.Fprintln(stderr, "chaos:", err)
		return 1
	}
	fmt.Fprintf(stdout, "records=%d, no law is broken\n", len(list))
	return 0
}
