package credential

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image/png"
	"strings"
	"sync"

	"llave/bot"
	"llave/flows"
)

// Studio draws. It implements [bot.Maker]. Safe for concurrent use.
type Studio struct {
	desks   sync.Pool // of *desk: faces cannot be shared
	buffers pngBuffers
}

// New reads the fonts.
func New() (*Studio, error) {
	fonts, err := loadFonts()
	if err != nil {
		return nil, fmt.Errorf("credential: %w", err)
	}
	s := &Studio{}
	s.desks.New = func() any { return newDesk(fonts) }
	return s, nil
}

// errDigits: what a card is about is six digits. The digits are not in the error.
var errDigits = errors.New("credential: want six digits")

// Make implements [bot.Maker] for cards.
func (s *Studio) Make(_ context.Context, _ bot.ChatID, f bot.File) ([]byte, error) {
	if f.Recipe != flows.RecipeCard {
		return nil, &bot.Never{Reason: "no such recipe"}
	}
	card, err := bot.As[flows.Card](f.Args)
	if err != nil {
		return nil, &bot.Never{Reason: "not a card"}
	}
	data, err := s.PNG(card)
	if err != nil {
		return nil, &bot.Never{Reason: err.Error()}
	}
	return data, nil
}

// PNG draws a card, 1012 by 638 pixels: the shape of a credential (ISO/IEC 7810 ID-1). The same card gives the same bytes.
func (s *Studio) PNG(c flows.Card) ([]byte, error) {
	if len(c.Digits) != 6 || strings.Trim(c.Digits, "0123456789") != "" {
		return nil, errDigits
	}
	d := s.desks.Get().(*desk)
	defer s.desks.Put(d)
	if err := d.card(c); err != nil {
		return nil, fmt.Errorf("credential: %w", err)
	}
	var out bytes.Buffer
	enc := png.Encoder{CompressionLevel: png.BestSpeed, BufferPool: &s.buffers}
	if err := enc.Encode(&out, d.img); err != nil {
		return nil, fmt.Errorf("credential: %w", err)
	}
	return out.Bytes(), nil
}

// pngBuffers keeps the encoder's memory.
type pngBuffers struct{ pool sync.Pool }

func (b *pngBuffers) Get() *png.EncoderBuffer {
	e, _ := b.pool.Get().(*png.EncoderBuffer)
	return e
}

func (b *pngBuffers) Put(e *png.EncoderBuffer) { b.pool.Put(e) }
