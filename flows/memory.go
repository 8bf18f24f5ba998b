package flows

import (
	"maps"
	"slices"
	"time"

	"llave/bot"
	"llave/flows/backend"
	"llave/flows/nlu"
)

// version is the version of memory's form. A session of an older one is migrated by upgrade.
const version = 1

// memory is what the conversations remember of a chat. It is kept sealed.
type memory struct {
	// Cred is set while the chat is linked.
	Cred backend.Credential `json:"cred,omitempty"`
	// Group is the family group as the back end last told it. It says what words mean; it gives no right to anything.
	Group backend.Group `json:"group,omitzero"`
	// Self is the member who uses the chat; someone if it is nobody of the group, empty if they have not said.
	Self backend.MemberID `json:"self,omitempty"`
	// Aliases are the kinship words that the person explained by choosing somebody.
	Aliases map[string]backend.MemberID `json:"aliases,omitempty"`
	// Recent are the members whose token was shown, the last one first.
	Recent []backend.MemberID `json:"recent,omitempty"`
	// Held are tokens as they were given, where the back end cannot be asked for them again.
	Held []backend.Token `json:"held,omitempty"`
	// Paper is the member whose sheet was shown last.
	Paper backend.MemberID `json:"paper,omitempty"`
	// Others are the account's other chats, while they are being asked about.
	Others []backend.LinkedChat `json:"others,omitempty"`

	// Door is how the chat presented itself last: an answer that comes later brings nothing of it.
	Door door `json:"door,omitzero"`

	// Unreadable is the last message that was no text.
	Unreadable unreadable `json:"unreadable,omitzero"`
	// Rally is the pace of the chat's messages.
	Rally rally `json:"rally,omitzero"`

	// Wish is what is being asked for, until it is granted or forgotten.
	Wish *wish `json:"wish,omitempty"`
	// Invite is the invite whose code is awaited, and InviteUntil how long.
	Invite string `json:"invite,omitempty"`

	// Unread says that the message with the invite's page may not have arrived ([bot.Unsure]) or did not ([bot.Unsent]).
	Unread string `json:"unread,omitempty"`

	// Lost says that the link that is being made replaces one that was ended elsewhere.
	Lost bool `json:"lost,omitempty"`

	// Question is the id of the open question, Asked the id of the update that raised it, AskedAt its hour, Options
	// what can be answered.
	Question string    `json:"q,omitempty"`
	Asked    string    `json:"asked,omitempty"`
	AskedAt  time.Time `json:"asked_at,omitzero"`
	Prompt   string    `json:"prompt,omitempty"` // its text, to put it again
	Options  []option  `json:"options,omitempty"`
	// Figure is the bare number that the question came after: the same once more is no answer to it, but sent twice.
	Figure string `json:"figure,omitempty"`
	// Repeated is the question that was put again because its answer seemed old.
	Repeated string `json:"repeated,omitempty"`
	// Timed says that a timer will end the question.
	Timed bool `json:"timed,omitempty"`
	// Misses counts texts in a row that were not understood.
	Misses int `json:"misses,omitempty"`
}

// door is how a chat is shown to others, and the way back into it.
type door struct {
	Via    string `json:"via,omitempty"`
	Label  string `json:"label,omitempty"`
	Sender string `json:"sender,omitempty"`
	Back   string `json:"back,omitempty"`
}

// someone uses the chat who is not in the group.
const someone backend.MemberID = "-"

// option is one answer to the open question.
type option struct {
	Value string           `json:"v"`
	Who   backend.MemberID `json:"m,omitempty"`
	// Month is that of a month to choose, or of the sheet below which it stands; Label tells one sheet from another.
	Month backend.Month `json:"mo,omitempty"`
	Label string        `json:"l,omitempty"`
	Text  string        `json:"-"`
}

// wish is what a person wants, as far as it has become clear.
type wish struct {
	Intent nlu.Intent         `json:"intent"`
	Who    []nlu.Ref          `json:"who,omitempty"`
	For    []backend.MemberID `json:"for,omitempty"`
	// Asked is the id of the update that asked for it, and At its hour.
	Asked string    `json:"asked"`
	At    time.Time `json:"at"`
	// Held says that the answer is in memory, and that the group is read to see whether it may be given.
	Held bool `json:"held,omitempty"`
	// Below says that an option of the last message asked, and Old that a button of an earlier one did: whom that was
	// about is not known any more.
	Below bool `json:"below,omitempty"`
	Old   bool `json:"old,omitempty"`
	// Looked says that the group has been read anew for it.
	Looked bool `json:"looked,omitempty"`

	// What follows is of preprinted tokens. Month and Count are what was said, or what came of it; More that they come on
	// top of those there are; Unsure that an order went out and nobody knows what became of it.
	Month  backend.Month `json:"month,omitempty"`
	Count  int           `json:"count,omitempty"`
	More   bool          `json:"more,omitempty"`
	Unsure bool          `json:"unsure,omitempty"`
	// Live says that there are some for the month that can still be used.
	Live bool `json:"live,omitempty"`
	// Changed says that what was ordered could not be made any more.
	Changed bool `json:"changed,omitempty"`
	// Paper says that somebody who is not named is whose sheet was shown last.
	Paper bool `json:"paper,omitempty"`
	// Numbers are those on the sheet that are to be void, all if there are none; Single that it is not all.
	Numbers []int `json:"numbers,omitempty"`
	Single  bool  `json:"single,omitempty"`
	// Months are what the back end offers, Sheets those that may be meant, Steps the questions there will be.
	Months []backend.SheetMonth `json:"months,omitempty"`
	Sheets []brief              `json:"sheets,omitempty"`
	// Chosen is the one of Sheets that it is about.
	Chosen backend.SheetID `json:"chosen,omitempty"`
	Steps  []string        `json:"steps,omitempty"`
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
	c.Recent = slices.Clone(m.Recent)
	c.Options = slices.Clone(m.Options)
	if m.Wish != nil {
		w := *m.Wish
		c.Wish = &w
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

// unlink forgets all that belongs to the account.
func (m *memory) unlink() { *m = memory{Door: m.Door, Rally: m.Rally} }

// settle ends the open question and the wish behind it.
func (m *memory) settle() {
	m.Question, m.Asked, m.AskedAt, m.Options, m.Wish = "", "", time.Time{}, nil, nil
	m.Invite, m.Unread, m.Others, m.Timed, m.Prompt, m.Figure, m.Repeated = "", "", nil, false, "", "", ""
}

// upgrade brings a session to the form of this version. A state that is not known becomes the menu; links stay.
func upgrade(s bot.Session, known func(state string) bool) (bot.Session, *memory) {
	m, ok := s.Data.(*memory)
	if !ok || m == nil {
		m = &memory{}
	}
	m = m.clone()
	if s.State == "" {
		s.State = home
	}
	if !known(s.State) || s.V > version {
		s.State = home
		m.settle()
	}
	s.V, s.Data = version, m
	return s, m
}
