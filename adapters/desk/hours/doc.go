// Package hours computes when the help desk is open and what may be promised. It is pure: no clock, no file.
//
//	calendar.go  opening hours: spans of the weekdays, without holidays; open now, the next change, the one after
//	holidays.go  the holidays of a year by Ley 27.399, from the list holidays.txt
//	promise.go   the band of waiting times that the last cases allow to promise
package hours
