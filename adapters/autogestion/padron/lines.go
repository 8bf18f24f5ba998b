package padron

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"
)

// lineMax is far above the length of a real line. Of a longer one only the beginning is kept in memory.
const lineMax = 2000

// The encodings of a padrón, as the report names them.
const (
	UTF8        = "UTF-8"
	UTF16       = "UTF-16"
	Windows1252 = "Windows-1252"
)

// wide recognises UTF-16 by how a file begins: with a byte order mark, or with zeros beside ASCII letters. Else it is nil.
func wide(head []byte) encoding.Encoding {
	switch {
	case bytes.HasPrefix(head, []byte{0xff, 0xfe}), zeros(head, 1):
		return unicode.UTF16(unicode.LittleEndian, unicode.UseBOM)
	case bytes.HasPrefix(head, []byte{0xfe, 0xff}), zeros(head, 0):
		return unicode.UTF16(unicode.BigEndian, unicode.UseBOM)
	}
	return nil
}

// zeros reports whether nearly every other byte, beginning with from, is zero and the ones between are not.
func zeros(head []byte, from int) bool {
	zero, other := 0, 0
	for i, b := range head {
		switch {
		case b != 0:
		case i%2 == from:
			zero++
		default:
			other++
		}
	}
	return len(head) >= 16 && other == 0 && zero*10 >= len(head)/2*9
}

// foreign returns the reason for refusing a file of another kind, by how it begins: "" if it may be text.
func foreign(head []byte) string {
	for kind, begins := range map[string]string{
		"csv_spreadsheet": "PK\x03\x04", "csv_old_spreadsheet": "\xd0\xcf\x11\xe0", "csv_pdf": "%PDF", "csv_zip": "\x1f\x8b",
	} {
		if bytes.HasPrefix(head, []byte(begins)) {
			return kind
		}
	}
	return ""
}

// lineReader cuts a file into lines, which end with LF, CR LF or CR.
type lineReader struct {
	in    *bufio.Reader
	line  []byte
	ended bool // the last line had a line end
}

// newLineReader recognises the kind of the file by how it begins. UTF-16 becomes UTF-8; everything else stays as it is.
func newLineReader(r io.Reader) (l *lineReader, encoding, kind string, err error) {
	in := bufio.NewReaderSize(r, 64*1024)
	head, err := in.Peek(512)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, "", "", err
	}
	encoding = UTF8
	if e := wide(head); e != nil {
		encoding = UTF16
		in = bufio.NewReaderSize(transform.NewReader(in, e.NewDecoder()), 64*1024)
	}
	if head, _ := in.Peek(3); bytes.Equal(head, []byte("\ufeff")) {
		in.Discard(3)
	}
	return &lineReader{in: in}, encoding, foreign(head), nil
}

// next returns a line without its end, valid until the next call. A line that is too long is cut a little above lineMax.
func (l *lineReader) next() ([]byte, error) {
	l.line, l.ended = l.line[:0], false
	for read := false; ; read = true {
		_, err := l.in.Peek(1)
		if errors.Is(err, io.EOF) && read {
			return l.line, nil
		}
		if err != nil {
			return nil, err
		}
		buffered, _ := l.in.Peek(l.in.Buffered())
		end := bytes.IndexAny(buffered, "\n\r")
		if end < 0 {
			l.keep(buffered)
			l.in.Discard(len(buffered))
			continue
		}
		l.keep(buffered[:end])
		l.ended = true
		cr := buffered[end] == '\r'
		l.in.Discard(end + 1)
		if next, _ := l.in.Peek(1); cr && len(next) > 0 && next[0] == '\n' {
			l.in.Discard(1)
		}
		return l.line, nil
	}
}

// keep appends to the line until it is too long.
func (l *lineReader) keep(part []byte) {
	l.line = append(l.line, part[:min(len(part), lineMax+1-len(l.line))]...)
}

// Writing is the encoding of a single line: ASCII, which says nothing of the file; UTF-8; or bytes that only Windows-1252
// explains.
type Writing int

const (
	plainLine Writing = iota
	utf8Line
	windowsLine
)

// decodeLine returns a line as text, and its writing.
func decodeLine(line []byte) (string, Writing) {
	switch {
	case !utf8.Valid(line):
		text, _ := charmap.Windows1252.NewDecoder().Bytes(line)
		return string(text), windowsLine
	case len(line) > utf8.RuneCount(line):
		return string(line), utf8Line
	}
	return string(line), plainLine
}
