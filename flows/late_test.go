package flows

import (
	"testing"

	"llave/bot"
	"llave/flows/backend"
	"llave/flows/nlu"
)

// decideOn decides on the result of an effect. Such an input does not bring the identity of the chat.
func decideOn(t *testing.T, s bot.Session, r bot.Result) bot.Decision {
	t.Helper()
	in := bot.Input{Accepted: bot.Accepted{Update: bot.Update{ID: "9", Kind: bot.Answer, Result: &r}, Now: monday, Seed: "SEEDSEEDSEED"}}
	d, err := newScript(t).Decide(s, in)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// The page of a new link shows the identity of the chat, also where a late result showed that the old link was ended.
func TestALateLostLinkStillSaysWhoAsks(t *testing.T) {
	shown := identity{ChannelName: "Telegram", MaskedID: "···1234", Sender: "Mari", DeepLink: "https://t.me/x?start=%s"}
	m := mariaAsks(&TokenRequest{request: requestFor(nlu.IntentToken, "3")})
	m.Identity = shown
	s := bot.Session{V: version, State: "token.wait", Data: m, Pending: &bot.Effect{Op: opCurrent, Key: "k"}}
	d := decideOn(t, s, bot.Result{Key: "k", Op: opCurrent, Late: true, Data: bot.Of(effectAnswer{Refused: refusedUnlinked})})
	if d.Effect == nil || d.Effect.Op != opInvite || d.Session.Data.(*memory).Cred != "" {
		t.Fatalf("effect %+v", d.Effect)
	}
	if args, err := bot.As[inviteArgs](d.Effect.Args); err != nil || identity(args) != shown {
		t.Errorf("the page is told %+v, %v", args, err)
	}
}

// "Desvincular" gets a reply even if the back end fails: the chat has forgotten its credential.
func TestUnlinkingIsNeverAnsweredBySilence(t *testing.T) {
	for late, replies := range map[bool]int{false: 1, true: 0} { // late: the interim said it already
		s := bot.Session{V: version, State: "chats.unlinking", Data: &memory{}, Pending: &bot.Effect{Op: opUnlink, Key: "k"}}
		d := decideOn(t, s, bot.Result{Key: "k", Op: opUnlink, Late: late, Failed: true})
		if len(d.Replies) != replies || d.Session.State != home {
			t.Errorf("late %t: %d replies in %s", late, len(d.Replies), d.Session.State)
		}
	}
}

// A member who was chosen under one account is asked for again if another account is linked.
func TestAChoiceDoesNotMoveToAnotherAccount(t *testing.T) {
	m := &memory{open: open{Link: LinkRequest{Invite: "i"}}}
	m.put(&TokenRequest{request: requestFor(nlu.IntentToken, "77")})
	s := bot.Session{V: version, State: "link.redeeming", Data: m}
	d := decideOn(t, s, bot.Result{Op: opRedeem, Data: bot.Of(effectAnswer{Grant: &backend.Grant{Credential: "c", Group: familyOfMaria}})})
	if d.Effect != nil || d.Session.State != "link.who" || d.Session.Data.(*memory).Token == nil {
		t.Errorf("effect %+v in %s", d.Effect, d.Session.State)
	}
}
