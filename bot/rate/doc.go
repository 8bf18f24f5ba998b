// Package rate bounds how fast one chat is answered ([Limit]) and how fast a channel is written to ([Pace]). A bucket is one
// time to remember; nothing waits here.
//
// Reading order: rate.go, pace.go.
package rate
