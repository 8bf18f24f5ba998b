package webchat

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"math"
	"strings"
	"sync"
)

// pageIcon is an icon of the manifest.
type pageIcon struct {
	Address string
	Size    int
	Purpose string
}

// addIcons adds the icon as pictures, for the systems that take no SVG. Their names change with those of icon.svg, whose
// drawing they are.
func (a *assets) addIcons(v *pageView) {
	_, hash, _ := strings.Cut(strings.TrimSuffix(v.Icon, ".svg"), ".")
	for _, i := range []struct {
		size    int
		purpose string
	}{{192, "any"}, {512, "any"}, {512, "maskable"}, {180, ""}} {
		name := fmt.Sprintf("icon-%d%s.%s.png", i.size, i.purpose, hash)
		a.icons[name] = sync.OnceValues(func() (asset, error) {
			raw, err := drawIcon(i.size, i.purpose == "any")
			if err != nil {
				return asset{}, err
			}
			return pack("image/png", raw)
		})
		if i.purpose == "" { // of a phone that knows no manifest
			v.Touch = "/chat/" + name
			continue
		}
		v.Icons = append(v.Icons, pageIcon{"/chat/" + name, i.size, i.purpose})
	}
}

// drawIcon draws icon.svg: a key on a field of 32 units. A field that is not rounded fills the picture, since the system
// cuts it, and the key is smaller there.
func drawIcon(size int, rounded bool) ([]byte, error) {
	img := image.NewNRGBA(image.Rect(0, 0, size, size))
	unit, zoom := 32/float64(size), 1.0
	if !rounded {
		zoom = 1.25
	}
	for y := range size {
		for x := range size {
			px, py := (float64(x)+0.5)*unit, (float64(y)+0.5)*unit
			field := 1.0
			if rounded {
				field = cover(boxDistance(px-16, py-16, 16, 8), unit)
			}
			key := cover(keyDistance(16+(px-16)*zoom, 16+(py-16)*zoom)/zoom, unit)
			mix := func(under, over float64) uint8 { return uint8(math.Round(under + (over-under)*key)) }
			img.SetNRGBA(x, y, color.NRGBA{mix(0x00, 0xff), mix(0x58, 0xff), mix(0x6b, 0xff), uint8(math.Round(255 * field))})
		}
	}
	var b bytes.Buffer
	encoder := png.Encoder{CompressionLevel: png.BestCompression}
	err := encoder.Encode(&b, img)
	return b.Bytes(), err
}

// cover is how much of a pixel lies inside a shape whose edge is so far away.
func cover(distance, pixel float64) float64 { return min(1, max(0, 0.5-distance/pixel)) }

// boxDistance is the distance from a square with round corners.
func boxDistance(x, y, half, radius float64) float64 {
	qx, qy := math.Abs(x)-half+radius, math.Abs(y)-half+radius
	return math.Hypot(max(qx, 0), max(qy, 0)) + min(max(qx, qy), 0) - radius
}

// keyDistance is the distance from the key: a ring and two strokes, 2.6 wide, with round ends.
func keyDistance(x, y float64) float64 {
	const half = 1.3
	ring := math.Abs(math.Hypot(x-12, y-16)-4.6) - half
	shaft := math.Hypot(x-min(26, max(16.8, x)), y-16) - half
	tooth := math.Hypot(x-22.6, y-min(20.4, max(16, y))) - half
	return min(ring, shaft, tooth)
}
