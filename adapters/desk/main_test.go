package desk

import (
	"os"
	"testing"

	"llave/adapters/webchat/webchattest"
)

func TestMain(m *testing.M) { os.Exit(webchattest.Main(m)) }
