package engine

import (
	"errors"
	"log/slog"
	"time"

	"github.com/sony/gobreaker/v2"
)

// The breaker opens after so many calls in a row without an answer: more than one chat's retries bring together in a
// minute. Then it lets a few probes through every openFor, which is shorter than a turn waits: one person alone does
// not notice it.
const (
	failuresToOpen = 20
	probes         = 3
	openFor        = 2 * time.Second
)

// errNotCounted is reported for a call whose failure says nothing about the outside.
var errNotCounted = errors.New("not counted")

// newBreaker makes the breaker of an [EffectRunner]. An answer is a success, refusals included; no answer is a failure.
func newBreaker(log *slog.Logger) *gobreaker.TwoStepCircuitBreaker[struct{}] {
	return gobreaker.NewTwoStepCircuitBreaker[struct{}](gobreaker.Settings{
		Name: "outside", MaxRequests: probes, Timeout: openFor,
		ReadyToTrip: func(c gobreaker.Counts) bool { return c.ConsecutiveFailures >= failuresToOpen },
		IsExcluded:  func(err error) bool { return errors.Is(err, errNotCounted) },
		OnStateChange: func(_ string, from, to gobreaker.State) {
			log.Warn("breaker of the outside", "from", from.String(), "to", to.String())
		},
	})
}
