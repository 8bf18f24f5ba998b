// Package sheet prints preprinted tokens: a PDF document, A4, black on white, with a code and a place to write for each
// token. It knows no language: every word comes in a [flows.Paper].
//
// A paper takes three steps. [layOut] makes pages of it, which are plain data: texts, lines and codes with their places,
// in reading order. [faces] knows how wide characters are and cuts the fonts down to those that are used. [assemble] writes
// the pages into the file. So a layout can be tested without reading a PDF.
//
// Reading order: sheet.go (the sheet and its limits), layout.go, cell.go and slip.go (where things stand), page.go (a page as data), pdf.go
// (the file), tags.go (what a screen reader goes by), faces.go, charset.go and characters.go (fonts, and characters that they lack).
//
// Lengths are millimetres from the upper left corner of the page, sizes of type are points.
package sheet
