package main

import (
	"bufio"
	"net"
	"testing"
	"time"
)

// The short form of -through poison.
func TestPoison(t *testing.T) {
	sum, err := atPoison(t.Context(), 10*poisonChats, 1)
	if err != nil || sum.Answered != 9*poisonChats {
		t.Errorf("%s: %v", sum, err)
	}
}

// What is missed is said.
func TestMissedAims(t *testing.T) {
	quick, slow := time.Millisecond, othersWithin+1
	for name, c := range map[string]struct {
		took   []time.Duration
		memory int64
		fails  bool
	}{
		"met":               {[]time.Duration{quick}, memoryWithin, false},
		"slow":              {[]time.Duration{quick, slow}, 0, true},
		"one in a thousand": {append(make([]time.Duration, 999), slow), 0, false},
		"large":             {nil, memoryWithin + 1, true},
	} {
		if err := missed(c.took, c.memory); (err != nil) != c.fails {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := (redisSightings{Accepted: []time.Duration{slow}}).missed(othersWithin); err == nil {
		t.Error("updates were refused for too long")
	}
}

// What goes to a replica comes late, and is lost when the way is closed.
func TestReplicaIsBehind(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				for lines := bufio.NewScanner(c); lines.Scan(); {
					c.Write(append(lines.Bytes(), '\n'))
				}
			}()
		}
	}()
	const behind = 50 * time.Millisecond
	w := &replicaWay{addr: "127.0.0.1:0", to: l.Addr().String(), behind: behind}
	if err := w.begin(); err != nil {
		t.Fatal(err)
	}
	defer w.end()
	says := func(text string) (*bufio.Reader, time.Time) {
		c, err := net.Dial("tcp", w.listener.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { c.Close() })
		c.Write([]byte(text + "\n"))
		return bufio.NewReader(c), time.Now()
	}
	if answer, began := says("PSYNC"); true {
		if line, err := answer.ReadString('\n'); err != nil || time.Since(began) < behind/2 {
			t.Errorf("%q comes after %s: %v", line, time.Since(began), err)
		}
	}
	if answer, _ := says("GET"); true {
		if line, err := answer.ReadString('\n'); err != nil || line != "GET\n" {
			t.Errorf("it answers %q: %v", line, err)
		}
	}
	answer, _ := says("PSYNC")
	w.end()
	if line, err := answer.ReadString('\n'); err == nil {
		t.Errorf("%q comes although the way is closed", line)
	}
}
