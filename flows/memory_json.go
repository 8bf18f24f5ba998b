package flows

import (
	"llave/bot"
	"llave/flows/backend"
)

// This file writes a memory: every turn does. What most memories have is written field by field, the rest with
// encoding/json.

// AppendJSON implements [bot.JSONAppender].
func (m *memory) AppendJSON(o *bot.JSONObject) {
	if m == nil || m.MemoryV1 != nil {
		o.Whole(m)
		return
	}
	o.Open()
	m.appendAccount(o)
	m.appendShown(o)
	o.IfString("suspect", m.Suspect)
	bot.JSONList(o, "accounts", m.Accounts)
	device := o.OpenField("device")
	o.IfTrue("shared", m.Device.Shared)
	o.IfTime("until", m.Device.Until)
	o.CloseField(device)
	m.Identity.appendField(o, "door")
	unreadable := o.OpenField("unreadable")
	o.IfString("what", m.Unreadable.Subtype)
	o.IfTime("at", m.Unreadable.At)
	o.CloseField(unreadable)
	m.Pace.appendField(o, "rally")
	bot.JSONList(o, "also", m.Also)
	o.IfInt("misses", int64(m.Misses))
	m.Mesa.appendField(o, "mesa")
	m.open.appendFields(o)
	o.Close()
}

// appendAccount writes the account and its people.
func (m *memory) appendAccount(o *bot.JSONObject) {
	o.IfString("cred", string(m.Cred))
	if m.Group.Own != "" || m.Group.Members != nil {
		group := o.OpenField("group")
		o.String("own", string(m.Group.Own))
		appendMembers(o, m.Group.Members)
		o.CloseField(group)
	}
	o.IfString("self", string(m.Self))
	o.IfTrue("ask_user", m.AskUser)
	bot.JSONList(o, "old_chats", m.OldChats)
	if len(m.Aliases) > 0 {
		o.Any("aliases", m.Aliases)
	}
}

func appendMembers(o *bot.JSONObject, members []backend.Member) {
	if members == nil {
		o.Any("members", members)
		return
	}
	o.OpenArray("members")
	for i := range members {
		p := &members[i]
		o.Open()
		o.String("id", string(p.ID))
		o.String("name", p.Name)
		o.String("number", p.Number)
		o.String("kinship", p.Kinship)
		o.String("standing", p.Standing)
		o.Close()
	}
	o.CloseArray()
}

// appendShown writes what was answered and shown.
func (m *memory) appendShown(o *bot.JSONObject) {
	bot.JSONStrings(o, "recent", m.Recent)
	bot.JSONList(o, "held", m.Held)
	last := o.OpenField("last")
	if l := &m.Last; !l.At.IsZero() || l.Intent != "" || l.Members != nil || !l.Until.IsZero() || l.Why != "" || l.Times != 0 {
		o.Time("at", l.At)
		o.IfString("intent", string(l.Intent))
		bot.JSONStrings(o, "for", l.Members)
		o.IfTime("until", l.Until)
		o.IfString("why", string(l.Why))
		o.IfInt("times", int64(l.Times))
	}
	o.CloseField(last)
	said := o.OpenField("said")
	o.IfString("key", m.Said.Key)
	o.IfInt("times", int64(m.Said.Times))
	o.IfTime("at", m.Said.At)
	o.CloseField(said)
	if len(m.Given) > 0 {
		o.OpenArray("given")
		for i := range m.Given {
			m.Given[i].append(o)
		}
		o.CloseArray()
	}
	o.IfString("paper", string(m.LastSheet))
	bot.JSONStrings(o, "sheets_of", m.SheetsOf)
}

func (k *shownToken) append(o *bot.JSONObject) {
	o.Open()
	o.String("member", string(k.Member))
	o.String("digits", k.Digits)
	o.Time("made", k.Made)
	o.Time("until", k.Until)
	o.IfTime("locked_until", k.LockedUntil)
	o.Time("at", k.At)
	o.Close()
}

func (i *identity) appendField(o *bot.JSONObject, key string) {
	mark := o.OpenField(key)
	o.IfString("via", i.ChannelName)
	o.IfString("label", i.MaskedID)
	o.IfString("sender", i.Sender)
	o.IfString("back", i.DeepLink)
	o.CloseField(mark)
}

func (p *pace) appendField(o *bot.JSONObject, key string) {
	mark := o.OpenField(key)
	o.IfTime("last", p.Last)
	o.IfInt("text", int64(p.Text))
	o.IfInt("score", int64(p.Score))
	o.IfTrue("muted", p.Muted)
	o.IfTrue("picked", p.Picked)
	o.IfTrue("alarmed", p.Alarmed)
	o.CloseField(mark)
}

func (m *mesaMemory) appendField(o *bot.JSONObject, key string) {
	mark := o.OpenField(key)
	m.Steps.writeTo(o, "steps")
	m.Token.appendField(o, "token")
	if m.Parked != (requests{}) {
		o.Any("parked", m.Parked)
	}
	bot.JSONStrings(o, "offered", m.Offered)
	o.IfTime("banner", m.Banner)
	o.IfTime("noted", m.Noted)
	o.IfTime("way_out", m.WayOut)
	o.IfTrue("attended", m.Attended)
	if m.Errand != (errand{}) {
		o.Any("errand", m.Errand)
	}
	o.CloseField(mark)
}

func (s *tokenSeen) appendField(o *bot.JSONObject, key string) {
	mark := o.OpenField(key)
	o.IfString("m", string(s.Member))
	o.IfString("state", string(s.State))
	o.IfTime("given", s.Given)
	o.IfTime("used", s.Used)
	o.IfTime("until", s.Until)
	o.IfTime("tried", s.Tried)
	o.IfTime("locked", s.Locked)
	o.IfString("why", s.Reason)
	o.CloseField(mark)
}

// appendFields writes the open request and the last question.
func (c *open) appendFields(o *bot.JSONObject) {
	bot.JSONPointer(o, "token", c.Token)
	bot.JSONPointer(o, "another", c.Another)
	bot.JSONPointer(o, "rejected", c.Rejected)
	bot.JSONPointer(o, "sheet", c.Sheet)
	bot.JSONPointer(o, "void", c.Void)
	link := o.OpenField("link")
	o.IfString("invite", c.Link.Invite)
	o.IfString("for", string(c.Link.For))
	o.IfString("unread", c.Link.Unread)
	o.IfTrue("relink", c.Link.Relink)
	o.IfTrue("more", c.Link.More)
	bot.JSONList(o, "others", c.Link.Others)
	o.CloseField(link)
	bot.JSONList(o, "listed", c.Listed)
	o.IfString("q", c.Question)
	o.IfString("asked", c.Asked)
	o.IfTime("asked_at", c.AskedAt)
	o.IfString("prompt", c.Prompt)
	if len(c.Options) > 0 {
		o.OpenArray("options")
		for i := range c.Options {
			c.Options[i].append(o)
		}
		o.CloseArray()
	}
	o.IfString("figure", c.Figure)
	o.IfString("repeated", c.Repeated)
	o.IfTrue("timed", c.Timed)
}

func (c *option) append(o *bot.JSONObject) {
	o.Open()
	o.String("v", c.Value)
	o.IfString("m", string(c.Who))
	o.IfString("mo", string(c.Month))
	o.IfString("l", c.Label)
	o.Close()
}
