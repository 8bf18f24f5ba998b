// Sessions are not run under the race detector: it finds races inside whatsmeow and go-util where connections end (a
// websocket's close against its own callback, an event's channel, a deleted device against readers of its number),
// in one run of eight or so. What needs no session is.
package whatsapp_test
