package client

import (
	"strings"
	"testing"
	"time"

	"llave/flows/backend"
)

// A refused answer gives nothing to the caller.
func TestClientGivesNothingOfABadAnswer(t *testing.T) {
	bad := goodAnswers()
	for path, body := range bad {
		bad[path] = strings.Replace(strings.Replace(strings.Replace(body, `"own":"m1"`, `"own":"m9"`, 1), "https://", "http://", 1), `:false,"sheets"`, `:7,"sheets"`, 1)
	}
	c, ctx, one := serverWith(t, bad), t.Context(), []backend.MemberID{"m1"}
	can, _ := c.Capabilities(ctx)
	g, _ := c.Group(ctx, secretCredential)
	cur, _ := c.Current(ctx, secretCredential, one)
	an, _ := c.Another(ctx, secretCredential, "m1", "k")
	st, _ := c.State(ctx, secretCredential, "m1")
	in, _ := c.Invite(ctx, backend.Invitation{})
	gr, _ := c.Redeem(ctx, "i", "c", "k")
	li, _ := c.Sheets(ctx, secretCredential, "m1")
	pr, _ := c.Print(ctx, secretCredential, backend.SheetOrder{Member: "m1", Month: "2026-11", Count: 2}, "k")
	vo, _ := c.Void(ctx, secretCredential, "s1", nil)
	if li.Sheets != nil || pr.Sheets != nil || vo.Sheets != nil || pr.Group.Members != nil {
		t.Errorf("given are %+v %+v %+v", li, pr, vo)
	}
	if can != (backend.Capabilities{}) || g.Own != "" || cur.Tokens != nil || an.Tokens != nil || st.Exists || in != (backend.Invite{}) || gr.Credential != "" {
		t.Errorf("given are %+v %+v %+v %+v %+v %+v %+v", can, g, cur, an, st, in, gr)
	}
}

// The order counts, and each member is answered once.
func TestClientMindsTheOrder(t *testing.T) {
	g := backend.Group{Own: "a"}
	for _, id := range []backend.MemberID{"a", "b", "c"} {
		g.Members = append(g.Members, backend.Member{ID: id, Name: "N", Number: "1", Standing: backend.Active})
	}
	v := valid{now: testNow}
	tokens := func(ids ...backend.MemberID) (out []backend.Token) {
		for _, id := range ids {
			out = append(out, backend.Token{Member: id, Digits: "000000", Made: v.now, Until: v.now.Add(time.Hour)})
		}
		return out
	}
	denials := func(ids ...backend.MemberID) (out []backend.Denial) {
		for _, id := range ids {
			out = append(out, backend.Denial{Member: id, Reason: backend.NotActive})
		}
		return out
	}
	ask := []backend.MemberID{"c", "x", "a", "b"}
	for n, c := range []struct {
		given backend.Given
		ok    bool
	}{
		{backend.Given{Group: g, Tokens: tokens("c", "a", "b"), Denials: denials("x")}, true},
		{backend.Given{Group: g, Tokens: tokens("c", "b"), Denials: denials("x", "a")}, true},
		{backend.Given{Group: g, Denials: denials("c", "x", "a", "b")}, true},
		{backend.Given{Group: g, Tokens: tokens("a", "c", "b"), Denials: denials("x")}, false},
		{backend.Given{Group: g, Tokens: tokens("c", "b"), Denials: denials("a", "x")}, false},
		{backend.Given{Group: g, Tokens: tokens("c", "a", "b")}, false},
		{backend.Given{Group: g, Tokens: tokens("c", "a", "b", "b"), Denials: denials("x")}, false},
		{backend.Given{Group: g, Tokens: tokens("c", "x", "a", "b")}, false}, // a token for a stranger
		{backend.Given{Group: g, Tokens: tokens("c", "a", "b"), Denials: denials("x", "x")}, false},
		{backend.Given{Group: g, Tokens: tokens("c", "a", "b"), Denials: denials("x", "b")}, false},
	} {
		if why := v.given(c.given, ask); (why == "") != c.ok {
			t.Errorf("%d: %q", n, why)
		}
	}
	if why := v.given(backend.Given{Group: g}, nil); why != "" {
		t.Errorf("nobody asked for: %s", why)
	}
}
