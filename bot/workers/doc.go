// Package workers runs the work of the engine and of the outbox with bounded goroutines.
//
//	workers.go    goroutines that are used again
//	pool.go       at most so many of them at once; the rest waits without a goroutine
//	class.go      what waits, the most urgent first
//	schedule.go   what happens later
//	activity.go   work that is counted and waited for
//	scope.go      a part of the program that begins and ends as a whole
package workers
