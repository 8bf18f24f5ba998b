package whatsapp

import "time"

// clockAt is an hour at which nothing changes.
func clockAt() time.Time { return time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC) }
