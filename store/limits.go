package store

import (
	"fmt"
	"slices"
	"time"

	"llave/bot"
)

// MaxReplies is how many replies one turn may write: a message's number has eight bits for the place of the
// reply, and one more would take the number of a later turn's.
const MaxReplies = 256

// maxBase leaves room to shift a version by the eight bits of the place and still be a positive int64.
const maxBase = 1<<54 - 1

// valid refuses a turn whose messages could not be numbered.
func checkLimits(t *bot.Turn) error {
	if len(t.Replies) > MaxReplies {
		return fmt.Errorf("store: commit: %d replies in one turn, at most %d can be numbered", len(t.Replies), MaxReplies)
	}
	if t.Base > maxBase {
		return fmt.Errorf("store: commit: version %d is beyond what messages can be numbered from", t.Base)
	}
	return nil
}

// letterNumber orders messages by the turn and by the place within the turn.
func messageNumber(base uint64, place int) uint64 { return base<<8 | uint64(place) }

// keeps reports whether a later turn's purge leaves the reply at a place.
func keeps(t *bot.Turn, place int) bool { return place < 64 && t.Keep>>place&1 == 1 }

// checkNumbers refuses to take no numbers: there would be no first.
func checkNumbers(name string, n int) error {
	if n < 1 || name == "" {
		return fmt.Errorf("store: sequence %q: cannot take %d numbers", name, n)
	}
	return nil
}

// validMarks refuses marks that say nothing this package knows, before any of them is noted.
func validMarks(marks []bot.DeliveryResult) error {
	for _, k := range marks {
		if k.State != bot.Delivered && k.State != bot.Attempting && k.State != bot.DeadLettered {
			return fmt.Errorf("store: mark: unknown state %d", k.State)
		}
	}
	return nil
}

// setAside lists what a turn leaves among the dead; at is the hour of its update.
func quarantined(t *bot.Turn, at time.Time) (dead []bot.DeadLetter) {
	if t.Quarantine != "" {
		dead = append(dead, bot.DeadLetter{Kind: bot.DeadUpdate, Chat: t.Chat, Reason: t.Quarantine, At: at, Body: t.QuarantinedBody})
	}
	for _, u := range t.Unreadable {
		dead = append(dead, bot.DeadLetter{Kind: u.Kind, Chat: t.Chat, Name: u.Name, Reason: u.Reason, At: u.At, Body: u.Body})
	}
	return dead
}

// fencedShards are the shards whose fence was not that of a delivery result.
type fencedShards []bot.Shard

func (f *fencedShards) add(s bot.Shard) {
	if !slices.Contains(*f, s) {
		*f = append(*f, s)
	}
}

func (f fencedShards) err() error {
	if len(f) == 0 {
		return nil
	}
	return &bot.FencedError{Shards: f}
}
