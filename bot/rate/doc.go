// Package rate bounds how fast one chat is answered ([Limit]) and how fast a channel is written to ([Pace]). A bucket is one
// time to remember; nothing waits here. It is not golang.org/x/time/rate: a limiter of that package is several
// times as large, and there may be a bucket for each of a million chats.
//
// Reading order: rate.go, pace.go.
package rate
