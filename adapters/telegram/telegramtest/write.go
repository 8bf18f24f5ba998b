package telegramtest

import "slices"

// Writes sends a message with these fields: a picture with a caption, a forwarded text, a topic, …
func (u *User) Writes(fields map[string]any) int64 {
	return u.writes("message", wordsOf(fields), u.noted(fields))
}

// Changes is what was written last with other fields: other words, another place.
func (u *User) Changes(fields map[string]any) int64 {
	s := u.s
	s.mu.Lock()
	defer s.mu.Unlock()
	body := map[string]any{"message_id": u.lastOwn(), "date": s.now().Unix(), "edit_date": s.now().Unix(), "from": u.from(), "chat": u.where()}
	for k, v := range fields {
		body[k] = v
	}
	return s.enqueue(u.ID, "edited_message", body)
}

func (u *User) lastOwn() int {
	for _, m := range slices.Backward(u.screen) {
		if m.Mine {
			return m.ID
		}
	}
	return 0
}

func wordsOf(fields map[string]any) string {
	for _, k := range []string{"text", "caption"} {
		if text, ok := fields[k].(string); ok {
			return text
		}
	}
	return "(something)"
}

// InTopic are the fields of what is written in a topic of a chat that has some.
func InTopic(thread int, fields map[string]any) map[string]any {
	out := map[string]any{"message_thread_id": thread, "is_topic_message": true}
	for k, v := range fields {
		out[k] = v
	}
	return out
}

// noted remembers the topic that something is written in: the bot can write there from now on.
func (u *User) noted(fields map[string]any) map[string]any {
	u.s.mu.Lock()
	defer u.s.mu.Unlock()
	if n, ok := fields["message_thread_id"].(int); ok {
		u.topics[n] = true
	}
	out := map[string]any{}
	for k, v := range fields {
		out[k] = v
	}
	return out
}

// topic is where a call writes; the lock is held.
func (u *User) topic(q query) (int, *errorAnswer) {
	n := int(q.Int("message_thread_id"))
	if n != 0 && !u.topics[n] {
		return 0, refuse(400, "message thread not found")
	}
	return n, nil
}

// ClosesTopic takes a topic away.
func (u *User) ClosesTopic(thread int) {
	u.s.mu.Lock()
	defer u.s.mu.Unlock()
	delete(u.topics, thread)
}
