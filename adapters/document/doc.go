// Package document draws what people show at the counter: the picture of a credential, with the token in large digits
// and as a QR code; and, in [llave/adapters/document/sheet], the tokens of a month to print. It knows no language:
// every word comes with the order.
//
//	document.go  the Renderer: a recipe becomes a PNG or a PDF
//	card.go      the layout of a credential; canvas.go draws it
//	names.go     characters that the fonts lack
package document
