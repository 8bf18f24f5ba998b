package main

import (
	"bytes"
	"context"
	"image/png"
	"slices"
	"time"

	"llave/adapters/webchat/webchattest"
)

// look is one window in which the walk is taken.
type look struct {
	name string
	webchattest.Look
	wanted []string // which pictures
}

func looks() []look {
	return []look{
		{"chat-360", webchattest.Look{Width: 360, Height: 740, Scale: 2, Phone: true}, []string{"1-inicio", "3-entrar", "4-token", "5-credencial", "7-hoja"}},
		{"chat-360-oscuro", webchattest.Look{Width: 360, Height: 740, Scale: 2, Phone: true, Dark: true}, []string{"6-juana"}},
		{"chat-1280", webchattest.Look{Width: 1280, Height: 800}, []string{"4-token"}},
	}
}

// picture is one PNG of the walk.
type picture struct {
	name string
	png  []byte
}

// walk goes the newcomer's way, and takes the wanted pictures. What can be read on each step is kept beside them, so
// that a test notices when they are not today's.
func (l look) walk(ctx context.Context, base string) (pictures []picture, seen string, err error) {
	p, err := webchattest.Open(ctx, l.Look)
	if err != nil {
		return nil, "", err
	}
	defer p.Close()
	at := func(step string) error {
		text, err := webchattest.Seen(p)
		if err != nil {
			return err
		}
		if step != "7-hoja" { // how a sheet is asked for depends on the day
			seen += "== " + step + "\n" + text + "\n"
		}
		if !slices.Contains(l.wanted, step) {
			return nil
		}
		pic, err := shoot(p, l.name+"-"+step)
		pictures = append(pictures, pic)
		return err
	}
	if err := webchattest.Walk(p, base, at); err != nil {
		return nil, "", err
	}
	err = webchattest.WalkSheet(p, sheetMonths[time.Now().Month()-1], at)
	return pictures, seen, err
}

// shoot takes a picture when nothing moves any more.
func shoot(p *webchattest.Page, name string) (picture, error) {
	if err := p.Wait("new Promise(go => setTimeout(() => go(true), 400))"); err != nil {
		return picture{}, err
	}
	raw, err := p.Picture()
	if err != nil {
		return picture{}, err
	}
	small, err := squeeze(raw)
	return picture{name, small}, err
}

// squeeze writes a picture with a palette: what a page has of colours fits in one, and takes a third of the room.
func squeeze(raw []byte) ([]byte, error) {
	img, err := png.Decode(bytes.NewReader(raw))
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	encoder := png.Encoder{CompressionLevel: png.BestCompression}
	err = encoder.Encode(&b, paletted(img))
	return b.Bytes(), err
}
