// Package credential draws what people show at the counter: the picture of a credential, with the token in large digits
// and as a QR code; and, in [llave/adapters/credential/sheet], the tokens of a month to print. It knows no language:
// every word comes from whoever asks.
package credential
