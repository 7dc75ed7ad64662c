package template

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"reflect"
	"unicode/utf8"

	"github.com/nuages-web/nuages/internal/pyfmt"
)

// listFilters are about lists, and text as a list of characters.
func listFilters() map[string]Filter {
	return map[string]Filter{
		"dictsort":         {Func: filterDictSort},
		"dictsortreversed": {Func: filterDictSortReversed},
		"first":            {Func: filterFirst},
		"join":             {Func: filterJoin, Safe: true},
		"last":             {Func: filterLast, Safe: true},
		"length":           {Func: filterLength},
		"random":           {Func: filterRandom, Safe: true},
		"slice":            {Func: filterSlice, Safe: true, Bind: bindSlice},
		"unordered_list":   {Func: filterUnorderedList, Safe: true},
	}
}

// itemList is what a filter goes over. A slice or array is read without a function made for it.
type itemList struct {
	length int
	list   reflect.Value // not valid where seq is in use
	seq    sequence
}

func (i *itemList) at(n int) Value {
	if i.list.IsValid() {
		return reflected(i.list.Index(n))
	}
	return i.seq.at(n)
}

// iterate is what Python's iter(v) goes over; unlike the for tag it refuses None.
func (v Value) iterate(c *Context) (itemList, error) {
	if v.kind == KindNone {
		return itemList{}, fmt.Errorf("None is %w", errNotIterable)
	}
	if v.isListed() {
		r := v.deref()
		return itemList{length: r.Len(), list: r}, nil
	}
	if s, ok := v.plainText(); ok {
		v = Text(s)
	}
	seq, err := v.sequence(c)
	return itemList{length: seq.length, seq: seq}, err
}

// subscript is what Python's v[i] may be asked for: lists and text, not mappings.
func (v Value) subscript(filter string, c *Context) (itemList, error) {
	if v.isMap() {
		return itemList{}, fmt.Errorf("%s: a mapping has no order", filter)
	}
	items, err := v.iterate(c)
	if err != nil {
		return itemList{}, fmt.Errorf("%s: %w", filter, err)
	}
	return items, nil
}

func filterFirst(c *Context, v Value) (Value, error) {
	if s, ok := v.plainText(); ok {
		_, size := utf8.DecodeRuneInString(s)
		return Text(s[:size]), nil
	}
	if v.isMap() { // Python looks the key 0 up
		if item, ok := v.index(0); ok {
			return item, nil
		}
	}
	items, err := v.subscript("first", c)
	if err != nil || items.length == 0 {
		return Text(""), err
	}
	return items.at(0), nil
}

func filterLast(c *Context, v Value) (Value, error) {
	if s, ok := v.plainText(); ok {
		_, size := utf8.DecodeLastRuneInString(s)
		return Text(s[len(s)-size:]), nil
	}
	items, err := v.subscript("last", c)
	if err != nil || items.length == 0 {
		return Text(""), err
	}
	return items.at(items.length - 1), nil
}

func filterRandom(c *Context, v Value) (Value, error) {
	items, err := v.subscript("random", c)
	if err != nil || items.length == 0 {
		return Text(""), err
	}
	return items.at(rand.IntN(items.length)), nil
}

func filterLength(c *Context, v Value) (Value, error) {
	if n, ok := v.Len(); ok {
		return Int(int64(n)), nil
	}
	if v.kind != KindObject {
		return Int(0), nil
	}
	if info := typeOf(v.ref.Type()); info.all >= 0 {
		rows, err := v.rows(c, info)
		return Int(int64(rows.length)), err
	}
	return Int(0), nil
}

// filterJoin puts the text of arg between the items. What is no list, or has items that are no text
// where escaping is off, is returned as it is.
func filterJoin(c *Context, v, arg Value) (Value, error) {
	items, err := v.iterate(c)
	if errors.Is(err, errNotIterable) {
		return v, nil
	} else if err != nil {
		return Value{}, err
	}
	glue, err := c.textOf(arg)
	if err != nil {
		return Value{}, err
	}
	if c.autoescape {
		glue = c.htmlOf(glue)
	} else if _, ok := arg.plainText(); !ok {
		return Value{}, fmt.Errorf("join needs text, got %s", arg.typeName())
	}
	dst := c.Scratch()
	for i := range items.length {
		if i > 0 {
			dst = append(dst, glue.str...)
		}
		item := items.at(i)
		if !c.autoescape {
			s, ok := item.plainText()
			if !ok {
				return v, nil
			}
			dst = append(dst, s...)
			continue
		}
		if dst, err = c.appendHTML(dst, item); err != nil {
			return Value{}, err
		}
	}
	return c.TextOf(dst).MarkSafe(), nil
}

func bindSlice(arg Value) (func(*Context, Value) (Value, error), error) {
	slice, ok := pyfmt.ParseSlice(arg.String())
	return func(c *Context, v Value) (Value, error) {
		if !ok {
			return v, nil
		}
		return c.slice(v, slice)
	}, nil
}

func filterSlice(c *Context, v, arg Value) (Value, error) {
	s, err := c.textOf(arg)
	if err != nil {
		return Value{}, err
	}
	slice, ok := pyfmt.ParseSlice(s.str)
	if !ok {
		return v, nil
	}
	return c.slice(v, slice)
}

// slice returns a part of a text or list. What has no parts is returned as it is.
func (c *Context) slice(v Value, slice pyfmt.Slice) (Value, error) {
	if s, ok := v.plainText(); ok {
		return c.sliceText(s, slice), nil
	}
	if v.kind != KindObject || v.isMap() {
		return v, nil
	}
	if r := v.deref(); r.Kind() == reflect.Slice {
		return sliceList(r, slice), nil
	}
	items, err := v.sequence(c)
	if errors.Is(err, errNotIterable) {
		return v, nil
	} else if err != nil {
		return Value{}, err
	}
	start, step, count := slice.Indices(items.length)
	list := make([]any, count)
	for i := range list {
		list[i] = items.at(start + i*step).Any()
	}
	if v.deref().Kind() == reflect.Array {
		return ValueOf(pyfmt.Tuple(list)), nil
	}
	return ValueOf(list), nil
}

func sliceList(r reflect.Value, slice pyfmt.Slice) Value {
	start, step, count := slice.Indices(r.Len())
	if step == 1 {
		return object(r.Slice(start, start+count))
	}
	list := reflect.MakeSlice(r.Type(), count, count)
	for i := range count {
		list.Index(i).Set(r.Index(start + i*step))
	}
	return object(list)
}

// sliceText cuts text at code points. A part of it without steps is no new text.
func (c *Context) sliceText(s string, slice pyfmt.Slice) Value {
	length := utf8.RuneCountInString(s)
	start, step, count := slice.Indices(length)
	if length == len(s) && step == 1 {
		return Text(s[start : start+count])
	}
	if step == 1 {
		from := runeOffset(s, start)
		return Text(s[from : from+runeOffset(s[from:], count)])
	}
	runes := []rune(s)
	dst := c.Scratch()
	for i := range count {
		dst = utf8.AppendRune(dst, runes[start+i*step])
	}
	return c.TextOf(dst)
}

// runeOffset is where in s the code point n begins.
func runeOffset(s string, n int) int {
	for i := range s {
		if n == 0 {
			return i
		}
		n--
	}
	return len(s)
}
