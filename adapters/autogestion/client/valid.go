package client

import (
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"llave/flows/backend"
)

const (
	skew      = 5 * time.Minute // how much two clocks may differ
	tokenMost = 48 * time.Hour  // a token lives until the end of the day
	idMax     = 100
	textMax   = 200
)

// valid checks answers against the contract of flows/backend. Its methods return the fault as one word, "" if there is none.
type valid struct {
	now      time.Time
	insecure bool
}

func (c *Client) valid() valid { return valid{now: c.now(), insecure: c.insecure} }

// first returns the first fault.
func first(faults ...string) string {
	for _, f := range faults {
		if f != "" {
			return f
		}
	}
	return ""
}

func unless(ok bool, why string) string {
	if ok {
		return ""
	}
	return why
}

// isID: opaque, but fit to be compared, sent and stored.
func isID(s string) bool {
	return s != "" && len(s) <= idMax && isLine(s) && !strings.ContainsRune(s, utf8.RuneError)
}

// isLine: fit to stand in a message without pretending to be more of it. A name that a data base damaged (U+FFFD) is
// accepted: a family should not lose its tokens by it.
func isLine(s string) bool {
	return len(s) <= textMax && !strings.ContainsFunc(s, func(r rune) bool {
		return unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) || r == '\u2028' || r == '\u2029'
	})
}

// isPast: in the past, give or take the difference of clocks.
func (v valid) isPast(t time.Time) bool { return t.Year() >= 2000 && t.Before(v.now.Add(skew)) }

// zeroOrPast: in the past, or never.
func (v valid) zeroOrPast(t time.Time) bool { return t.IsZero() || v.isPast(t) }

func (v valid) group(g backend.Group) string {
	seen := map[backend.MemberID]bool{}
	for _, m := range g.Members {
		if !isID(string(m.ID)) || seen[m.ID] {
			return "group_ids"
		}
		seen[m.ID] = true
		if m.Name == "" || m.Number == "" || m.Standing == "" || !isLine(m.Name) || !isLine(m.Number) || !isLine(m.Kinship) || !isLine(m.Standing) {
			return "group_texts"
		}
	}
	return unless(seen[g.Own], "group_own")
}

func inGroup(g backend.Group, id backend.MemberID) bool {
	return slices.ContainsFunc(g.Members, func(m backend.Member) bool { return m.ID == id })
}

// given: one token or one denial for each member that was asked for, in that order, and for no other.
func (v valid) given(g backend.Given, members []backend.MemberID) string {
	if why := v.group(g.Group); why != "" {
		return why
	}
	tokens, denials := g.Tokens, g.Denials
	for _, m := range members {
		var why string
		switch {
		case len(tokens) > 0 && tokens[0].Member == m:
			why, tokens = v.token(g.Group, tokens[0]), tokens[1:]
		case len(denials) > 0 && denials[0].Member == m:
			why, denials = denial(denials[0]), denials[1:]
		default:
			return "given_members"
		}
		if why != "" {
			return why
		}
	}
	return unless(len(tokens) == 0 && len(denials) == 0, "given_members")
}

// token: digits as text, of a member who is in the group now, and possible times. It may be over, since Another repeats its
// answer for a day: [valid.live] checks that.
func (v valid) token(g backend.Group, t backend.Token) string {
	return first(unless(inGroup(g, t.Member), "token_stranger"), unless(backend.IsToken(t.Digits), "token_digits"), v.span(t.Made, t.Until),
		unless(v.zeroOrLock(t.LockedUntil), "token_times"))
}

// zeroOrLock: the end of a lock that can be.
func (v valid) zeroOrLock(t time.Time) bool {
	return t.IsZero() || t.Year() >= 2000 && t.Before(v.now.AddDate(1, 0, 0))
}

func (v valid) span(made, until time.Time) string {
	lasts := until.Sub(made)
	return unless(v.isPast(made) && lasts > 0 && lasts <= tokenMost, "token_times")
}

// live: the tokens can be used now.
func (v valid) live(tokens []backend.Token) string {
	over := func(t backend.Token) bool { return !t.Until.After(v.now.Add(-skew)) }
	return unless(!slices.ContainsFunc(tokens, over), "token_over")
}

func denial(d backend.Denial) string {
	return unless(d.Reason == backend.NotInCharge || d.Reason == backend.NotActive || d.Reason == backend.TooOften || d.Reason == backend.Reserved, "denial_reason")
}

func (v valid) state(st backend.TokenState, member backend.MemberID) string {
	if why := first(v.group(st.Group), unless(st.Member == member && inGroup(st.Group, member), "state_member")); why != "" || !st.Exists {
		return why
	}
	tried := v.zeroOrPast(st.TriedAt) && (st.TriedAt.IsZero() || isVerdict(st.TriedWhy))
	return first(v.span(st.Made, st.Until),
		unless(v.zeroOrPast(st.UsedAt) && v.zeroOrPast(st.PreviousReplacedAt) && v.zeroOrLock(st.LockedUntil), "state_times"), unless(tried, "state_tried"))
}

// isVerdict: a reason for which a validation is denied.
func isVerdict(r backend.Reason) bool {
	return slices.Contains([]backend.Reason{backend.Unknown, backend.Used, backend.Replaced, backend.Expired, backend.OtherPerson, backend.NotActive, backend.Locked}, r)
}

// invite: a person will type a password at the URL.
func (v valid) invite(i backend.Invite) string {
	u, err := url.Parse(i.URL)
	page := err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Hostname() != "" && u.User == nil && len(i.URL) <= 2000 && isURL(i.URL)
	tells := len(i.ID) >= 8 && strings.Contains(i.URL, i.ID) // a shorter id may stand in it by chance
	return first(unless(isID(i.ID), "invite_id"), unless(i.Opened >= 0, "invite_times"), unless(page && (v.insecure || isConfidential(u)), "invite_url"), unless(!tells, "invite_tells"),
		unless(i.OpenUntil.Year() >= 2000 && i.OpenUntil.Before(v.now.Add(24*time.Hour)), "invite_times"))
}

// isURL: no character in it ends a link early in a chat.
func isURL(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r > '~' || strings.ContainsRune(`"<>\^{|}`+"`", r) })
}

func (v valid) grant(g backend.Grant) string {
	own := slices.ContainsFunc(g.Others, func(l backend.LinkedChat) bool { return l.Own })
	return first(unless(isHeaderValue(string(g.Credential)), "grant_credential"), v.group(g.Group), v.chats(g.Others), unless(!own, "links_own"))
}

func (v valid) chats(list []backend.LinkedChat) string {
	seen := map[string]bool{}
	for _, l := range list {
		if !isID(l.ID) || seen[l.ID] {
			return "links_ids"
		}
		seen[l.ID] = true
		if len(l.Chat) > 4096 || l.Channel == "" || !isLine(l.Channel) || !isLine(l.Label) || !v.isPast(l.Since) {
			return "links_texts"
		}
	}
	return ""
}

// all: the chats of the account, exactly one of them the one that asks.
func (v valid) all(list []backend.LinkedChat) string {
	own := 0
	for _, l := range list {
		if l.Own {
			own++
		}
	}
	return first(v.chats(list), unless(own == 1, "links_own"))
}
