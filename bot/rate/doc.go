// Package rate bounds how fast one chat is answered ([Limit]) and how fast a channel is written to ([Pace]).
package rate
