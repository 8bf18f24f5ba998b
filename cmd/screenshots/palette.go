package main

import (
	"cmp"
	"image"
	"image/color"
	"maps"
	"slices"
)

// paletted draws a picture with its 256 commonest colours, each a little coarser than it was.
func paletted(img image.Image) *image.Paletted {
	b := img.Bounds()
	counts := map[color.RGBA]int{}
	for y := b.Min.Y; y < b.Max.Y; y++ {
		for x := b.Min.X; x < b.Max.X; x++ {
			counts[at(img, x, y)]++
		}
	}
	common := slices.SortedFunc(maps.Keys(counts), func(p, q color.RGBA) int { return cmp.Compare(counts[q], counts[p]) })
	var palette color.Palette
	for _, c := range common[:min(len(common), 256)] {
		palette = append(palette, c)
	}
	out := image.NewPaletted(b, palette)
	index := map[color.RGBA]uint8{}
	for y := b.Min.Y; y < b.Max.Y; y++ {
		for x := b.Min.X; x < b.Max.X; x++ {
			c := at(img, x, y)
			i, ok := index[c]
			if !ok {
				i = uint8(palette.Index(c))
				index[c] = i
			}
			out.SetColorIndex(x, y, i)
		}
	}
	return out
}

// at is a pixel's colour, in steps that no eye tells apart.
func at(img image.Image, x, y int) color.RGBA {
	r, g, b, _ := img.At(x, y).RGBA()
	step := func(v uint32) uint8 { return uint8(v>>8) &^ 1 }
	return color.RGBA{step(r), step(g), step(b), 255}
}
