package template

import (
	"crypto/md5"
	"encoding/hex"
	"errors"
	"fmt"
	"math"
	"strings"
	"time"
)

func cacheLibrary() *Library {
	return &Library{Tags: map[string]Tag{"cache": CompileFunc(compileCache)}}
}

// FragmentKey returns the key under which {% cache ttl name vary… %} keeps what it shows, which is
// Django's (make_template_fragment_key): delete it to have the fragment made anew.
func FragmentKey(name string, vary ...any) string {
	values := make([]Value, 0, len(vary))
	for _, x := range vary {
		values = append(values, ValueOf(x))
	}
	return fragmentKey(name, values)
}

func fragmentKey(name string, vary []Value) string {
	hash := md5.New()
	for _, v := range vary {
		hash.Write([]byte(v.String()))
		hash.Write([]byte{':'})
	}
	return "template.cache." + name + "." + hex.EncodeToString(hash.Sum(nil))
}

// cacheNode is {% cache ttl name vary… using="cache" %}.
type cacheNode struct {
	group
	ttl   *Expr
	name  string
	vary  []*Expr
	using *Expr // nil without
}

func compileCache(p *Parser, t Token) (Node, error) {
	nodes, err := p.Block("endcache")
	if err != nil {
		return nil, err
	}
	bits := t.Bits()
	if len(bits) < 3 {
		return nil, syntaxErrorf("'cache' tag requires at least 2 arguments")
	}
	n := &cacheNode{group: group{nodes}, name: bits[2]}
	if last := len(bits) - 1; last > 2 && strings.HasPrefix(bits[last], "using=") {
		if n.using, err = p.expr(t, strings.TrimPrefix(bits[last], "using=")); err != nil {
			return nil, err
		}
		bits = bits[:last]
	}
	if n.ttl, err = p.expr(t, bits[1]); err != nil {
		return nil, err
	}
	n.vary, err = p.exprs(t, bits[3:])
	return n, err
}

func (n *cacheNode) Render(c *Context) error {
	ttl, err := n.duration(c)
	if err != nil {
		return err
	}
	cache, err := n.cache(c)
	if err != nil {
		return err
	}
	vary := make([]Value, 0, len(n.vary))
	for _, e := range n.vary {
		v, err := e.Eval(c)
		if err != nil {
			return err
		}
		vary = append(vary, v)
	}
	if cache == nil {
		return n.nodes.Render(c)
	}
	key := fragmentKey(n.name, vary)
	kept, ok, err := cache.GetFragment(c.ctx, key)
	if err != nil {
		return err
	}
	if ok {
		c.WriteString(kept)
		return nil
	}
	contents, err := c.Capture(n.nodes)
	if err != nil {
		return err
	}
	c.WriteString(string(contents))
	if ttl == 0 {
		return nil
	}
	return cache.SetFragment(c.ctx, key, string(contents), ttl)
}

// duration returns how long the fragment is kept: negative for ever, 0 not at all.
func (n *cacheNode) duration(c *Context) (time.Duration, error) {
	v, err := n.ttl.Eval(c)
	if isMissing(err) {
		return 0, syntaxErrorf(`"cache" tag got an unknown variable: %s`, quote(n.ttl.text))
	} else if err != nil {
		return 0, err
	}
	if v.IsNone() {
		return -1, nil
	}
	seconds, err := v.pyInt()
	switch {
	case errors.Is(err, errOverflow):
		return 0, fmt.Errorf("cache: the timeout %s %w", quote(v.String()), err)
	case err != nil:
		return 0, syntaxErrorf(`"cache" tag got a non-integer timeout value: %s`, quote(v.String()))
	case seconds.big != nil || seconds.n > int64(math.MaxInt64/time.Second):
		return math.MaxInt64, nil
	}
	return time.Duration(max(seconds.n, 0)) * time.Second, nil
}

// cache returns the cache that the tag names, or the default one, which may be nil.
func (n *cacheNode) cache(c *Context) (FragmentCache, error) {
	caches := c.engine.opts.Caches
	if n.using == nil {
		if cache, ok := caches["template_fragments"]; ok {
			return cache, nil
		}
		return caches["default"], nil
	}
	v, err := n.using.Eval(c)
	if isMissing(err) {
		return nil, syntaxErrorf(`"cache" tag got an unknown variable: %s`, quote(n.using.text))
	} else if err != nil {
		return nil, err
	}
	cache, ok := caches[v.text()]
	if !ok {
		return nil, syntaxErrorf("invalid cache name specified for cache tag: %s", quote(v.text()))
	}
	return cache, nil
}
