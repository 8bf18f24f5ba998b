package whatsapptest

import (
	"context"
	"fmt"
	"regexp"
	"strings"
	"time"

	"go.mau.fi/whatsmeow"
	"go.mau.fi/whatsmeow/proto/waCommon"
	"go.mau.fi/whatsmeow/proto/waE2E"
	"go.mau.fi/whatsmeow/types"
	"go.mau.fi/whatsmeow/types/events"
	"google.golang.org/protobuf/proto"
)

// Chat is what stands on a phone's screen between its owner and one number.
type Chat struct {
	*Phone
	// With is the number of who is there.
	With   string
	screen []*Message
	seen   map[string]*Message
	read   int // of the screen, by the words that expect
	got    map[string]types.ReceiptType
	typing int
}

// Message is one of them.
type Message struct {
	ID       string
	Mine     bool
	Text     string // or the words under a picture or a document
	Document *File
	Image    *File
	Repeats  int // how often it came again
	At       time.Time
	// Expires is for how many seconds it is shown, 0 for ever.
	Expires uint32
	raw     *waE2E.Message
	info    types.MessageInfo
}

// File is a file as it was sent, before it is downloaded.
type File struct {
	Name, Type string
	Size       uint64
	media      whatsmeow.DownloadableMessage
}

// read is a message as the person sees it.
func read(e *events.Message) *Message {
	m := &Message{ID: e.Info.ID, Mine: e.Info.IsFromMe, At: e.Info.Timestamp, raw: e.Message, info: e.Info}
	m.Text = e.Message.GetConversation()
	if t := e.Message.GetExtendedTextMessage(); t != nil {
		m.Text, m.Expires = t.GetText(), t.GetContextInfo().GetExpiration()
	}
	if d := e.Message.GetDocumentMessage(); d != nil {
		m.Text, m.Document = d.GetCaption(), &File{d.GetFileName(), d.GetMimetype(), d.GetFileLength(), d}
		m.Expires = d.GetContextInfo().GetExpiration()
	}
	if i := e.Message.GetImageMessage(); i != nil {
		m.Text, m.Image = i.GetCaption(), &File{"", i.GetMimetype(), i.GetFileLength(), i}
		m.Expires = i.GetContextInfo().GetExpiration()
	}
	return m
}

// Send sends any message and returns its id.
func (c *Chat) Send(ctx context.Context, m *waE2E.Message) (string, error) {
	to := types.NewJID(c.With, types.DefaultUserServer)
	c.gate.Lock()
	defer c.gate.Unlock()
	r, err := c.Client.SendMessage(ctx, to, m)
	if err != nil {
		return r.ID, err
	}
	c.shows(&events.Message{Message: m, Info: types.MessageInfo{ID: r.ID, Timestamp: r.Timestamp, MessageSource: types.MessageSource{Chat: to, IsFromMe: true}}})
	return r.ID, nil
}

// Sends sends any message, and returns its id.
func (c *Chat) Sends(m *waE2E.Message) string {
	c.t.Helper()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(c.t.Context()), patience)
	defer cancel()
	id, err := c.Send(ctx, m)
	if err != nil {
		c.t.Fatalf("%s cannot send: %v", c.Name, err)
	}
	return id
}

// Says writes a text, and returns the message's id.
func (c *Chat) Says(text string) string {
	c.t.Helper()
	return c.Sends(&waE2E.Message{Conversation: &text})
}

// SendsVoice sends a voice note of so many seconds.
func (c *Chat) SendsVoice(ogg []byte, seconds uint32) string {
	c.t.Helper()
	u := c.uploads(ogg, whatsmeow.MediaAudio)
	return c.Sends(&waE2E.Message{AudioMessage: &waE2E.AudioMessage{
		Mimetype: proto.String("audio/ogg; codecs=opus"), PTT: proto.Bool(true), Seconds: &seconds, URL: &u.URL, DirectPath: &u.DirectPath,
		MediaKey: u.MediaKey, FileEncSHA256: u.FileEncSHA256, FileSHA256: u.FileSHA256, FileLength: &u.FileLength,
	}})
}

// SendsPhoto sends a picture with words under it.
func (c *Chat) SendsPhoto(jpeg []byte, caption string) string {
	c.t.Helper()
	u := c.uploads(jpeg, whatsmeow.MediaImage)
	return c.Sends(&waE2E.Message{ImageMessage: &waE2E.ImageMessage{
		Mimetype: proto.String("image/jpeg"), Caption: &caption, URL: &u.URL, DirectPath: &u.DirectPath,
		MediaKey: u.MediaKey, FileEncSHA256: u.FileEncSHA256, FileSHA256: u.FileSHA256, FileLength: &u.FileLength,
	}})
}

func (c *Chat) uploads(data []byte, kind whatsmeow.MediaType) whatsmeow.UploadResponse {
	c.t.Helper()
	u, err := c.Client.Upload(context.WithoutCancel(c.t.Context()), data, kind)
	if err != nil {
		c.t.Fatalf("%s cannot upload: %v", c.Name, err)
	}
	return u
}

// Edits changes a message that was sent.
func (c *Chat) Edits(id, text string) {
	c.t.Helper()
	c.Sends(c.Client.BuildEdit(types.NewJID(c.With, types.DefaultUserServer), id, &waE2E.Message{Conversation: &text}))
}

// Deletes takes back a message that was sent.
func (c *Chat) Deletes(id string) {
	c.t.Helper()
	c.Sends(c.Client.BuildRevoke(types.NewJID(c.With, types.DefaultUserServer), types.EmptyJID, id))
}

// Reacts puts an emoji under a message of the other's.
func (c *Chat) Reacts(m Message, emoji string) {
	c.t.Helper()
	c.Sends(&waE2E.Message{ReactionMessage: &waE2E.ReactionMessage{
		Key:  &waCommon.MessageKey{RemoteJID: proto.String(m.info.Chat.String()), FromMe: proto.Bool(false), ID: &m.ID},
		Text: &emoji, SenderTimestampMS: proto.Int64(1),
	}})
}

// Asks sends a poll.
func (c *Chat) Asks(question string, options ...string) string {
	c.t.Helper()
	return c.Sends(c.Client.BuildPollCreation(question, options, 1))
}

// Votes answers a poll that came.
func (c *Chat) Votes(poll Message, option string) {
	c.t.Helper()
	vote, err := c.Client.BuildPollVote(context.WithoutCancel(c.t.Context()), &poll.info, []string{option})
	if err != nil {
		c.t.Fatalf("%s cannot vote: %v", c.Name, err)
	}
	c.Sends(vote)
}

// Reads tells the sender of a message that it was read.
func (c *Chat) Reads(m Message) {
	c.t.Helper()
	if err := c.Client.MarkRead(context.WithoutCancel(c.t.Context()), []string{m.ID}, time.Now(), m.info.Chat, m.info.Sender); err != nil {
		c.t.Fatalf("%s cannot read: %v", c.Name, err)
	}
}

// Next is the next message of the other's that was not asked for yet, once it is there.
func (c *Chat) Next(ctx context.Context) (Message, error) {
	var m Message
	err := c.s.Until(ctx, func() bool {
		c.s.mu.Lock()
		defer c.s.mu.Unlock()
		for c.read < len(c.screen) {
			c.read++
			if m = *c.screen[c.read-1]; !m.Mine {
				return true
			}
		}
		return false
	})
	return m, err
}

func (c *Chat) next(want string) Message {
	c.t.Helper()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(c.t.Context()), patience)
	defer cancel()
	m, err := c.Next(ctx)
	if err != nil {
		c.t.Fatalf("nobody tells %s %s", c.Name, want)
	}
	return m
}

// Expects waits for the next message, whose text has to match, and returns what the pattern's groups matched.
func (c *Chat) Expects(pattern string) []string {
	c.t.Helper()
	m := c.next(fmt.Sprintf("%q", pattern))
	found := regexp.MustCompile(pattern).FindStringSubmatch(m.Text)
	if found == nil {
		c.t.Fatalf("%s is told %q, and not %q", c.Name, m.Text, pattern)
	}
	return found
}

// ExpectsThat waits for the next message, of which something has to hold.
func (c *Chat) ExpectsThat(what string, holds func(Message) bool) Message {
	c.t.Helper()
	m := c.next(what)
	if !holds(m) {
		c.t.Fatalf("%s gets %q, with a document: %v, with a picture: %v, and not %s", c.Name, m.Text, m.Document != nil, m.Image != nil, what)
	}
	return m
}

// ExpectsDocument waits for the next message, which has to be a document of this name, and downloads it.
func (c *Chat) ExpectsDocument(name string) (Message, []byte) {
	c.t.Helper()
	m := c.ExpectsThat("the document "+name, func(m Message) bool { return m.Document != nil && m.Document.Name == name })
	return m, c.Downloads(m.Document)
}

// ExpectsImage waits for the next message, which has to be a picture, and downloads it.
func (c *Chat) ExpectsImage() (Message, []byte) {
	c.t.Helper()
	m := c.ExpectsThat("a picture", func(m Message) bool { return m.Image != nil })
	return m, c.Downloads(m.Image)
}

// Downloads gets a file.
func (c *Chat) Downloads(f *File) []byte {
	c.t.Helper()
	data, err := c.Client.Download(context.WithoutCancel(c.t.Context()), f.media)
	if err != nil {
		c.t.Fatalf("%s cannot download %s: %v", c.Name, f.Name, err)
	}
	return data
}

// WaitsFor waits for a matching message, and ignores others.
func (c *Chat) WaitsFor(pattern string) []string {
	c.t.Helper()
	re := regexp.MustCompile(pattern)
	var others []string
	for {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(c.t.Context()), patience)
		m, err := c.Next(ctx)
		cancel()
		if err != nil {
			c.t.Fatalf("nobody tells %s %q, only %s", c.Name, pattern, strings.Join(others, " | "))
		}
		if found := re.FindStringSubmatch(m.Text); found != nil {
			return found
		}
		others = append(others, m.Text)
	}
}

// Screen is what stands there, in order.
func (c *Chat) Screen() []Message {
	c.s.mu.Lock()
	defer c.s.mu.Unlock()
	out := make([]Message, len(c.screen))
	for i, m := range c.screen {
		out[i] = *m
	}
	return out
}

// Receipt is what is known of a message that was sent: "inactive" and "" are delivered, "read" is read. Not ok: nothing.
func (c *Chat) Receipt(id string) (kind string, ok bool) {
	c.s.mu.Lock()
	defer c.s.mu.Unlock()
	r, ok := c.got[id]
	return string(r), ok
}

// Typed is how often the other was shown to be typing.
func (c *Chat) Typed() int {
	c.s.mu.Lock()
	defer c.s.mu.Unlock()
	return c.typing
}

// Raw is the message as it came.
func (m Message) Raw() *waE2E.Message { return m.raw }
