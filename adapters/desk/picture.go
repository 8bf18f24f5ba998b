package desk

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	_ "image/gif" // what people send
	"image/jpeg"
	_ "image/png"
	"io"

	"golang.org/x/image/draw"
	_ "golang.org/x/image/webp"
)

// Limits of pictures.
const (
	maxPixels  = 16_000_000 // of a picture that is decoded, by its header
	maxSide    = 2048       // of a picture as it is kept
	jpegGrade  = 85
	pictureExt = ".jpg"
)

// Why a picture is not shown.
var (
	errPixels  = errors.New("desk: the picture has too many pixels")
	errPicture = errors.New("desk: not a picture that can be read")
)

// safePicture decodes a picture and encodes it again as a JPEG of at most maxSide pixels a side, the right way up and
// without metadata. The size is read from the header first: a picture of more than maxPixels is not decoded.
func safePicture(raw []byte) ([]byte, error) {
	head, _, err := image.DecodeConfig(bytes.NewReader(raw))
	if err != nil {
		return nil, errPicture
	}
	if head.Width <= 0 || head.Height <= 0 || int64(head.Width)*int64(head.Height) > maxPixels {
		return nil, errPixels
	}
	img, _, err := image.Decode(bytes.NewReader(raw))
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) || img == nil {
		return nil, errPicture
	}
	var out bytes.Buffer
	if err := jpeg.Encode(&out, turned(scaled(img), orientation(raw)), &jpeg.Options{Quality: jpegGrade}); err != nil {
		return nil, fmt.Errorf("desk: picture: %w", err)
	}
	return out.Bytes(), nil
}

// scaled draws a picture on white, no side longer than maxSide.
func scaled(img image.Image) *image.RGBA {
	b := img.Bounds()
	w, h := b.Dx(), b.Dy()
	if long := max(w, h); long > maxSide {
		w, h = max(1, w*maxSide/long), max(1, h*maxSide/long)
	}
	out := image.NewRGBA(image.Rect(0, 0, w, h))
	draw.Draw(out, out.Bounds(), image.White, image.Point{}, draw.Src)
	draw.ApproxBiLinear.Scale(out, out.Bounds(), img, b, draw.Over, nil)
	return out
}

// turned puts a picture the right way up. how is the orientation of EXIF, 1 to 8.
func turned(img *image.RGBA, how int) *image.RGBA {
	if how < 2 || how > 8 {
		return img
	}
	w, h := img.Bounds().Dx(), img.Bounds().Dy()
	size := image.Rect(0, 0, w, h)
	if how >= 5 {
		size = image.Rect(0, 0, h, w)
	}
	out := image.NewRGBA(size)
	for y := range h {
		for x := range w {
			tx, ty := place(how, x, y, w, h)
			copy(out.Pix[out.PixOffset(tx, ty):][:4], img.Pix[img.PixOffset(x, y):][:4])
		}
	}
	return out
}

// place is where a pixel goes.
func place(how, x, y, w, h int) (int, int) {
	switch how {
	case 2:
		return w - 1 - x, y
	case 3:
		return w - 1 - x, h - 1 - y
	case 4:
		return x, h - 1 - y
	case 5:
		return y, x
	case 6:
		return h - 1 - y, x
	case 7:
		return h - 1 - y, w - 1 - x
	default:
		return y, w - 1 - x
	}
}
