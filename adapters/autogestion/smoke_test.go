package autogestion

import (
	"testing"

	"llave/flows/backend"
)

// The whole way of a chat: link, token, validation.
func TestAChatIsLinkedAndGetsATokenThatAPharmacyAccepts(t *testing.T) {
	w, ctx := demo(t), t.Context()
	inv, err := w.Invite(ctx, backend.Invitation{Chat: "chat-1", Channel: "Telegram", Label: "···1234", Sender: "Mari", Key: "k1"})
	if err != nil {
		t.Fatal(err)
	}
	if err := w.open(ctx, inv.URL); err != nil {
		t.Fatal(err)
	}
	code, err := w.SignIn(ctx, inv.URL, maria, DemoPassword, true)
	if err != nil {
		t.Fatal(err)
	}
	g, err := w.Redeem(ctx, inv.ID, code, "k2")
	if err != nil {
		t.Fatal(err)
	}
	if len(g.Group.Members) != 6 || g.Group.Members[0].ID != g.Group.Own {
		t.Errorf("group is %+v", g.Group)
	}
	given, err := w.Current(ctx, g.Credential, []backend.MemberID{g.Group.Own})
	if err != nil {
		t.Fatal(err)
	}
	tok := given.Tokens[0]
	v, err := w.Validate(ctx, DemoProviderKey, Validation{RequestID: "r1", AffiliateNumber: g.Group.Members[0].Number, Token: tok.Digits[:3] + " " + tok.Digits[3:]})
	if err != nil {
		t.Fatal(err)
	}
	if !v.Accepted || v.Affiliate != "María Elena Gómez" {
		t.Errorf("verdict is %+v", v)
	}
	st, err := w.State(ctx, g.Credential, g.Group.Own)
	if err != nil || !st.UsedAt.Equal(w.Now()) {
		t.Errorf("state is %+v, %v", st, err)
	}
}
