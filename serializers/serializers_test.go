package serializers_test

import (
	"bytes"
	"io"

	"github.com/nuages-web/nuages/serializers"
)

// source is a text to load.
func source(name, format string, text []byte) serializers.Source {
	return serializers.Source{Name: name, Format: format, Open: func() (io.ReadCloser, error) {
		return io.NopCloser(bytes.NewReader(text)), nil
	}}
}
