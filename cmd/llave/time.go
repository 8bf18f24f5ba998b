package main

import "time"

// hourOf is a time as the operator's clock shows it.
func localTime(t time.Time, layout string) string {
	if zone, err := time.LoadLocation("America/Argentina/Buenos_Aires"); err == nil {
		t = t.In(zone)
	}
	return t.Format(layout)
}
