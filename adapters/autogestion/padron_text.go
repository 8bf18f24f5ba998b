package autogestion

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

// lineMax is far above what a line can be; longer ones are skipped, not kept in memory.
const lineMax = 2000

// The encodings of a padrón, as the report names them.
const (
	utf8Text    = "UTF-8"
	utf16Text   = "UTF-16"
	windowsText = "Windows-1252"
)

// wide is the UTF-16 that a file begins as, nil if it does not: with a byte order mark, or by the zeros beside ASCII letters.
func wide(head []byte) encoding.Encoding {
	switch {
	case bytes.HasPrefix(head, []byte{0xff, 0xfe}), zeros(head, 1):
		return unicode.UTF16(unicode.LittleEndian, unicode.UseBOM)
	case bytes.HasPrefix(head, []byte{0xfe, 0xff}), zeros(head, 0):
		return unicode.UTF16(unicode.BigEndian, unicode.UseBOM)
	}
	return nil
}

// zeros says whether nearly every other byte from one on is zero, and the ones between are not.
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

// foreign says which other kind of file this is, by how it begins: "" if it may be text.
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
	ended bool // the line that was returned last had an end
}

// newLineReader looks at how a file begins. UTF-16 becomes UTF-8; everything else stays as it is.
func newLineReader(r io.Reader) (l *lineReader, encoding, kind string, err error) {
	in := bufio.NewReaderSize(r, 64*1024)
	head, err := in.Peek(512)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, "", "", err
	}
	encoding = utf8Text
	if e := wide(head); e != nil {
		encoding = utf16Text
		in = bufio.NewReaderSize(transform.NewReader(in, e.NewDecoder()), 64*1024)
	}
	if head, _ := in.Peek(3); bytes.Equal(head, []byte("\ufeff")) {
		in.Discard(3)
	}
	return &lineReader{in: in}, encoding, foreign(head), nil
}

// next returns a line without its end, good until the next call; of one that is too long only as much as shows that it is.
func (l *lineReader) next() ([]byte, error) {
	l.line, l.ended = l.line[:0], false
	read := false
	for {
		c, err := l.in.ReadByte()
		if errors.Is(err, io.EOF) && read {
			return l.line, nil
		}
		if err != nil {
			return nil, err
		}
		read = true
		switch {
		case c == '\n' || c == '\r':
			l.ended = true
			if next, _ := l.in.Peek(1); c == '\r' && len(next) > 0 && next[0] == '\n' {
				l.in.Discard(1)
			}
			return l.line, nil
		case len(l.line) <= lineMax:
			l.line = append(l.line, c)
		}
	}
}

// How a line is written: nothing in it tells, as UTF-8, or in a way that only Windows-1252 explains.
const (
	plainLine = iota
	utf8Line
	windowsLine
)

// decodeLine is a line as text, and how it was written.
func decodeLine(line []byte) (string, int) {
	switch {
	case !utf8.Valid(line):
		text, _ := charmap.Windows1252.NewDecoder().Bytes(line)
		return string(text), windowsLine
	case len(line) > utf8.RuneCount(line):
		return string(line), utf8Line
	}
	return string(line), plainLine
}
