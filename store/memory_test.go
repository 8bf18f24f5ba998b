package store

import (
	"testing"

	"llave/bot"
	"llave/store/storetest"
)

func TestMemory(t *testing.T) {
	storetest.Suite(t, func(*testing.T) bot.Store { return NewMemory() })
}

func TestMemoryReplicas(t *testing.T) {
	storetest.SuiteReplicas(t, func(*testing.T) storetest.ReplicaStore { return NewMemory() })
}
