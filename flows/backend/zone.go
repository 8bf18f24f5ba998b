package backend

import (
	"time"
	_ "time/tzdata" // for machines without a zone database
)

// BuenosAires is the zone in which days and months begin and end.
var BuenosAires = buenosAires()

func buenosAires() *time.Location {
	zone, err := time.LoadLocation("America/Argentina/Buenos_Aires")
	if err != nil {
		panic(err) // time/tzdata has it
	}
	return zone
}

// ThisMonth returns the running month in Buenos Aires.
func ThisMonth(now time.Time) Month { return MonthOf(now.In(BuenosAires)) }
