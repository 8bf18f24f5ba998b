// Package webchat is the chat on a page of one's own site: nothing to install, nothing to sign up for. It serves
// people without Telegram or WhatsApp, and whoever tries the program.
//
// A browser is its own phone here: nobody else keeps what was said. So the channel has a history, in a SQLite file of
// its own, sealed, bounded and short-lived; a reply is sent when it stands there. A page that loads, reloads or comes
// back after a lost connection is told what it has not seen.
//
// Where to read on:
//
//	cookie.go   who a browser is          message.go  what people say, on its way to the bot
//	history.go  what is kept of a chat    stream.go   what the bot says, on its way to the page
//	entry.go    one line of it            hub.go      which pages are open
//	sweep.go    what is forgotten         web.go      routes and headers; page/ is the page itself
package webchat
