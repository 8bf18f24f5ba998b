package flows

import (
	"time"

	"llave/flows/backend"
	"llave/flows/nlu"
)

// Request is what a person asks for, as far as it is clear. Each flow that grants requests has a type of its own.
type Request interface {
	// flow is the name of the flow that grants the request.
	flow() string
	// common is the part that all requests have.
	common() *request
	// in is the request as the only one of its chat.
	in() requests
	// advance goes on with the request as far as possible without asking the person.
	advance(d *dialog)
}

// request is the part that all requests have.
type request struct {
	Intent nlu.Intent `json:"intent"`
	// Refs are the people in the words of the request, and Members the people it is for, once that is known.
	Refs    []nlu.Ref          `json:"who,omitempty"`
	Members []backend.MemberID `json:"for,omitempty"`
	// Asked is the id of the update that asked for it, and At the time of that update.
	Asked string    `json:"asked"`
	At    time.Time `json:"at"`
	// Below says that an option of the last message asked, and Old that a button of an earlier message did: it is not
	// known any more whom that message was about.
	Below bool `json:"below,omitempty"`
	Old   bool `json:"old,omitempty"`
	// Day is the day that the request names, if it is not today: a token lives today only, so that the person is asked.
	Day nlu.Day `json:"day,omitzero"`
	// Told says that somebody else asked for it, or that it was passed on: it is not certain for whom.
	Told bool `json:"told,omitempty"`
	// Agreed says that the person has confirmed the request together with the one before it.
	Agreed bool `json:"agreed,omitempty"`
	// Of is the affiliation number of the owner of the account that it is about, where that is certain and the chat has several.
	Of string `json:"of,omitempty"`
	// Refreshed says that the group was read from the back end for this request.
	Refreshed bool `json:"looked,omitempty"`
}

func (r *request) common() *request { return r }

// requests holds the open request of a chat: one of its fields is set, or none.
type requests struct {
	Token    *TokenRequest    `json:"token,omitempty"`
	Another  *AnotherRequest  `json:"another,omitempty"`
	Rejected *RejectedRequest `json:"rejected,omitempty"`
	Sheet    *SheetRequest    `json:"sheet,omitempty"`
	Void     *VoidRequest     `json:"void,omitempty"`
}

// request is the open request; nil if there is none.
func (q requests) request() Request {
	switch {
	case q.Token != nil:
		return q.Token
	case q.Another != nil:
		return q.Another
	case q.Rejected != nil:
		return q.Rejected
	case q.Sheet != nil:
		return q.Sheet
	case q.Void != nil:
		return q.Void
	}
	return nil
}

// put makes a request the open one; nil for none.
func (q *requests) put(r Request) {
	*q = requests{}
	if r != nil {
		*q = r.in()
	}
}

func (q requests) clone() requests {
	return requests{copyOf(q.Token), copyOf(q.Another), copyOf(q.Rejected), copyOf(q.Sheet), copyOf(q.Void)}
}

func copyOf[T any](p *T) *T {
	if p == nil {
		return nil
	}
	c := *p
	return &c
}

// emptyRequest is a request for an intent, with nothing in it.
func emptyRequest(i nlu.Intent) Request {
	switch i {
	case nlu.IntentAnother:
		return &AnotherRequest{}
	case nlu.IntentRejected:
		return &RejectedRequest{}
	case nlu.IntentPreprint:
		return &SheetRequest{}
	case nlu.IntentVoid:
		return &VoidRequest{}
	}
	return &TokenRequest{}
}

// newRequest is the request that a text makes, dated when the text was written.
func (d *dialog) newRequest(p nlu.ParsedText) Request {
	r := emptyRequest(p.Intent)
	*r.common() = request{Intent: p.Intent, Refs: p.Refs, Asked: d.in.ID, At: d.in.Now.Add(-d.in.Lag), Below: d.from == fromOption, Old: d.from == fromOldButton}
	r.common().Day, r.common().Told = d.otherDay(p), p.Told
	switch r := r.(type) {
	case *SheetRequest:
		r.Month, r.Count, r.More = p.Month.At(d.in.Now), p.Count, p.More
		r.Spoiled = p.Topic == nlu.TopicSpoiled
		r.SameAsLast = (p.More || p.Again || r.Spoiled) && !r.Old
	case *RejectedRequest:
		r.Paper, r.Numbers = p.Paper, p.TokenNumbers
	case *VoidRequest:
		r.Month, r.Numbers, r.Single = p.Month.At(d.in.Now), p.TokenNumbers, p.Single
		r.SameAsLast = !r.Old
	}
	return r
}

// requestNow is a request that is made by this update, for members who are known.
func (d *dialog) requestNow(i nlu.Intent, members []backend.MemberID) request {
	return request{Intent: i, Members: members, Asked: d.in.ID, At: d.in.Now}
}

// start begins to grant a request. It links the chat first if that is missing.
func (d *dialog) start(r Request) {
	if d.busy() {
		key := "token.still"
		if d.session.State == home {
			key = "token.busy" // cancelled, and under way all the same
		}
		d.say(key, nil)
		return
	}
	d.wished(r.common().Intent)
	d.mem.put(r)
	if !d.mem.linked() {
		inLink(d).invite(false)
		return
	}
	if inAccount(d).find(r) {
		d.advance()
	}
}

// advance goes on with the open request. One that is too old is confirmed first.
func (d *dialog) advance() {
	r := d.mem.request()
	if d.isStale(r) {
		d.confirmStale(r)
		return
	}
	r.advance(d)
}
