package flows

import (
	"testing"
	"time"

	"llave/bot"
	"llave/flows/backend"
	"llave/flows/nlu"
)

// decideOn decides on an answer; a late one brings nothing of how the chat presents itself.
func decideOn(t *testing.T, s bot.Session, r bot.Result) bot.Decision {
	t.Helper()
	in := bot.Input{Accepted: bot.Accepted{Update: bot.Update{ID: "9", Kind: bot.Answer, Result: &r}, Now: time.Date(2026, 11, 23, 13, 0, 0, 0, time.UTC), Seed: "SEEDSEEDSEED"}}
	d, err := newScript(t).Decide(s, in)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// The page of a new link shows which chat asks, also where the link was found lost by an answer that came late.
func TestALateLostLinkStillSaysWhoAsks(t *testing.T) {
	shown := door{Via: "Telegram", Label: "···1234", Sender: "Mari", Back: "https://t.me/x?start=%s"}
	m := &memory{Cred: "c", Group: familyOfMaria, Self: "1", Door: shown, Wish: &wish{Intent: nlu.IntentToken, For: []backend.MemberID{"3"}, Asked: "1"}}
	s := bot.Session{V: version, State: "token.wait", Data: m, Pending: &bot.Effect{Op: opCurrent, Key: "k"}}
	d := decideOn(t, s, bot.Result{Key: "k", Op: opCurrent, Late: true, Data: bot.Of(answer{Refused: refusedUnlinked})})
	if d.Effect == nil || d.Effect.Op != opInvite || d.Session.Data.(*memory).Cred != "" {
		t.Fatalf("effect %+v", d.Effect)
	}
	if args, err := bot.As[inviteArgs](d.Effect.Args); err != nil || door(args) != shown {
		t.Errorf("the page is told %+v, %v", args, err)
	}
}

// "Desvincular" is answered even if the back end never was: the chat has forgotten.
func TestUnlinkingIsNeverAnsweredBySilence(t *testing.T) {
	for late, replies := range map[bool]int{false: 1, true: 0} { // late: the interim said it already
		s := bot.Session{V: version, State: "chats.unlinking", Data: &memory{}, Pending: &bot.Effect{Op: opUnlink, Key: "k"}}
		d := decideOn(t, s, bot.Result{Key: "k", Op: opUnlink, Late: late, Failed: true})
		if len(d.Replies) != replies || d.Session.State != home {
			t.Errorf("late %t: %d replies in %s", late, len(d.Replies), d.Session.State)
		}
	}
}

// Somebody chosen under one account is asked about anew if the link comes out to be another's.
func TestAChoiceDoesNotMoveToAnotherAccount(t *testing.T) {
	m := &memory{Invite: "i", Wish: &wish{Intent: nlu.IntentToken, For: []backend.MemberID{"77"}, Asked: "1", At: time.Date(2026, 11, 23, 13, 0, 0, 0, time.UTC)}}
	s := bot.Session{V: version, State: "link.redeeming", Data: m}
	d := decideOn(t, s, bot.Result{Op: opRedeem, Data: bot.Of(answer{Grant: &backend.Grant{Credential: "c", Group: familyOfMaria}})})
	if d.Effect != nil || d.Session.State != "link.who" || d.Session.Data.(*memory).Wish == nil {
		t.Errorf("effect %+v in %s", d.Effect, d.Session.State)
	}
}
