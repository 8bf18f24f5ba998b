package desk

import (
	"bytes"
	"image"
	"image/color"
	"image/jpeg"
	"os"
	"time"

	"llave/adapters/desk/desktest"
	"llave/bot"
)

// scene makes the cases of the prototype's pictures: three of Ana's, three that nobody has.
func (f *fixture) scene() (mariaCase, jorgeCase uint64) {
	f.t.Helper()
	e, ana := f.engine, f.signedIn("ana")
	marta := desktest.Affiliate{Chat: "telegram/bot/777", Channel: "Telegram", Label: "···0777", Sender: "Marta Sosa"}
	carlos := desktest.Affiliate{Chat: "web/bot/888", Channel: "Chat web", Label: "Firefox en Linux", Sender: "Carlos Ruiz"}
	f.clock.add(-40 * time.Minute)
	martaCase := e.Opens(marta, "denied", card{Linked: true, Members: []cardMember{{"1", "Marta Sosa", "9-1/00", "", "SUSPENDIDA", ""}}})
	f.clock.add(10 * time.Minute)
	carlosCase := e.Opens(carlos, "link", nil)
	e.Says(carlos.Chat, "no me anda el enlace")
	ana.acts(martaCase, "tomar")
	ana.acts(carlosCase, "tomar")
	ana.acts(martaCase, "mensajes", "text", "Mandame la foto del recibo, por acá")
	f.clock.add(16 * time.Minute)
	e.Says(carlos.Chat, "¿Seguís ahí?")
	mariaCase = f.mariaScene(ana)
	jorgeCase = e.Opens(jorge(), "no_answer", card{Linked: true,
		Members: []cardMember{{"1", "Jorge Acosta", "9-5123456/00", "", "EN PADRÓN", ""}},
		Wished:  []cardStep{{f.clock.now().Add(-3 * time.Minute), "token", nil, "no_answer"}, {f.clock.now(), "token", nil, "no_answer"}},
		Pending: &cardPending{Request: "token", State: "failed"}})
	e.Counter(jorge().Chat)
	e.Says(jorge().Chat, "Estoy en la farmacia y no me llega el número")
	e.Files(jorge().Chat, bot.EntryBot, "Lo agregué a tu caso.")
	anaS := desktest.Affiliate{Chat: "telegram/bot/999", Channel: "Telegram", Label: "···0999", Sender: "Ana Sosa"}
	e.Opens(anaS, "not_understood", card{})
	e.Says(anaS.Chat, "me figura deuda de una afiliación vieja")
	f.clock.add(4 * time.Minute)
	nobody := desktest.Affiliate{Chat: "web/bot/1000", Channel: "Chat web", Label: "Chrome en Android"}
	e.Opens(nobody, "asked", nil)
	e.Sends(nobody.Chat, "voice", "", bot.Media{Type: "audio/ogg", Seconds: 14, Ref: []byte("voz")})
	e.Says(maria().Chat, "Sí, antes pasaron la de Tomás")
	e.Says(maria().Chat, "Es para Juana, mi hija. Tengo gente atrás")
	f.clock.add(2 * time.Minute)
	return mariaCase, jorgeCase
}

// mariaScene is the case in the middle of the pictures.
func (f *fixture) mariaScene(ana *browser) uint64 {
	e, chat := f.engine, maria().Chat
	ogg, err := os.ReadFile("testdata/voice.ogg")
	if err != nil {
		f.t.Fatal(err)
	}
	e.Holds("voz", desktest.File{Data: ogg})
	e.Holds("foto", desktest.File{Data: ticket()})
	id := f.opens()
	e.Files(chat, bot.EntryTold, "Listo: tu caso es el 4821 y ya lo tiene Mesa de Ayuda. Hay 2 personas antes.")
	e.Counter(chat)
	f.clock.add(time.Minute)
	e.Sends(chat, "voice", "", bot.Media{Type: "audio/ogg; codecs=opus", Seconds: 14, Ref: []byte("voz")})
	e.Sends(chat, "photo", "Esto me dieron", bot.Media{Type: "image/jpeg", Ref: []byte("foto")})
	ana.acts(id, "tomar")
	ana.acts(id, "mensajes", "text", "Hola, María Elena, soy Ana. Ya veo que ese token se usó a las 14:41. ¿En la farmacia validaron otra receta antes?")
	e.Delivers(chat, e.Case(chat).Last, bot.DeliveryRead, "")
	ana.posts(caseURL(id)+"/notas", map[string][]string{"text": {"Llamé a la farmacia: validaron la receta de Tomás con el token de Juana. Hace falta uno nuevo."}})
	f.clock.add(time.Minute)
	ana.acts(id, "mensajes", "text", "Usaron el token de Juana para otra receta. Te mando el siguiente y con ese la validan.")
	e.Delivers(chat, e.Case(chat).Last, bot.DeliveryFailed, "too_long")
	return id
}

// ticket is a picture of a receipt.
func ticket() []byte {
	img := image.NewGray(image.Rect(0, 0, 480, 320))
	for y := range 320 {
		for x := range 480 {
			c := color.Gray{245}
			if y%28 < 8 && x > 40 && x < 430-(y*7)%190 {
				c = color.Gray{90}
			}
			img.Set(x, y, c)
		}
	}
	var b bytes.Buffer
	_ = jpeg.Encode(&b, img, nil)
	return b.Bytes()
}
