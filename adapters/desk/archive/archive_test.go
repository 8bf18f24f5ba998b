package archive_test

import (
	"testing"

	"llave/adapters/desk/archive/archivetest"
)

func TestSuite(t *testing.T) { archivetest.Suite(t) }
