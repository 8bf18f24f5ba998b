package main

import "time"

// ahead is by how much the program's clock is ahead of the machine's.
var clock shiftedClock

// shift is a distance between two clocks.
type shiftedClock time.Duration

// begin sets the shift so that it is now the given hour of Buenos Aires. Empty is the machine's own hour.
func (s *shiftedClock) begin(at string) error {
	if at == "" {
		*s = 0
		return nil
	}
	zone, err := time.LoadLocation("America/Argentina/Buenos_Aires")
	if err != nil {
		return err
	}
	t, err := time.ParseInLocation("2006-01-02T15:04", at, zone)
	if err != nil {
		return err
	}
	*s = shiftedClock(time.Until(t))
	return nil
}

// now is the program's hour.
func (s *shiftedClock) now() time.Time { return time.Now().Add(time.Duration(*s)) }
