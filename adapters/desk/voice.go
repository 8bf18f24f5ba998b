package desk

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"time"

	"github.com/pion/opus"
	"github.com/pion/opus/pkg/oggreader"
)

// A WAV for browsers that play no Ogg: 16 kHz, one channel, 16 bits.
const (
	wavRate   = 16000
	wavHeader = 44
	maxVoice  = 15 * time.Minute
	// maxFrame is the longest Opus packet, 120 ms, in samples.
	maxFrame = wavRate * 120 / 1000
)

var (
	errVoice     = errors.New("desk: not a voice note that can be read")
	errVoiceLong = errors.New("desk: the voice note is too long")
)

// wavOf makes a WAV of a voice note in Ogg Opus.
func wavOf(ogg []byte) ([]byte, error) {
	in, head, err := oggreader.NewWith(bytes.NewReader(ogg))
	if err != nil {
		return nil, errVoice
	}
	decoder, err := opus.NewDecoderWithOutput(wavRate, 1)
	if err != nil {
		return nil, err
	}
	out := make([]byte, wavHeader, wavHeader+len(ogg)*8)
	samples := make([]int16, maxFrame)
	skip := int(head.PreSkip) * wavRate / 48000
	for {
		packet, _, err := in.ParseNextPacket()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, errVoice
		}
		if bytes.HasPrefix(packet, []byte("OpusTags")) {
			continue
		}
		n, err := decoder.DecodeToInt16(packet, samples)
		if err != nil {
			return nil, errVoice
		}
		drop := min(skip, n)
		skip -= drop
		for _, s := range samples[drop:n] {
			out = binary.LittleEndian.AppendUint16(out, uint16(s))
		}
		if len(out) > wavHeader+2*wavRate*int(maxVoice/time.Second) {
			return nil, errVoiceLong
		}
	}
	if len(out) == wavHeader {
		return nil, errVoice
	}
	putWAVHeader(out)
	return out, nil
}

// putWAVHeader writes the header of a WAV before its samples.
func putWAVHeader(wav []byte) {
	le := binary.LittleEndian
	copy(wav, "RIFF")
	le.PutUint32(wav[4:], uint32(len(wav)-8))
	copy(wav[8:], "WAVEfmt ")
	le.PutUint32(wav[16:], 16)
	le.PutUint16(wav[20:], 1) // PCM
	le.PutUint16(wav[22:], 1)
	le.PutUint32(wav[24:], wavRate)
	le.PutUint32(wav[28:], wavRate*2)
	le.PutUint16(wav[32:], 2)
	le.PutUint16(wav[34:], 16)
	copy(wav[36:], "data")
	le.PutUint32(wav[40:], uint32(len(wav)-wavHeader))
}
