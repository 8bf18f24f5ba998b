package flows

import (
	"maps"
	"slices"
	"strings"

	"llave/flows/backend"
	"llave/flows/nlu"
	"llave/flows/texts"
)

// account is one of the accounts that a chat is linked with, and what is remembered of it: a daughter may have her mother's beside
// her own. The memory has the fields of the one that the conversation is about, and keeps the others.
type account struct {
	Cred      backend.Credential          `json:"cred"`
	Group     backend.Group               `json:"group"`
	Self      backend.MemberID            `json:"self,omitempty"`
	AskUser   bool                        `json:"ask_user,omitempty"`
	OldChats  []backend.LinkedChat        `json:"old_chats,omitempty"`
	Aliases   map[string]backend.MemberID `json:"aliases,omitempty"`
	Recent    []backend.MemberID          `json:"recent,omitempty"`
	Held      []backend.Token             `json:"held,omitempty"`
	Last      lastAnswer                  `json:"last,omitzero"`
	Given     []shownToken                `json:"given,omitempty"`
	LastSheet backend.MemberID            `json:"paper,omitempty"`
	SheetsOf  []backend.MemberID          `json:"sheets_of,omitempty"`
	Suspect   string                      `json:"suspect,omitempty"`
}

// maxAccounts is how many accounts a chat may be linked with.
const maxAccounts = 3

// account is the account that the conversation is about.
func (m *memory) account() account {
	return account{m.Cred, m.Group, m.Self, m.AskUser, m.OldChats, m.Aliases, m.Recent, m.Held, m.Last, m.Given, m.LastSheet, m.SheetsOf, m.Suspect}
}

// use makes an account the one that the conversation is about.
func (m *memory) use(a account) {
	m.Cred, m.Group, m.Self, m.AskUser, m.OldChats = a.Cred, a.Group, a.Self, a.AskUser, a.OldChats
	m.Aliases, m.Recent, m.Held, m.Last, m.Given = maps.Clone(a.Aliases), a.Recent, a.Held, a.Last, a.Given
	m.LastSheet, m.SheetsOf, m.Suspect = a.LastSheet, a.SheetsOf, a.Suspect
}

// turnTo makes one of the other accounts the one that the conversation is about.
func (m *memory) turnTo(i int) {
	a := m.Accounts[i]
	m.Accounts[i] = m.account()
	m.use(a)
}

// dropAccount forgets the account that the conversation is about, and goes on with another one. The chat must have one.
func (m *memory) dropAccount() {
	m.use(m.Accounts[0])
	m.Accounts = slices.Delete(m.Accounts, 0, 1)
	m.Also, m.open = nil, open{}
}

// credentials are those of all accounts.
func (m *memory) credentials() (all []backend.Credential) {
	if !m.linked() {
		return nil
	}
	all = []backend.Credential{m.Cred}
	for _, a := range m.Accounts {
		all = append(all, a.Cred)
	}
	return all
}

// owner is the affiliate whose account it is.
func owner(g backend.Group) backend.Member {
	p, _ := g.Member(g.Own)
	return p
}

// accountName is how an account is called: by the first name of its owner, or by the whole name if two have the same.
func (m *memory) accountName(g backend.Group) string {
	name, same := owner(g).Name, 0
	for _, other := range m.groups() {
		if texts.FirstName(owner(other).Name) == texts.FirstName(name) {
			same++
		}
	}
	if same > 1 {
		return name
	}
	return texts.FirstName(name)
}

// groups are those of all accounts, that of the conversation first.
func (m *memory) groups() []backend.Group {
	all := []backend.Group{m.Group}
	for _, a := range m.Accounts {
		all = append(all, a.Group)
	}
	return all
}

// otherAccounts are the options for the accounts that the conversation is not about.
func (m *memory) otherAccounts() (out []option) {
	for i := range m.Accounts {
		out = append(out, accountOption(i+1))
	}
	return out
}

// accountOption is the option for an account: 0 is that of the conversation.
func accountOption(n int) option { return option{Value: "a" + string(rune('0'+n))} }

// accountOf is the number of the account of an option.
func (m *memory) accountOf(o option) (n int, ok bool) {
	if !o.numbered('a') {
		return 0, false
	}
	n = int(o.Value[1] - '0')
	return n, n <= len(m.Accounts)
}

// speakerIn is the person who uses the chat, in an account by its number.
func (m *memory) speakerIn(n int) nlu.Speaker {
	if n == 0 {
		return m.speaker()
	}
	a := m.Accounts[n-1]
	return nlu.Speaker{Group: a.Group, Self: a.Self, Aliases: a.Aliases}
}

// speakerAmong is the person who uses the chat, among the people of all accounts: any of them may be named.
func (m *memory) speakerAmong() nlu.Speaker {
	s := m.speaker()
	if len(m.Accounts) == 0 {
		return s
	}
	s.Group.Members = slices.Clone(s.Group.Members)
	for _, a := range m.Accounts {
		s.Group.Members = append(s.Group.Members, a.Group.Members...)
	}
	return s
}

// affiliations are the affiliation numbers of members, which are the same in every account.
func affiliations(g backend.Group, ids []backend.MemberID) string {
	var numbers []string
	for _, id := range ids {
		p, _ := g.Member(id)
		numbers = append(numbers, p.Number)
	}
	slices.Sort(numbers)
	return strings.Join(numbers, " ")
}
