// Package webchat is the chat on a page of our own site: nothing to install, nothing to sign up for. It serves
// people without Telegram or WhatsApp, and people who try the program.
//
// A browser keeps nothing but, on a device of which the person said that it is theirs, the tokens of the day; and no
// other server does. So the channel has a history, in a SQLite file of its own or, for several processes, on a Redis,
// sealed, bounded and short-lived; a reply is sent when it is in the history. A page that loads, reloads or comes
// back after a lost connection gets the entries that it has not seen.
//
// Read it in the order in which a message travels:
//
//	web.go        routes and headers; page/ is the page itself, assets.go its files, icon.go its icons
//	worker.go     the service worker: what the page is without a connection
//	cookie.go     the chat of a browser; newcomers.go limits new ones
//	receive.go    a message on its way to the bot; parse.go its form, request_error.go the answer if it is refused
//	receive_file.go  a message with a file; upload_kind.go what is accepted, upload.go where the file waits until it is fetched
//	send.go       a reply enters the history; render.go makes an entry of it, and of that a line of the page
//	spans.go      the pieces of a line; tokens.go its tokens
//	history.go    the port of what is kept; sqlite_entries.go and sqlite_uploads.go keep it in the file of file.go, erase.go and sweep.go forget
//	redis_keys.go    the same on a Redis, and its scripts in redis/; redis_history.go entries, redis_uploads.go files, redis_sweep.go forgets,
//	                 redis_question.go holds answers back, redis_changes.go tells pages at other processes
//	stream.go     entries on their way to the page; poll.go the way without a stream, hub.go the open pages
package webchat
