//go:build !race

package whatsapp_test

import (
	"cmp"
	"testing"

	"go.mau.fi/whatsmeow/proto/waCommon"
	"go.mau.fi/whatsmeow/proto/waE2E"
	"google.golang.org/protobuf/proto"

	"llave/adapters/whatsapp/whatsapptest"
	"llave/bot"
)

// picture is one without words, or with some; of an album, if that has an id.
func picture(caption, album string) *waE2E.Message {
	m := &waE2E.Message{ImageMessage: &waE2E.ImageMessage{Caption: &caption}}
	if album != "" {
		m.MessageContextInfo = &waE2E.MessageContextInfo{MessageAssociation: &waE2E.MessageAssociation{
			AssociationType: waE2E.MessageAssociation_MEDIA_ALBUM.Enum(), ParentMessageKey: &waCommon.MessageKey{ID: &album},
		}}
	}
	return m
}

func sendsAlbum(chat *whatsapptest.Chat, images, videos uint32) string {
	return chat.Sends(&waE2E.Message{AlbumMessage: &waE2E.AlbumMessage{ExpectedImageCount: &images, ExpectedVideoCount: &videos}})
}

// Pictures that were sent together get one answer, and all are kept, whether they say so themselves or only what came before them does; the
// words under one of them are read.
func TestAlbums(t *testing.T) {
	t.Parallel()
	r := newHarness(t, nil)
	chat := r.person(ana, "Ana Paz")
	album, kept := "", 0
	next := func(kind bot.Kind, text, what string) {
		t.Helper()
		u := r.bot.gets(t)
		for ; u.Silent || u.Album != "" && u.Album == album; u = r.bot.gets(t) {
			kept++ // the engine asks no script about it
		}
		album = cmp.Or(u.Album, album)
		if kept++; u.Kind != kind || u.Text != text || u.Subtype != what {
			t.Errorf("got %s %q %s, want %s %q %s", u.Kind, u.Text, u.Subtype, kind, text, what)
		}
	}
	sendsAlbum(chat, 4, 1)
	for range 4 {
		chat.Sends(picture("", ""))
	}
	chat.Sends(&waE2E.Message{VideoMessage: &waE2E.VideoMessage{}})
	next(bot.Other, "", "photo")
	chat.Sends(picture("", "")) // one more, by itself
	next(bot.Other, "", "photo")

	id := sendsAlbum(chat, 5, 0)
	for range 2 {
		chat.Sends(picture("token de juana", id))
	}
	for range 3 {
		chat.Sends(picture("", id))
	}
	next(bot.Message, "token de juana", "photo")

	id = sendsAlbum(chat, 3, 0)
	chat.Sends(picture("", id))
	hd := picture("", album)
	hd.MessageContextInfo.MessageAssociation.AssociationType = waE2E.MessageAssociation_HD_IMAGE_DUAL_UPLOAD.Enum()
	chat.Sends(&waE2E.Message{AssociatedChildMessage: &waE2E.FutureProofMessage{Message: hd}})
	chat.Sends(hd)
	chat.Sends(picture("", id))
	next(bot.Other, "", "photo")
	r.down() // the rest of it comes after a restart
	chat.Sends(picture("", id))
	r.opens()
	r.up()
	chat.Says("hola")
	next(bot.Message, "hola", "")
	if kept != 5+1+5+3+1 {
		t.Errorf("%d of 15 are kept", kept)
	}
}

// A moving live location gets one answer.
func TestLiveLocation(t *testing.T) {
	t.Parallel()
	r := newHarness(t, nil)
	chat := r.person(ana, "Ana Paz")
	for i := range 20 {
		chat.Sends(&waE2E.Message{LiveLocationMessage: &waE2E.LiveLocationMessage{DegreesLatitude: proto.Float64(float64(-35 - i)), SequenceNumber: proto.Int64(int64(i))}})
	}
	chat.Says("hola")
	if u := r.bot.gets(t); u.Subtype != "location" {
		t.Errorf("got %+v", u)
	}
	if u := r.bot.gets(t); u.Text != "hola" {
		t.Errorf("got %+v", u)
	}
}

// What businesses, bots and phones send by themselves is not answered.
func TestServiceMessages(t *testing.T) {
	t.Parallel()
	r := newHarness(t, nil)
	chat := r.person(ana, "Ana Paz")
	all := []*waE2E.Message{
		{TemplateMessage: &waE2E.TemplateMessage{HydratedTemplate: &waE2E.TemplateMessage_HydratedFourRowTemplate{HydratedContentText: proto.String("¡Gracias por escribirnos!")}}},
		{InteractiveMessage: &waE2E.InteractiveMessage{Body: &waE2E.InteractiveMessage_Body{Text: proto.String("Elegí")}}},
		{ButtonsMessage: &waE2E.ButtonsMessage{ContentText: proto.String("Elegí")}},
		{ListMessage: &waE2E.ListMessage{Title: proto.String("Elegí")}},
		{PinInChatMessage: &waE2E.PinInChatMessage{Type: waE2E.PinInChatMessage_PIN_FOR_ALL.Enum()}},
		{KeepInChatMessage: &waE2E.KeepInChatMessage{}},
		{ProtocolMessage: &waE2E.ProtocolMessage{Type: waE2E.ProtocolMessage_SHARE_PHONE_NUMBER.Enum()}},
		{CallLogMesssage: &waE2E.CallLogMessage{}},
	}
	for _, m := range all {
		chat.Sends(m)
	}
	chat.Says("hola")
	if u := r.bot.gets(t); u.Text != "hola" {
		t.Errorf("answered: %+v", u)
	}
	if n := r.wa.Stats().Ignored.Load(); n != int64(len(all)) {
		t.Errorf("%d ignored, want %d", n, len(all))
	}
}
