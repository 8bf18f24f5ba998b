package proof

import "strings"

// base45Alphabet is the alphanumeric set of QR codes, in the order of its values (ISO/IEC 18004, 7.4.4).
const base45Alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"

// encode45 encodes in Base45 (RFC 9285): two bytes are three characters, so that bytes take little room in a QR code.
func encode45(data []byte) string {
	out := make([]byte, 0, (len(data)*3+1)/2)
	for ; len(data) > 1; data = data[2:] {
		n := int(data[0])<<8 | int(data[1])
		out = append(out, base45Alphabet[n%45], base45Alphabet[n/45%45], base45Alphabet[n/(45*45)])
	}
	if len(data) == 1 {
		n := int(data[0])
		out = append(out, base45Alphabet[n%45], base45Alphabet[n/45])
	}
	return string(out)
}

// decode45 decodes Base45. Bytes have one spelling: three characters that stand for more than two bytes hold are refused, as
// the RFC asks.
func decode45(text string) ([]byte, bool) {
	if len(text)%3 == 1 {
		return nil, false
	}
	out := make([]byte, 0, len(text)/3*2+1)
	for ; text != ""; text = text[min(3, len(text)):] {
		n, of := 0, 1
		for i := range min(3, len(text)) {
			v := strings.IndexByte(base45Alphabet, text[i])
			if v < 0 {
				return nil, false
			}
			n, of = n+v*of, of*45
		}
		switch {
		case len(text) == 2 && n < 1<<8:
			out = append(out, byte(n))
		case len(text) > 2 && n < 1<<16:
			out = append(out, byte(n>>8), byte(n))
		default:
			return nil, false
		}
	}
	return out, true
}
