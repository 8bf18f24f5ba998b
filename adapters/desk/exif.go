package desk

import (
	"bytes"
	"encoding/binary"
)

// orientation reads from a JPEG's EXIF which way up it is: 1 to 8, 1 if it does not say.
func orientation(raw []byte) int {
	for at := 2; at+4 <= len(raw) && raw[0] == 0xff && raw[1] == 0xd8 && raw[at] == 0xff; {
		size := int(binary.BigEndian.Uint16(raw[at+2:]))
		if raw[at+1] == 0xda || size < 2 || at+2+size > len(raw) {
			return 1
		}
		if raw[at+1] == 0xe1 {
			if body, ok := bytes.CutPrefix(raw[at+4:at+2+size], []byte("Exif\x00\x00")); ok {
				return orientationOf(body)
			}
		}
		at += 2 + size
	}
	return 1
}

// orientationTag is the tag of TIFF that says which way up a picture is.
const orientationTag = 0x0112

// orientationOf reads the first directory of a TIFF header.
func orientationOf(tiff []byte) int {
	if len(tiff) < 8 {
		return 1
	}
	var order binary.ByteOrder = binary.LittleEndian
	if tiff[0] == 'M' {
		order = binary.BigEndian
	}
	at := int64(order.Uint32(tiff[4:]))
	if at < 8 || at+2 > int64(len(tiff)) {
		return 1
	}
	for i := range int64(order.Uint16(tiff[at:])) {
		entry := at + 2 + 12*i
		if entry+12 > int64(len(tiff)) {
			return 1
		}
		if order.Uint16(tiff[entry:]) == orientationTag {
			return int(order.Uint16(tiff[entry+8:]))
		}
	}
	return 1
}
