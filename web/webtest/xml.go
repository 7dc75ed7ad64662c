package webtest

import (
	"encoding/xml"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
)

// AssertXMLEqual fails the test unless two XML texts are the same but for the order of attributes,
// the prefixes of namespaces, comments, processing instructions and white space at the ends of texts
// (Django's assertXMLEqual).
func AssertXMLEqual(t testing.TB, got, want string) {
	t.Helper()
	g, w, err := parseBothXML(got, want)
	if err != nil {
		t.Errorf("AssertXMLEqual: %v", err)
	} else if !slices.Equal(g, w) {
		t.Errorf("the XML differs:\n%s", firstDifference(g, w))
	}
}

// AssertXMLNotEqual fails the test if two XML texts are the same in the sense of [AssertXMLEqual].
func AssertXMLNotEqual(t testing.TB, got, other string) {
	t.Helper()
	g, o, err := parseBothXML(got, other)
	if err != nil {
		t.Errorf("AssertXMLNotEqual: %v", err)
	} else if slices.Equal(g, o) {
		t.Errorf("the XML is the same:\n%s", shorten(strings.Join(g, "\n"), 1000))
	}
}

func parseBothXML(got, want string) (g, w []string, err error) {
	if g, err = normalXML(got); err != nil {
		return nil, nil, fmt.Errorf("the first text is not valid XML: %w\n%s", err, shorten(got, 1000))
	}
	if w, err = normalXML(want); err != nil {
		return nil, nil, fmt.Errorf("the second text is not valid XML: %w\n%s", err, shorten(want, 1000))
	}
	return g, w, nil
}

// normalXML writes a document with one tag or text on each line. Elements are quoted by %q, so that
// no text can pose as a tag.
func normalXML(src string) ([]string, error) {
	d := xml.NewDecoder(strings.NewReader(src))
	var lines []string
	var text strings.Builder
	flush := func() {
		if s := strings.Join(strings.Fields(text.String()), " "); s != "" {
			lines = append(lines, fmt.Sprintf("text %q", s))
		}
		text.Reset()
	}
	elements := 0
	for {
		token, err := d.Token()
		if err == io.EOF {
			if elements == 0 {
				return nil, fmt.Errorf("there is no element")
			}
			return lines, nil
		}
		if err != nil {
			return nil, err
		}
		switch token := token.(type) {
		case xml.CharData:
			text.Write(token)
		case xml.StartElement:
			flush()
			elements++
			lines = append(lines, startTag(token))
		case xml.EndElement:
			flush()
			lines = append(lines, "end")
		}
	}
}

func startTag(e xml.StartElement) string {
	var attrs []string
	for _, a := range e.Attr {
		if a.Name.Space == "xmlns" || a.Name.Space == "" && a.Name.Local == "xmlns" {
			continue // its effect is in the names
		}
		attrs = append(attrs, fmt.Sprintf(" %s=%q", xmlName(a.Name), a.Value))
	}
	slices.Sort(attrs)
	return "element " + xmlName(e.Name) + strings.Join(attrs, "")
}

func xmlName(n xml.Name) string {
	if n.Space == "" {
		return n.Local
	}
	return "{" + n.Space + "}" + n.Local
}
