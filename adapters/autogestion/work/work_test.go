package work

import (
	"encoding/base64"
	"encoding/json"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"
)

func issuer(t *testing.T) (*Issuer, *time.Time) {
	t.Helper()
	now := time.Date(2026, 11, 23, 13, 0, 0, 0, time.UTC)
	i, err := NewIssuer(func() time.Time { return now })
	if err != nil {
		t.Fatal(err)
	}
	return i, &now
}

func challenge(t *testing.T, i *Issuer, l Level) Challenge {
	t.Helper()
	c, err := i.Challenge(l)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestAProofIsGoodOnce(t *testing.T) {
	i, _ := issuer(t)
	for l := Level(1); l <= 2; l++ {
		proof := Solve(challenge(t, i, l))
		if got := i.Check(proof); got != l {
			t.Errorf("a proof of level %d has level %d", l, got)
		}
		if got := i.Check(proof); got != 0 {
			t.Errorf("used again it has level %d", got)
		}
	}
}

// A proof that was altered, is of another issuer, or too old is none.
func TestWhatIsNoProof(t *testing.T) {
	i, now := issuer(t)
	other, _ := issuer(t)
	solved := Solve(challenge(t, i, 1))
	altered := func(change func(p *payload)) string {
		p, ok := read(solved)
		if !ok {
			t.Fatal("the proof cannot be read")
		}
		change(&p)
		text, err := json.Marshal(p)
		if err != nil {
			t.Fatal(err)
		}
		return base64.StdEncoding.EncodeToString(text)
	}
	for name, proof := range map[string]string{
		"nothing": "", "no base64": "%", "no JSON": base64.StdEncoding.EncodeToString([]byte("{")), "long": strings.Repeat("A", 1<<20),
		"of another issuer": Solve(challenge(t, other, 1)),
		"a dearer level":    altered(func(p *payload) { p.Challenge.Parameters.Data.Level = MaxLevel }),
		"a later end":       altered(func(p *payload) { p.Challenge.Parameters.ExpiresAt += 60 }),
		"not solved": altered(func(p *payload) {
			p.Solution.DerivedKey = p.Challenge.Parameters.KeyPrefix + p.Challenge.Parameters.KeyPrefix
		}),
		"no key": altered(func(p *payload) { p.Solution.DerivedKey = "" }),
	} {
		if got := i.Check(proof); got != 0 {
			t.Errorf("%s: level %d", name, got)
		}
	}
	*now = now.Add(lasts + time.Second)
	if got := i.Check(solved); got != 0 {
		t.Errorf("an old proof has level %d", got)
	}
}

// The time has a bound: no counter is above the level's, and none is below it by design, which would be a shortcut.
func TestTheWorkHasABound(t *testing.T) {
	i, _ := issuer(t)
	most := int64(0)
	for range 40 {
		p, ok := read(Solve(challenge(t, i, 1)))
		if !ok {
			t.Fatal("not solved")
		}
		most = max(most, p.Solution.Counter)
	}
	if most >= counters[1] {
		t.Errorf("a counter of %d, above %d", most, counters[1])
	}
	for l := Level(1); l <= MaxLevel; l++ {
		if l.Wait() <= (l-1).Wait() || l.Wait() > 2*time.Second {
			t.Errorf("level %d waits %s", l, l.Wait())
		}
	}
	if (MaxLevel+7).Wait() != MaxLevel.Wait() || Level(-1).Wait() != 0 {
		t.Error("a level out of its bounds")
	}
}

// ALTCHA's own library (npm altcha-lib 2.8.0) made and solved the challenge in testdata: its signatures are ours, and so is
// its solution.
func TestAProofOfALTCHA(t *testing.T) {
	text, err := os.ReadFile("testdata/altcha-lib-2.8.0.json")
	if err != nil {
		t.Fatal(err)
	}
	var theirs struct{ Secret, KeySecret, Proof string }
	if err := json.Unmarshal(text, &theirs); err != nil {
		t.Fatal(err)
	}
	i, _ := issuer(t)
	i.secret, i.keySecret = []byte(theirs.Secret), []byte(theirs.KeySecret)
	p, ok := read(theirs.Proof)
	if !ok {
		t.Fatal("the proof cannot be read")
	}
	if ours, ok := read(Solve(p.Challenge)); !ok || ours.Solution != p.Solution {
		t.Errorf("solved here: %+v, there: %+v", ours.Solution, p.Solution)
	}
	if got := i.Check(theirs.Proof); got != 1 {
		t.Errorf("level %d", got)
	}
}

// ALTCHA's library solves ours. It needs node, and the package in the folder ALTCHA_LIB: npm install altcha-lib@2.8.0.
func TestALTCHASolvesOurs(t *testing.T) {
	folder := os.Getenv("ALTCHA_LIB")
	if folder == "" {
		t.Skip("ALTCHA_LIB is not set")
	}
	i, _ := issuer(t)
	text, err := json.Marshal(challenge(t, i, 2))
	if err != nil {
		t.Fatal(err)
	}
	script := `import { solveChallenge } from '` + folder + `/dist/esm/v2/index.js';
import { deriveKey } from '` + folder + `/dist/esm/v2/algorithms/pbkdf2.js';
const challenge = JSON.parse(process.argv[1]), solution = await solveChallenge({challenge, deriveKey});
process.stdout.write(btoa(JSON.stringify({challenge, solution})));`
	proof, err := exec.CommandContext(t.Context(), "node", "--input-type=module", "-e", script, string(text)).Output()
	if err != nil {
		t.Fatal(err)
	}
	if got := i.Check(string(proof)); got != 2 {
		t.Errorf("level %d", got)
	}
}
