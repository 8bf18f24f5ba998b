package bot

import (
	"encoding/json"
	"strings"
	"testing"
)

func TestValues(t *testing.T) {
	type point struct{ X int }
	live := Of(point{3})
	text, err := json.Marshal(live)
	if err != nil {
		t.Fatal(err)
	}
	var kept Value
	if err := json.Unmarshal(text, &kept); err != nil {
		t.Fatal(err)
	}
	for name, v := range map[string]Value{"live": live, "kept": kept} {
		if p, err := As[point](v); err != nil || p.X != 3 {
			t.Errorf("%s: %v, %v", name, p, err)
		}
	}
	if _, err := As[point](Of("three")); err == nil {
		t.Error("a string is taken for a point")
	}
	if p, err := As[point](Value{}); err != nil || p.X != 0 {
		t.Errorf("nothing is %v, %v", p, err)
	}
}

func TestChatIDs(t *testing.T) {
	c, err := NewChatID("web", "bot", "a/b/c")
	if err != nil || c.Channel() != "web" || c.Account() != "bot" || c.Native() != "a/b/c" {
		t.Errorf("%q %q %q, %v", c.Channel(), c.Account(), c.Native(), err)
	}
	for _, bad := range [][3]string{{"", "b", "c"}, {"a", "", "c"}, {"a", "b", ""}, {"a/x", "b", "c"}, {"a", "b/x", "c"}} {
		if _, err := NewChatID(bad[0], bad[1], bad[2]); err == nil {
			t.Errorf("%q is a chat", bad)
		}
	}
	if s := c.LogValue().String(); strings.Contains(s, "a/b") {
		t.Errorf("the log says %s", s)
	}
}
