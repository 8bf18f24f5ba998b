package autogestion

import (
	"strings"
	"testing"
)

func TestPasswords(t *testing.T) {
	phc := hashPassword("llave-demo", make([]byte, saltLen), cheap)
	if !strings.HasPrefix(phc, "$argon2id$v=19$m=64,t=1,p=1$") || !checkPassword("llave-demo", phc) || checkPassword("llave-demo2", phc) || checkPassword("", phc) {
		t.Error(phc)
	}
	for _, bad := range []string{"", "$", "$argon2i$v=19$m=64,t=1,p=1$AA$AA", strings.Replace(phc, "m=64", "m=99999999", 1), strings.Replace(phc, "t=1", "t=0", 1), strings.Replace(phc, "p=1", "p=0", 1), strings.Replace(phc, "v=19", "v=18", 1)} {
		if checkPassword("llave-demo", bad) {
			t.Errorf("%q", bad)
		}
	}
	if DefaultCost != (Cost{MemoryKiB: 19456, Time: 2, Threads: 1}) {
		t.Error("the default cost is not 19 MiB, 2, 1")
	}
}
