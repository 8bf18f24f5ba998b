package main

import "time"

// localTime formats a time for the operator, in Buenos Aires.
func localTime(t time.Time, layout string) string {
	if zone, err := time.LoadLocation("America/Argentina/Buenos_Aires"); err == nil {
		t = t.In(zone)
	}
	return t.Format(layout)
}
