package nlu

// Intent is what a text wants, by the name that it has in words/es.txt.
type Intent string

const (
	IntentNone       Intent = ""
	IntentToken      Intent = "token"
	IntentNumber     Intent = "number"
	IntentAnother    Intent = "another"
	IntentRejected   Intent = "rejected"
	IntentPreprint   Intent = "preprint"
	IntentCredential Intent = "credential"
	IntentHelp       Intent = "help"
	IntentMenu       Intent = "menu"
	IntentCancel     Intent = "cancel"
	IntentBack       Intent = "back"
	IntentLink       Intent = "link"
	IntentUnlink     Intent = "unlink"
	IntentChats      Intent = "chats"
	IntentYes        Intent = "yes"
	IntentNo         Intent = "no"
	IntentHello      Intent = "hello"
	IntentThanks     Intent = "thanks"
	IntentWhere      Intent = "where"
	IntentSame       Intent = "same" // "el mismo": the token as it is
	IntentInsult     Intent = "insult"
	IntentLost       Intent = "lost"  // "no sé qué hacer"
	IntentOther      Intent = "other" // "otra persona"
	IntentMore       Intent = "more"  // more preprinted tokens, besides those there are
	IntentVoid       Intent = "void"  // preprinted tokens that must not be used any more

	// IntentOtherMonth is the value of a button. No text has it.
	IntentOtherMonth Intent = "othermonth"

	// The following are found in texts, and are never the intent of one.
	IntentDoubt   Intent = "doubt"   // what makes "otro token" no request: "si pido otro token"
	IntentUnclear Intent = "unclear" // it may mean two things
	IntentExclaim Intent = "exclaim" // "madre mía" is no mother
	IntentAgain   Intent = "again"   // "otra vez": the sheet that exists
	IntentLeaving Intent = "leaving" // "baja": of the chat, or of a member at the insurer
)

// ParsedText is what a text was understood to say.
type ParsedText struct {
	Intent Intent
	// Refs are the people that it is about, in the order of the text.
	Refs []Ref
	// TheirToken says that the text asks for the token of a person without the word: "el de Juana".
	TheirToken bool
	// Numbers are small numbers that stand alone: answers to a list.
	Numbers []int
	// Yes and No say that the text is a yes, or a no, and nothing else.
	Yes, No bool
	// Unclear are the intents that were found, where none of them is certain enough to act upon.
	Unclear []Intent
	// Count is the number of preprinted tokens and Month their month; zero if the text names none. More says that they come
	// on top of the existing ones. TokenNumbers are the numbers of tokens on a sheet, and Single says that the text is not
	// about the whole sheet.
	Count        int
	Month        NamedMonth
	More         bool
	TokenNumbers []int
	Single       bool
	// Paper says that a complaint is about a token on a sheet.
	Paper bool
	// Again says that the text asks for the existing sheet once more.
	Again bool
	// Unlinks says that the text has a word that means only unlinking. Leaving says that it has the word "baja".
	Unlinks, Leaving bool
	// ThisChat says that the text is about leaving this chat.
	ThisChat bool
	// Voids says that the text asks to make tokens void, and not only that they were lost.
	Voids bool
	// Topic is what the text wants of its intent, if the words file tells: "person" of help.
	Topic Topic
	// Person says that the text asks for a person, and not only for help.
	Person bool
	// Danger is a danger that the text tells of, beside or without a request. It must be answered first.
	Danger Topic
	// Fraud says that somebody asked for a code or used one that was not theirs.
	Fraud bool
	// Told says that a person only told of the request, or passed it on: "mi hija me pide el token". Without Refs it is not
	// certain whom the request is for.
	Told bool
	// Introduced is the name by which the person introduced themselves: "soy Pedro".
	Introduced []string
	// Refuses says that the text asks for nothing because a "no" stands over what it names: "no quiero el token".
	Refuses bool
	// Day is a day other than today that the text names: "para mañana". A token lives today only.
	Day Day
	// OnlyDay says that the text names that day and nothing else, OnlyHour that it names a later hour of today: "para la tarde".
	OnlyDay, OnlyHour bool
	// Repeat says that the text asks for what was said before once more: "repetime", "cuál era". TheOther says that it says
	// only "el otro", Pronoun that it means a person by "ella": both take their meaning from what was said before.
	Repeat, TheOther, Pronoun bool
	// OnlyFor says that the text names people and nothing that is asked for: "para Juana también".
	OnlyFor bool
	// Also are further requests of the same text, in its order, and Asked its questions.
	Also, Asked []ParsedText
	// Guessed says that the rules found no intent, and that it is the second opinion's.
	Guessed bool
	// among are several people of whom the text means one by a pronoun, him says that it is a man: "Juana y Tomás …, el token de él".
	among []Ref
	him   bool
	// taken says that a person who is only told of was taken by a pronoun; takenHer and takenHim of which sex it is.
	taken, takenHer, takenHim bool
	// theirs says that the pronoun is "él".
	theirs bool
	// mentioned are people of a text that asks for nothing by the rules.
	mentioned []Ref
	// counted is the number that the text names, whatever it is about.
	counted int
	// named says that the text has the word "token", and not only one that may stand for it.
	named bool
	// wants says that it has a verb of wanting.
	wants bool
	// matches are the phrases that were found: see Parser.explain.
	matches []Match
}

// Ref is a reference to a person in a text.
type Ref struct {
	Kind RefKind `json:"k"`
	// Words are the name, as phonetic keys, or the kinship.
	Words []string `json:"w,omitempty"`
	// Text is the reference as it was written, to repeat it.
	Text string `json:"as,omitempty"`
	// Same says that it is about the same person as the reference before: "mi hija Juana".
	Same bool `json:"same,omitempty"`
	// Not removes the person from those before: "todos menos Juana".
	Not bool `json:"not,omitempty"`
	// Relative says how the person is related to another one: "la abuela de los chicos".
	Relative *Relative `json:"rel,omitempty"`

	apart bool // nothing joins the person to the one before
	weak  bool // the words around it do not introduce a person: it counts only if the group has a member of this name
}

// Relative is a kinship to another person than the speaker.
type Relative struct {
	Kin string `json:"kin"`
	Of  Ref    `json:"of"`
}

// RefKind is how a text refers to a person: "mí", "todos", a kinship or a name.
type RefKind string

const (
	RefMe   RefKind = "me"
	RefAll  RefKind = "all"
	RefKin  RefKind = "kin"
	RefName RefKind = "name"
)

// AboutPeople reports whether the intent is about a person.
func (i Intent) AboutPeople() bool {
	switch i {
	case IntentToken, IntentNumber, IntentAnother, IntentRejected, IntentPreprint, IntentMore, IntentVoid, IntentCredential, IntentOther:
		return true
	}
	return false
}

// OfToday reports whether the intent is about a token that lives today only.
func (i Intent) OfToday() bool {
	switch i {
	case IntentToken, IntentNumber, IntentCredential, IntentAnother:
		return true
	}
	return false
}

// onPaper reports whether the intent is about preprinted tokens, so that numbers belong to it.
func (i Intent) onPaper() bool { return i == IntentPreprint || i == IntentMore || i == IntentVoid }

// destroys reports whether acting on the intent takes something away. It must be asked for, and not only mentioned.
func (i Intent) destroys() bool { return i == IntentAnother || i == IntentUnlink }

// givesWay reports whether the intent gives way to a plain request for the token in the same text.
func (i Intent) givesWay() bool {
	switch i {
	case IntentHelp, IntentLink, "register", "password", IntentMenu, IntentLost, IntentHello, IntentThanks:
		return true
	}
	return false
}
