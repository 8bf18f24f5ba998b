package bot

import (
	"encoding/json"
	"fmt"
)

// Value is data on its way between a script and the outside: as it is within a process, as JSON wherever it has to
// be kept. Whoever reads it with [As] sees no difference.
type Value struct {
	live any
	raw  json.RawMessage
}

// Of makes a value of v, which must survive JSON and must not be changed afterwards.
func Of(v any) Value { return Value{live: v} }

// As reads a value as a T.
func As[T any](v Value) (T, error) {
	if t, ok := v.live.(T); ok {
		return t, nil
	}
	var t T
	raw, err := v.MarshalJSON()
	if err == nil {
		err = json.Unmarshal(raw, &t)
	}
	if err != nil {
		return t, fmt.Errorf("value as %T: %w", t, err)
	}
	return t, nil
}

// MarshalJSON implements [json.Marshaler].
func (v Value) MarshalJSON() ([]byte, error) {
	switch {
	case v.live != nil:
		return json.Marshal(v.live)
	case v.raw != nil:
		return v.raw, nil
	}
	return []byte("null"), nil
}

// UnmarshalJSON implements [json.Unmarshaler].
func (v *Value) UnmarshalJSON(text []byte) error {
	*v = Value{raw: append(json.RawMessage(nil), text...)}
	return nil
}
