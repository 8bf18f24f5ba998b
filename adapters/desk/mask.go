package desk

import (
	"strings"
	"unicode"
)

// maskNumber hides the middle of an affiliate number: "9-40•••••/00".
func maskNumber(number string) string {
	runes := []rune(number)
	first, last := 4, 3
	if len(runes) <= first+last+1 {
		first, last = 1, 1
	}
	if len(runes) <= first+last {
		return strings.Repeat("•", len(runes))
	}
	for i := first; i < len(runes)-last; i++ {
		if unicode.IsLetter(runes[i]) || unicode.IsDigit(runes[i]) {
			runes[i] = '•'
		}
	}
	return string(runes)
}
