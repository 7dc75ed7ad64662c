package serializers

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
)

// yamlDecoder reads a list of objects in block style item by item: an item begins with
// "-" in the first column. A list in brackets is read as one item. Aliases are refused,
// since a few lines of them unfold into gigabytes.
type yamlDecoder struct {
	source
	begun    bool
	next     []byte // the line that the next item begins with
	nextLine int
	rest     []*Entry // of a list in brackets
}

func newYAMLDecoder(r io.Reader, limits Limits) Decoder {
	return &yamlDecoder{source: newSource(r, limits)}
}

// Decode reads the next object.
func (y *yamlDecoder) Decode() (*Entry, error) {
	for {
		if len(y.rest) > 0 {
			e := y.rest[0]
			y.rest = y.rest[1:]
			return e, nil
		}
		text, line, err := y.item()
		if err != nil {
			return nil, err
		}
		if y.rest, err = y.entries(text, line); err != nil {
			return nil, err
		}
	}
}

// item reads the text of the next item, with the line that it begins on.
func (y *yamlDecoder) item() ([]byte, int, error) {
	if !y.begun {
		y.skipBOM()
		y.begun = true
		if err := y.advance(); err != nil {
			return nil, 0, err
		}
	}
	for y.next != nil && blankLine(y.next) {
		if err := y.advance(); err != nil {
			return nil, 0, err
		}
	}
	if y.next == nil {
		return nil, 0, io.EOF
	}
	text, line := y.next, y.nextLine
	for {
		if err := y.advance(); err != nil {
			return nil, 0, err
		}
		if y.next == nil || beginsItem(y.next) {
			return text, line, nil
		}
		if text = append(text, y.next...); int64(len(text)) > y.limits.ObjectBytes {
			return nil, 0, y.tooLong(line)
		}
	}
}

// advance reads a line into next, nil at the end.
func (y *yamlDecoder) advance() error {
	y.nextLine = y.line
	var line []byte
	for {
		part, err := y.r.ReadSlice('\n')
		line = append(line, part...)
		switch {
		case int64(len(line)) > y.limits.ObjectBytes:
			return y.tooLong(y.nextLine)
		case errors.Is(err, io.EOF):
			y.next = line
			if len(line) == 0 {
				y.next = nil
			}
			return nil
		case err == nil:
			y.line++
			y.next = line
			return nil
		case !errors.Is(err, bufio.ErrBufferFull):
			return err
		}
	}
}

func beginsItem(line []byte) bool {
	return line[0] == '-' && (len(line) == 1 || line[1] == ' ' || line[1] == '\n' || line[1] == '\r' || line[1] == '\t')
}

// blankLine tells whether a line says nothing: empty, a comment, the mark of a
// document.
func blankLine(line []byte) bool {
	line = bytes.TrimSpace(line)
	return len(line) == 0 || line[0] == '#' || string(line) == "---" || string(line) == "..."
}

// entries reads the objects of a text, which is a list.
func (y *yamlDecoder) entries(text []byte, line int) ([]*Entry, error) {
	if !utf8.Valid(text) {
		return nil, y.errorf(line, "text that is not UTF-8")
	}
	var doc yaml.Node
	d := yaml.NewDecoder(bytes.NewReader(text))
	if err := d.Decode(&doc); err != nil {
		return nil, &Error{Line: line, Err: err}
	}
	if err := d.Decode(new(yaml.Node)); !errors.Is(err, io.EOF) {
		return nil, y.errorf(line, "more than one document, or text behind the list")
	}
	if len(doc.Content) != 1 || doc.Content[0].Kind != yaml.SequenceNode {
		return nil, y.errorf(line, "the text is no list of objects")
	}
	var entries []*Entry
	for _, n := range doc.Content[0].Content {
		e, err := y.entry(n, line-1)
		if err != nil {
			return nil, err
		}
		entries = append(entries, e)
	}
	return entries, nil
}

// entry reads one object; line is that of the line before the text.
func (y *yamlDecoder) entry(n *yaml.Node, line int) (*Entry, error) {
	e := &Entry{Line: line + n.Line}
	if n.Kind != yaml.MappingNode {
		return nil, y.errorf(e.Line, "an item of the list is no object")
	}
	fields := false
	for i := 0; i < len(n.Content); i += 2 {
		v := n.Content[i+1]
		switch n.Content[i].Value {
		case "model":
			e.Model = v.Value
		case "pk":
			pk, err := y.value(v, 1)
			if err != nil {
				return nil, &Error{Line: line + v.Line, Model: e.Model, Err: err}
			}
			e.PK, e.HasPK = pk, true
		case "fields":
			if fields = v.Kind == yaml.MappingNode; !fields {
				return nil, &Error{Line: line + v.Line, Model: e.Model, Err: errors.New("fields is no object")}
			}
			for k := 0; k < len(v.Content); k += 2 {
				value, err := y.value(v.Content[k+1], 2)
				if err != nil {
					return nil, &Error{Line: line + v.Content[k].Line, Model: e.Model, PK: plainText(e.PK), Field: v.Content[k].Value, Err: err}
				}
				e.Fields = append(e.Fields, Value{Name: v.Content[k].Value, Value: value})
			}
		}
	}
	if e.Model == "" || !fields {
		return nil, &Error{Line: e.Line, Model: e.Model, Err: errors.New("an object needs model and fields")}
	}
	return e, nil
}

// value turns a node into a plain value.
func (y *yamlDecoder) value(n *yaml.Node, depth int) (any, error) {
	if depth > y.limits.Depth {
		return nil, fmt.Errorf("more than %d levels of lists and objects", y.limits.Depth)
	}
	switch n.Kind {
	case yaml.AliasNode:
		return nil, errors.New("an alias (*name): write the value where it belongs")
	case yaml.ScalarNode:
		return yamlScalar(n)
	case yaml.SequenceNode:
		out := make([]any, len(n.Content))
		for i, item := range n.Content {
			var err error
			if out[i], err = y.value(item, depth+1); err != nil {
				return nil, err
			}
		}
		return out, nil
	}
	var o object
	for i := 0; i < len(n.Content); i += 2 {
		v, err := y.value(n.Content[i+1], depth+1)
		if err != nil {
			return nil, err
		}
		if n.Content[i].Kind != yaml.ScalarNode {
			return nil, errors.New("a name that is no text")
		}
		o = o.set(n.Content[i].Value, v)
	}
	var problem error
	raw := pythonJSON{onError: &problem}.append(nil, o, 0)
	return json.RawMessage(raw), problem
}
