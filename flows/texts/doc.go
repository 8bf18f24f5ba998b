// Package texts holds every text that people read in the chat: one template file a flow (*.tmpl), in the Spanish of the
// Río de la Plata. The code of the flows names texts by key and never holds one.
//
//	catalog.go  New, Catalog.Render: keys, templates, and the functions that templates call
//	simple.go   texts that need no template to be filled in
//	format.go   dates, lists, digits and file names
//	*.tmpl      the texts; words.tmpl has the names of days and months
package texts
