// Package backend is the insurer's contract as far as every part of the program shares it: the numbers and codes that
// people copy from one place to another. There is one reader for each, so that a CUIL which the page takes is a CUIL in
// the chat, too, and one cleaner below all of them.
//
//	clean.go    Clean: what a person meant to type, without what copying puts into a text
//	cuil.go     ReadCUIL, MaskCUIL
//	code.go     ReadCode: the one-time code that ends linking
//	token.go    ReadToken, ReadNumber: what a provider types or scans at the counter
//
// A reader that cannot read says so. That is an answer of its own: it is no wrong guess, and no forgery.
package backend
