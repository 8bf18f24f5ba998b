package desk

import (
	"bytes"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"os"
	"testing"
)

func photo(t *testing.T, w, h int, exif int) []byte {
	t.Helper()
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			c := color.RGBA{0, 0, 255, 255}
			if x < w/2 && y < h/2 {
				c = color.RGBA{255, 0, 0, 255} // red stands at the top left
			}
			img.Set(x, y, c)
		}
	}
	var out bytes.Buffer
	if err := jpeg.Encode(&out, img, nil); err != nil {
		t.Fatal(err)
	}
	if exif == 0 {
		return out.Bytes()
	}
	tiff := []byte("II*\x00\x08\x00\x00\x00\x01\x00\x12\x01\x03\x00\x01\x00\x00\x00")
	tiff = append(tiff, byte(exif), 0, 0, 0, 0, 0, 0, 0)
	body := append([]byte("Exif\x00\x00"), tiff...)
	body = append(body, "GPS de mi casa"...)
	app := binary.BigEndian.AppendUint16([]byte{0xff, 0xe1}, uint16(len(body)+2))
	raw := append([]byte{0xff, 0xd8}, append(app, body...)...)
	return append(raw, out.Bytes()[2:]...)
}

// A picture is kept small, the right way up and without what the camera wrote into it.
func TestPictures(t *testing.T) {
	for how, corner := range map[int]image.Point{0: {10, 10}, 1: {10, 10}, 2: {390, 10}, 3: {390, 190}, 4: {10, 190}, 5: {10, 10}, 6: {190, 10}, 7: {190, 390}, 8: {10, 390}} {
		raw := photo(t, 400, 200, how)
		got, err := safePicture(raw)
		if err != nil {
			t.Fatal(err)
		}
		if bytes.Contains(got, []byte("GPS")) || bytes.Contains(got, []byte("Exif")) {
			t.Errorf("orientation %d: metadata is kept", how)
		}
		img, err := jpeg.Decode(bytes.NewReader(got))
		if err != nil {
			t.Fatal(err)
		}
		if r, _, b, _ := img.At(corner.X, corner.Y).RGBA(); r < 0x8000 || b > 0x8000 {
			t.Errorf("orientation %d: the corner is not at %v", how, corner)
		}
	}
	got, err := safePicture(photo(t, 4000, 3000, 6))
	if err != nil {
		t.Fatal(err)
	}
	if c, _ := jpeg.DecodeConfig(bytes.NewReader(got)); c.Width != 1536 || c.Height != 2048 {
		t.Errorf("12 MP are kept as %d × %d", c.Width, c.Height)
	}
}

// hugePNG has a header that says 30,000 × 30,000, and little behind it.
func hugePNG() []byte {
	var b bytes.Buffer
	_ = png.Encode(&b, image.NewGray(image.Rect(0, 0, 1, 1)))
	raw := b.Bytes()
	binary.BigEndian.PutUint32(raw[16:], 30000)
	binary.BigEndian.PutUint32(raw[20:], 30000)
	binary.BigEndian.PutUint32(raw[29:], crc32.ChecksumIEEE(raw[12:29]))
	return raw
}

func TestPicturesThatAreRefused(t *testing.T) {
	for name, c := range map[string]struct {
		raw  []byte
		want error
	}{
		"huge": {hugePNG(), errPixels}, "empty": {nil, errPicture}, "text": {[]byte("<svg onload=alert(1)>"), errPicture},
		"cut": {photo(t, 100, 100, 0)[:40], errPicture},
	} {
		if _, err := safePicture(c.raw); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
}

func FuzzPicture(f *testing.F) {
	f.Add(hugePNG())
	f.Add([]byte("\xff\xd8\xff\xe1\x00\x10Exif\x00\x00MM\x00*\x00\x00\x00\x08"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		if how := orientation(raw); how < 0 || how > 0xffff {
			t.Errorf("orientation %d", how)
		}
		_, _ = safePicture(raw)
	})
}

func TestVoice(t *testing.T) {
	ogg, err := os.ReadFile("testdata/voice.ogg")
	if err != nil {
		t.Fatal(err)
	}
	wav, err := wavOf(ogg)
	if err != nil {
		t.Fatal(err)
	}
	if string(wav[:4]) != "RIFF" || int(binary.LittleEndian.Uint32(wav[4:])) != len(wav)-8 || int(binary.LittleEndian.Uint32(wav[40:])) != len(wav)-wavHeader {
		t.Errorf("not a WAV: %q", wav[:44])
	}
	loud := 0
	for i := wavHeader; i < len(wav); i += 2 {
		if s := int16(binary.LittleEndian.Uint16(wav[i:])); s > 500 || s < -500 {
			loud++
		}
	}
	if len(wav) < wavHeader+200 || loud == 0 {
		t.Errorf("%d bytes, %d loud samples", len(wav), loud)
	}
	for _, bad := range [][]byte{nil, []byte("OggS"), ogg[:len(ogg)/2], bytes.Repeat([]byte("OggS\x00"), 100)} {
		if wav, err := wavOf(bad); err == nil && len(wav) == 0 {
			t.Error("an empty WAV")
		}
	}
}
