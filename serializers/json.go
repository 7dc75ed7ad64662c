package serializers

import (
	"io"
)

// jsonEncoder writes a list of objects.
type jsonEncoder struct {
	w     io.Writer
	json  pythonJSON
	lines bool // one object to a line, and no list
	begun bool
	err   error
	buf   []byte
}

func newJSONEncoder(w io.Writer, opts EncodeOptions) Encoder {
	e := &jsonEncoder{w: w, json: pythonJSON{indent: opts.Indent}}
	e.json.onError = &e.err
	return e
}

func newLinesEncoder(w io.Writer, _ EncodeOptions) Encoder {
	e := &jsonEncoder{w: w, json: pythonJSON{item: ","}, lines: true}
	e.json.onError = &e.err
	return e
}

// Encode writes an object.
func (e *jsonEncoder) Encode(entry *Entry) error {
	b := e.buf[:0]
	switch {
	case e.lines:
	case !e.begun:
		b = append(b, '[')
	case e.json.indent > 0:
		b = append(b, ',')
	default:
		b = append(b, ", "...)
	}
	if e.json.indent > 0 {
		b = append(b, '\n')
	}
	e.begun = true
	b = e.json.append(b, entry.object(), 0)
	if e.lines {
		b = append(b, '\n')
	}
	e.buf = b
	if e.err != nil {
		return e.err
	}
	_, err := e.w.Write(b)
	return err
}

// object is the entry as Django's serializer "python" has it.
func (e *Entry) object() object {
	fields := make(object, len(e.Fields))
	for i, f := range e.Fields {
		fields[i] = member{f.Name, f.Value}
	}
	o := object{{"model", e.Model}}
	if e.HasPK {
		o = append(o, member{"pk", e.PK})
	}
	return append(o, member{"fields", fields})
}

// Close ends the list.
func (e *jsonEncoder) Close() error {
	if e.lines {
		return nil
	}
	text := ""
	if !e.begun {
		text = "["
	}
	if e.json.indent > 0 {
		text += "\n]\n"
	} else {
		text += "]"
	}
	_, err := io.WriteString(e.w, text)
	return err
}
