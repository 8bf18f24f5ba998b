// Package jsontest tests values that write themselves as JSON.
package jsontest

import (
	"bytes"
	"encoding/json"
	"math/rand/v2"
	"reflect"
	"testing"
	"time"

	"llave/bot"
)

// Same checks that a value writes what encoding/json writes, whatever its fields hold. The values are the same in every run.
func Same[T bot.JSONAppender](t *testing.T, empty func() T) {
	t.Helper()
	f := filler{rand.New(rand.NewPCG(1, 2))}
	for range 500 {
		value := empty()
		f.fill(reflect.ValueOf(value).Elem())
		want, err := json.Marshal(value)
		if err != nil {
			t.Fatal(err)
		}
		var o bot.JSONObject
		value.AppendJSON(&o)
		if got, err := o.Bytes(); err != nil || !bytes.Equal(got, want) {
			t.Fatalf("%T writes, %v,\n%s\nand encoding/json\n%s", value, err, got, want)
		}
	}
}

type filler struct{ *rand.Rand }

var (
	texts = []string{"a", "Peña & hijos", "dos\nlíneas", `"comillas" \ <b>`, "\u2028", "tab\t\x01", "\xff", "🙂"}
	times = []time.Time{time.Date(2026, 11, 23, 13, 0, 0, 0, time.UTC), time.Date(2026, 2, 28, 23, 59, 59, 123456789, time.FixedZone("", -3*3600)), time.Unix(1, 5).UTC()}
)

// fill sets every second field of a value, at random.
func (f filler) fill(v reflect.Value) {
	switch {
	case v.Type() == reflect.TypeFor[json.RawMessage]():
		v.SetBytes([]byte(`{"a":[1,"<b>"]}`))
	case v.Type() == reflect.TypeFor[time.Time]():
		v.Set(reflect.ValueOf(times[f.IntN(len(times))]))
	case v.Kind() == reflect.Struct:
		for i := range v.NumField() {
			if field := v.Field(i); f.IntN(2) == 0 && (field.CanSet() || field.Kind() == reflect.Struct) {
				f.fill(field)
			}
		}
	default:
		f.fillPlain(v)
	}
}

func (f filler) fillPlain(v reflect.Value) {
	if !v.CanSet() {
		return
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString(texts[f.IntN(len(texts))])
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int, reflect.Int64:
		v.SetInt(f.Int64N(9) - 4)
	case reflect.Uint8, reflect.Uint32, reflect.Uint64:
		v.SetUint(f.Uint64N(200))
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		f.fill(v.Elem())
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1+f.IntN(2), 3))
		for i := range v.Len() {
			f.fill(v.Index(i))
		}
	case reflect.Map:
		key, value := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
		f.fill(key)
		f.fill(value)
		v.Set(reflect.MakeMap(v.Type()))
		v.SetMapIndex(key, value)
	}
}
