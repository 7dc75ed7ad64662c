package template

import (
	"errors"
	"fmt"
	"math"
	"math/big"
	"reflect"
	"slices"
	"strings"

	"github.com/nuages-web/nuages/internal/pyfmt"
)

// errNoSort says that items cannot be sorted; Django's filters show nothing then.
var errNoSort = errors.New("cannot be sorted")

func filterDictSort(c *Context, v, arg Value) (Value, error) { return c.sorted(v, arg, 1) }

func filterDictSortReversed(c *Context, v, arg Value) (Value, error) { return c.sorted(v, arg, -1) }

// sorted returns the items of v in the order of what each has for arg, or against it where direction
// is -1. Equal ones keep their order.
func (c *Context) sorted(v, arg Value, direction int) (Value, error) {
	keyOf, err := c.sortKey(arg)
	if errors.Is(err, errNoSort) {
		return Text(""), nil
	} else if err != nil {
		return Value{}, err
	}
	items, err := v.iterate(c)
	if errors.Is(err, errNotIterable) {
		return Text(""), nil
	} else if err != nil {
		return Value{}, err
	}
	keys := make([]Value, items.length)
	order := make([]int, items.length)
	for i := range keys {
		order[i] = i
		if keys[i], err = keyOf(items.at(i)); errors.Is(err, errNoSort) {
			return Text(""), nil
		} else if err != nil {
			return Value{}, err
		}
	}
	comparable := true
	slices.SortStableFunc(order, func(i, j int) int {
		n, ok := compare(keys[i], keys[j])
		comparable = comparable && ok
		return direction * n
	})
	if !comparable {
		return Text(""), nil
	}
	return listOf(items, order), nil
}

// listOf returns items in an order, as a slice of the type that they come from if that is one.
func listOf(items itemList, order []int) Value {
	if r := items.list; r.IsValid() && r.Kind() == reflect.Slice && r.Type() != tupleType {
		list := reflect.MakeSlice(r.Type(), len(order), len(order))
		for i, at := range order {
			list.Index(i).Set(r.Index(at))
		}
		return object(list)
	}
	list := make([]any, len(order))
	for i, at := range order {
		list[i] = items.at(at).Any()
	}
	return ValueOf(list)
}

// sortKey returns how to get the key of an item: by an index or key that is a number, or by names
// with dots between them.
func (c *Context) sortKey(arg Value) (func(item Value) (Value, error), error) {
	name, isText := arg.plainText()
	if !isText {
		if _, err := arg.pyFloat(); err != nil {
			return nil, errNoSort
		}
		n, isInt := arg.Int()
		if _, ok := arg.Any().(*big.Int); ok {
			n, isInt = math.MaxInt, true // no index of anything
		}
		return func(item Value) (Value, error) { return c.itemAt(item, int(n), isInt) }, nil
	}
	if _, ok := pyfmt.ParseFloat(name); ok {
		return func(item Value) (Value, error) { return keyed(item, name) }, nil
	}
	if name == "" {
		return nil, errors.New("dictsort: the argument is empty")
	}
	if strings.HasPrefix(name, "_") || strings.Contains(name, "._") {
		return nil, errNoSort
	}
	path := newPath(name)
	return func(item Value) (Value, error) { return c.attrs(path, item) }, nil
}

// itemAt is Python's item[i] of a list, text or mapping. A number that is no integer is no index.
func (c *Context) itemAt(item Value, i int, isInt bool) (Value, error) {
	if item.isMap() {
		if found, ok := item.index(i); ok && isInt {
			return found, nil
		}
		return Value{}, fmt.Errorf("dictsort: an item has no key %d", i)
	}
	items, err := item.iterate(c)
	switch {
	case errors.Is(err, errNotIterable) || err == nil && !isInt:
		return Value{}, errNoSort
	case err != nil:
		return Value{}, err
	}
	if i < 0 {
		i += items.length
	}
	if i < 0 || i >= items.length {
		return Value{}, fmt.Errorf("dictsort: an item has no index %d", i)
	}
	return items.at(i), nil
}

// keyed is Python's item["name"], where name is a number.
func keyed(item Value, name string) (Value, error) {
	if !item.isMap() {
		return Value{}, errNoSort
	}
	found, ok := typeOf(item.ref.Type()).keyed(item, name)
	if !ok {
		return Value{}, fmt.Errorf("dictsort: an item has no key %s", quote(name))
	}
	return found, nil
}

// attrs looks the names of a path up, one after the other.
func (c *Context) attrs(path *varPath, v Value) (Value, error) {
	for i := range path.bits {
		if path.bits[i].index >= 0 && !v.isMap() {
			return Value{}, errNoSort
		}
		found, ok, err := path.bits[i].of(c, v)
		if err != nil {
			return Value{}, err
		}
		if !ok {
			return Value{}, errNoSort
		}
		if v, _, err = called(c.ctx, found); err != nil {
			return Value{}, err
		}
	}
	return v, nil
}
