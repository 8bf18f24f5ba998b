package document

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image/png"
	"strings"
	"sync"

	"llave/adapters/document/sheet"
	"llave/bot"
	"llave/flows"
)

// Renderer draws cards and prints sheets. It implements [bot.Renderer] and is safe for concurrent use.
type Renderer struct {
	canvases sync.Pool // of *canvas: faces cannot be shared
	buffers  pngBuffers
	printer  *sheet.Printer
}

// New reads the fonts.
func New() (*Renderer, error) {
	fonts, err := loadFonts()
	if err != nil {
		return nil, fmt.Errorf("document: %w", err)
	}
	printer, err := sheet.New()
	if err != nil {
		return nil, fmt.Errorf("document: %w", err)
	}
	s := &Renderer{printer: printer}
	s.canvases.New = func() any { return newCanvas(fonts) }
	return s, nil
}

// errDigits refuses a card without six digits. The digits are not part of the error.
var errDigits = errors.New("document: want six digits")

// Render implements [bot.Renderer] for cards and sheets. A malformed order is a permanent failure, whose text holds no
// digits.
func (s *Renderer) Render(_ context.Context, _ bot.ChatID, f bot.File) ([]byte, error) {
	switch f.Template {
	case flows.RecipeCard:
		return made(f.Args, s.PNG)
	case flows.RecipeSheet:
		return made(f.Args, s.PDF)
	}
	return nil, &bot.PermanentFailure{Reason: "no such recipe"}
}

// made reads the arguments of a recipe and draws.
func made[T any](args bot.Value, draw func(T) ([]byte, error)) ([]byte, error) {
	of, err := bot.As[T](args)
	if err != nil {
		return nil, &bot.PermanentFailure{Reason: "arguments of another recipe"}
	}
	data, err := draw(of)
	if err != nil {
		return nil, &bot.PermanentFailure{Reason: err.Error()}
	}
	return data, nil
}

// PDF prints sheets of preprinted tokens, A4. The same papers give the same bytes.
func (s *Renderer) PDF(papers []flows.Paper) ([]byte, error) { return s.printer.PDF(papers) }

// PNG draws a card, 720 by 1280 pixels, upright. The same card gives the same bytes.
func (s *Renderer) PNG(c flows.Card) ([]byte, error) {
	if len(c.Digits) != 6 || strings.Trim(c.Digits, "0123456789") != "" {
		return nil, errDigits
	}
	d := s.canvases.Get().(*canvas)
	defer s.canvases.Put(d)
	if err := d.card(d.fonts.drawable(c)); err != nil {
		return nil, fmt.Errorf("document: %w", err)
	}
	var out bytes.Buffer
	enc := png.Encoder{CompressionLevel: png.BestSpeed, BufferPool: &s.buffers}
	if err := enc.Encode(&out, d.img); err != nil {
		return nil, fmt.Errorf("document: %w", err)
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
