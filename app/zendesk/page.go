package zendesk

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"deskbridge/app/rest"
)

// fields reads one JSON object key by key, so that a page of a thousand records
// is never held as text and as values both. want is called with the decoder
// before each value and either reads it or returns false to have it skipped.
// What is not JSON, or not an object, is rest.ErrMalformed.
func fields(body io.Reader, want func(key string, dec *json.Decoder) (bool, error)) error {
	dec := json.NewDecoder(body)
	open, err := dec.Token()
	if err != nil {
		return malformed(err)
	}
	if open != json.Delim('{') {
		return malformed(fmt.Errorf("%v instead of an object", open))
	}
	for dec.More() {
		key, err := dec.Token()
		if err != nil {
			return malformed(err)
		}
		name, _ := key.(string)
		taken, err := want(name, dec)
		if err != nil {
			return err
		}
		if !taken {
			if err := dec.Decode(&skipped{}); err != nil {
				return malformed(err)
			}
		}
	}
	if _, err := dec.Token(); err != nil {
		return malformed(err)
	}
	return nil
}

// each reads an array element by element; null is an empty one. Elements are
// told apart before they are decoded, so one of an odd shape spoils no other.
func each[T any](dec *json.Decoder, take func(T) error) error {
	open, err := dec.Token()
	switch {
	case err != nil:
		return malformed(err)
	case open == nil:
		return nil
	case open != json.Delim('['):
		return malformed(fmt.Errorf("%v instead of a list", open))
	}
	for dec.More() {
		v, err := value[T](dec)
		if err != nil {
			return err
		}
		if err := take(v); err != nil {
			return err
		}
	}
	if _, err := dec.Token(); err != nil {
		return malformed(err)
	}
	return nil
}

// value reads one value. A field of another type than expected stays empty: the
// decoder goes on past it.
func value[T any](dec *json.Decoder) (T, error) {
	var v T
	err := dec.Decode(&v)
	if _, odd := errors.AsType[*json.UnmarshalTypeError](err); odd {
		err = nil
	}
	if err != nil {
		return v, malformed(err)
	}
	return v, nil
}

// malformed marks an answer that is worth asking for again.
func malformed(err error) error {
	if errors.Is(err, io.EOF) {
		err = io.ErrUnexpectedEOF
	}
	return fmt.Errorf("%w: %w", rest.ErrMalformed, err)
}

// skipped takes any value and keeps nothing.
type skipped struct{}

func (*skipped) UnmarshalJSON([]byte) error { return nil }
