package flows

import (
	"encoding/json"
	"maps"
	"slices"
	"time"

	"llave/bot"
	"llave/flows/backend"
	"llave/flows/nlu"
)

// version is the version of the form of memory. upgrade migrates a session of an older one.
const version = 2

// memory is what the conversations remember of a chat. It is stored encrypted, as JSON.
type memory struct {
	// Cred is set while the chat is linked.
	Cred backend.Credential `json:"cred,omitempty"`
	// Group is the family group in the last answer of the back end. It says what words mean and authorises nothing.
	Group backend.Group `json:"group,omitzero"`
	// Self is the member who uses the chat; [outsider] for a person who is not in the group, empty if that is not known.
	Self backend.MemberID `json:"self,omitempty"`
	// AskUser says that the person has not been asked who uses the chat, and OldChats are the account's other chats that are to be
	// asked about then.
	AskUser  bool                 `json:"ask_user,omitempty"`
	OldChats []backend.LinkedChat `json:"old_chats,omitempty"`
	// Aliases are the kinship words that the person explained by choosing a member.
	Aliases map[string]backend.MemberID `json:"aliases,omitempty"`
	// Recent are the members whose token was shown, the last one first.
	Recent []backend.MemberID `json:"recent,omitempty"`
	// Held are the tokens that were given, where the back end cannot be asked for them again.
	Held []backend.Token `json:"held,omitempty"`
	// Last is what was answered last: a text right under it may be about it.
	Last lastAnswer `json:"last,omitzero"`
	// Said is the last text that is not repeated as it is.
	Said said `json:"said,omitzero"`
	// Given are the tokens that were shown and live, to name them while the back end does not answer.
	Given []shownToken `json:"given,omitempty"`
	// LastSheet is the member whose sheet was shown last.
	LastSheet backend.MemberID `json:"paper,omitempty"`
	// SheetsOf are the members whose sheets were shown, the last one first.
	SheetsOf []backend.MemberID `json:"sheets_of,omitempty"`

	// Suspect is the chat of the last notice that another one was linked.
	Suspect string `json:"suspect,omitempty"`

	// Accounts are the chat's other accounts.
	Accounts []account `json:"accounts,omitempty"`
	// Device is whether others use the device, too.
	Device device `json:"device,omitzero"`
	// Identity is how the chat presented itself last: the result of an effect does not bring it.
	Identity identity `json:"door,omitzero"`
	// Unreadable is the last message that was no text.
	Unreadable unreadable `json:"unreadable,omitzero"`
	// Pace is the pace of the chat's messages.
	Pace pace `json:"rally,omitzero"`
	// Also are the requests that come after the open one: a text may hold several.
	Also []requests `json:"also,omitempty"`
	// Misses counts the texts in a row that were not understood.
	Misses int `json:"misses,omitempty"`
	// Mesa is what is remembered for Mesa de Ayuda.
	Mesa mesaMemory `json:"mesa,omitzero"`

	open
	*MemoryV1
}

// open is what the conversation is about: a request, and the question that was asked last.
type open struct {
	requests
	// Link is the link that is being made.
	Link LinkRequest `json:"link,omitzero"`
	// Listed are the account's other chats, in the list that was shown.
	Listed []backend.LinkedChat `json:"listed,omitempty"`
	question
}

// question is the last question, or the last message with options.
type question struct {
	// Question is its id, Asked the id of the update that raised it, and AskedAt the time of that update.
	Question string    `json:"q,omitempty"`
	Asked    string    `json:"asked,omitempty"`
	AskedAt  time.Time `json:"asked_at,omitzero"`
	// Prompt is its text, to put it again.
	Prompt  string   `json:"prompt,omitempty"`
	Options []option `json:"options,omitempty"`
	// Figure is the bare number that the question came after. The same number once more may be no answer, but sent twice.
	Figure string `json:"figure,omitempty"`
	// Repeated is the id of the question that was put again because its answer seemed old.
	Repeated string `json:"repeated,omitempty"`
	// Timed says that a timer will end the question.
	Timed bool `json:"timed,omitempty"`
}

// identity is how a chat is shown to other chats of the account, and the way back into it.
type identity struct {
	ChannelName string `json:"via,omitempty"`
	MaskedID    string `json:"label,omitempty"`
	Sender      string `json:"sender,omitempty"`
	DeepLink    string `json:"back,omitempty"`
}

// outsider stands for a person who uses the chat and is not in the group.
const outsider backend.MemberID = "-"

// option is one answer to the open question.
type option struct {
	Value string           `json:"v"`
	Who   backend.MemberID `json:"m,omitempty"`
	// Month is a month to choose, or the month of the sheet that the option is about; Label tells one sheet from another.
	Month backend.Month `json:"mo,omitempty"`
	Label string        `json:"l,omitempty"`
	Text  string        `json:"-"`
}

// numbered reports whether an option is one of a list: its value is a letter and a number.
func (o option) numbered(kind byte) bool {
	return len(o.Value) > 1 && o.Value[0] == kind && o.Value[1] <= '9'
}

// speaker is the person who uses the chat.
func (m *memory) speaker() nlu.Speaker {
	return nlu.Speaker{Group: m.Group, Self: m.Self, Aliases: m.Aliases}
}

func (m *memory) linked() bool { return m.Cred != "" }

// clone copies what a decision may change, so that the session it was given stays as it was.
func (m *memory) clone() *memory {
	c := *m
	c.Aliases = maps.Clone(m.Aliases)
	c.Accounts = slices.Clone(m.Accounts)
	c.Recent = slices.Clone(m.Recent)
	c.Options = slices.Clone(m.Options)
	c.requests = m.requests.clone()
	c.Mesa.Parked = m.Mesa.Parked.clone()
	c.Also = nil
	for _, q := range m.Also {
		c.Also = append(c.Also, q.clone())
	}
	return &c
}

// used puts members at the head of the recent ones.
func (m *memory) used(ids ...backend.MemberID) {
	recent := slices.Clone(ids)
	for _, id := range m.Recent {
		if !slices.Contains(recent, id) && len(recent) < 8 {
			recent = append(recent, id)
		}
	}
	m.Recent = recent
}

// showedSheet keeps whose sheet was shown.
func (m *memory) showedSheet(id backend.MemberID) {
	const most = 8
	of := []backend.MemberID{id}
	for _, before := range m.SheetsOf {
		if before != id && len(of) < most {
			of = append(of, before)
		}
	}
	m.LastSheet, m.SheetsOf = id, of
}

// unlink forgets all that belongs to the accounts. What the affiliate was told of their case stays, and so does what they said of the
// device.
func (m *memory) unlink() {
	*m = memory{Identity: m.Identity, Device: device{Shared: m.Device.Shared}, Pace: m.Pace, Mesa: mesaMemory{Noted: m.Mesa.Noted, WayOut: m.Mesa.WayOut, Attended: m.Mesa.Attended}}
}

// upgrade brings a session to the form of this version. A state that is not valid becomes the menu; the link stays. The
// memory is a copy, unless the session is the turn's own.
func upgrade(s bot.Session, own bool, valid func(state string, r Request) bool) (bot.Session, *memory) {
	m, ok := s.Data.(*memory)
	switch {
	case !ok || m == nil:
		m = &memory{}
	case !own:
		m = m.clone()
	}
	if s.State == "" {
		s.State = home
	}
	if s.V < 2 {
		m.migrateV1(s.State)
	}
	if s.V > version || !valid(s.State, m.request()) {
		s.State = home
		m.open = open{}
	}
	s.V, s.Data = version, m
	return s, m
}

// MemoryV1 are the fields of version 1 that version 2 has in other places. They are read and never written: the pointer is set
// by a stored session of version 1 alone. The type is exported because encoding/json sets no other embedded pointer.
type MemoryV1 struct {
	Request json.RawMessage      `json:"wish,omitempty"`
	Invite  string               `json:"invite,omitempty"`
	Unread  string               `json:"unread,omitempty"`
	Lost    bool                 `json:"lost,omitempty"`
	Others  []backend.LinkedChat `json:"others,omitempty"`
}

// migrateV1 moves them there. Version 1 had one struct for the requests of all flows, whose fields have the same names in
// the struct of each flow. What cannot be read is dropped, as if the person had never asked.
func (m *memory) migrateV1(state string) {
	var old MemoryV1
	if m.MemoryV1 != nil {
		old, m.MemoryV1 = *m.MemoryV1, nil
	}
	if state == "chats.list" {
		m.Listed, old.Others = old.Others, nil
	}
	m.Link = LinkRequest{Invite: old.Invite, Unread: old.Unread, Relink: old.Lost, Others: old.Others}
	var part request
	if len(old.Request) == 0 || json.Unmarshal(old.Request, &part) != nil {
		return
	}
	r := emptyRequest(part.Intent)
	if json.Unmarshal(old.Request, r) == nil {
		m.put(r)
	}
}
