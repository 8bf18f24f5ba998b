// Package sheet prints preprinted tokens: a PDF document, A4, black on white, with a code and a place to write for each
// token. It knows no language: every word comes in a [flows.Paper].
//
// A paper goes through three hands. [plan] lays it out as leaves, which are plain data: what stands where, in
// reading order. [faces] knows how wide letters are and cuts the fonts down to those that are used. [bind] puts
// the leaves into the file. What can be said of a layout can so be tested without reading a PDF.
//
// Lengths are millimetres from the upper left corner of the page, sizes of type are points.
package sheet
