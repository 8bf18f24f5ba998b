// Package desk is Mesa de Ayuda: the pages at /mesa/ where agents take cases and answer people. It decides nothing about a case:
// a form becomes a [bot.Act] of the affiliate's chat, and what came of it is read from the archive.
//
// Reading order:
//
//	desk.go      Options, New, Leave, Close
//	handler.go   the table of routes: method, path, role, handler; roles.go, the roles
//	gate.go      what every request passes: session, role, size; refuse.go, what is refused, and how it is told
//	session.go   sessions; login.go, signing in and out; enrol.go, the first password
//	pages.go     a view becomes a page or JSON; assets.go, style and scripts; texts.go, textos.tmpl
//	list.go      the queue; view_row.go, its rows; when.go, times in words; words.go, what was said last
//	case.go      one case; view_case.go, what whoever looks may do; view_entry.go, its entries; card.go and card_read.go, what the bot told
//	act.go       a form becomes an act, and its outcome an answer; deeds.go, one function for each; message.go, a reply with its file
//	note.go      notes, which know no chat
//	typing.go    the affiliate sees that the owner writes
//	reveal.go    what is masked is shown, and recorded; mask.go
//	stream.go    which case has changed, and how far
//	fetch.go     files of affiliates are got from their channel; files.go, files are served and rendered
//	picture.go   pictures are made safe; exif.go, which way up; voice.go, voice notes for browsers that play no Ogg
//	settings.go  opening hours and holidays; history.go, the audit
//
// archive is its database, hours its calendar, desktest an engine for its tests.
package desk
