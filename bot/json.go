package bot

// This file writes what every turn seals. Its test compares it with encoding/json.

// AppendJSON implements [JSONAppender].
func (s *Session) AppendJSON(o *JSONObject) {
	o.Open()
	o.Int("v", int64(s.V))
	o.String("state", s.State)
	o.IfTrue("gone", s.Gone)
	o.IfString("thread", s.Thread)
	o.IfString("album", s.Album)
	o.IfTime("last", s.Last)
	JSONPointer(o, "pending", s.Pending)
	JSONPointer(o, "case", s.Case)
	switch data := s.Data.(type) {
	case nil:
	case JSONAppender:
		o.Value("data", data)
	default:
		o.Any("data", data)
	}
	o.Close()
}

// AppendJSON implements [JSONAppender].
func (a *Accepted) AppendJSON(o *JSONObject) {
	o.Open()
	a.Update.appendFields(o)
	o.Time("now", a.Now)
	o.String("seed", string(a.Seed))
	o.IfInt("lag", int64(a.Lag))
	o.IfTrue("settled", a.Settled)
	o.IfTrue("unpaced", a.Unpaced)
	o.Close()
}

func (u *Update) appendFields(o *JSONObject) {
	o.String("chat", string(u.Chat))
	o.String("id", u.ID)
	o.String("kind", string(u.Kind))
	o.IfString("text", u.Text)
	o.IfTrue("forwarded", u.Forwarded)
	o.IfTrue("masked", u.Masked)
	o.IfTrue("password", u.Password)
	choice := o.OpenField("choice")
	o.IfString("q", u.Choice.Question)
	o.IfString("v", u.Choice.Value)
	o.CloseField(choice)
	o.IfString("what", u.Subtype)
	if len(u.Body) > 0 {
		o.Any("body", u.Body)
	}
	JSONPointer(o, "media", u.Media)
	o.IfString("album", u.Album)
	o.IfTrue("silent", u.Silent)
	o.IfString("thread", u.Thread)
	o.IfString("sender", u.Sender)
	o.IfString("via", u.ChannelName)
	o.IfString("label", u.MaskedID)
	o.IfString("back", u.DeepLink)
	o.IfTime("said", u.OccurredAt)
	JSONPointer(o, "result", u.Result)
	JSONPointer(o, "act", u.Act)
	o.IfString("mark", u.Mark)
}

// AppendJSON implements [JSONAppender].
func (r *Reply) AppendJSON(o *JSONObject) {
	o.Open()
	o.String("kind", string(r.Kind))
	o.String("text", r.Text)
	o.IfString("question", r.Question)
	if len(r.Choices) > 0 {
		o.OpenArray("choices")
		for _, c := range r.Choices {
			o.Open()
			o.String("text", c.Text)
			o.String("value", c.Value)
			o.Close()
		}
		o.CloseArray()
	}
	o.IfString("copy", r.Copy)
	JSONStrings(o, "copies", r.Copies)
	JSONPointer(o, "file", r.File)
	o.IfTime("expires", r.Expires)
	o.IfString("else", r.Else)
	o.IfString("from", r.From)
	o.IfUint("case", r.Case)
	o.IfUint("entry", r.Entry)
	o.IfString("thread", r.Thread)
	o.Close()
}
