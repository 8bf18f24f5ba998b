package sheet

import (
	"testing"
	"unicode"
)

// Nothing that is a character disappears: it loses the marks that the font lacks, or is read alike, or is seen to be missing.
func TestLettersThatTheFontLacks(t *testing.T) {
	f := printer(t).faces
	for in, want := range map[string]string{
		"Ỹsapy Yvoty": "Ysapy Yvoty", "G\u0303uarani G\u0303uasu": "Guarani Guasu", "Nguyễn Thị Hạnh": "Nguyên Thi Hanh", "Ḩusayn": "Husayn",
		"Łukasz Đorđević": "Łukasz Đorđević", "Ɓala Ƙure": "Bala Kure", "Ǿrsted": "Ǿrsted", "Ǡna": "Ana", "Mária Ǩ": "Mária K", "Ａｎａ": "Ana",
		"山田 太郎": "?? ??", "محمد": "????", "Ana \U0001F338 Paz": "Ana Paz", "O\u02bcHiggins": "O’Higgins", "Ana\u2011Paz": "Ana-Paz", "१२": "??",
	} {
		if got := f.clean(in); got != want {
			t.Errorf("%q becomes %q, want %q", in, got, want)
		}
	}
	for r := rune(1); r <= unicode.MaxRune; r++ {
		if !unicode.IsLetter(r) && !unicode.IsNumber(r) {
			continue
		}
		got := f.clean(string(r))
		if got == "" {
			t.Errorf("%U disappears", r)
		}
		for _, x := range got {
			if f.regular.widths[x] == 0 && x != ' ' || f.bold.widths[x] == 0 && x != ' ' {
				t.Errorf("%U becomes %q, which a weight lacks", r, got)
			}
		}
	}
}
