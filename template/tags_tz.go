package template

import (
	"fmt"
	"time"

	"github.com/nuages-web/nuages/i18n"
)

func tzLibrary() *Library {
	return &Library{
		Tags: map[string]Tag{
			"get_current_timezone": CompileFunc(compileCurrentZone),
			"localtime":            CompileFunc(compileLocalTime),
			"timezone":             CompileFunc(compileZone),
		},
		Filters: map[string]Filter{
			"localtime": {Func: filterLocalTime},
			"timezone":  {Func: filterZone},
			"utc":       {Func: filterUTC},
		},
	}
}

// currentZone returns the current time zone, or the project's where moments are shown in their own.
func (c *Context) currentZone() *time.Location {
	if c.zone != nil {
		return c.zone
	}
	return c.locale.Zone()
}

func filterLocalTime(c *Context, v Value) (Value, error) { return c.inZone(v, c.currentZone()), nil }

func filterUTC(c *Context, v Value) (Value, error) { return c.inZone(v, time.UTC), nil }

func filterZone(c *Context, v, arg Value) (Value, error) {
	zone, _ := arg.Any().(*time.Location)
	if name, ok := arg.Text(); ok {
		zone, _ = c.engine.zone(name)
	}
	return c.inZone(v, zone), nil
}

// inZone returns a moment as it is in a zone, in which it stays: it is not shown in the current one.
// What is no moment, and a zone that is none, give the empty text.
func (c *Context) inZone(v Value, zone *time.Location) Value {
	t, ok := v.Time()
	if !ok {
		d, isDate := v.Any().(i18n.DateValue)
		if !isDate || !d.HasDay() || !d.HasClock() {
			return Text("")
		}
		if t, ok = d.Moment(); !ok {
			w := d.Wall()
			t = time.Date(w.Year(), w.Month(), w.Day(), w.Hour(), w.Minute(), w.Second(), w.Nanosecond(), c.locale.Zone())
		}
	}
	if zone == nil {
		return Text("")
	}
	return ValueOf(i18n.Moment(t.In(zone)))
}

// zone returns a time zone by its name. Reading one takes a file, so the engine keeps them; there are
// no more than the database of zones has.
func (e *Engine) zone(name string) (*time.Location, error) {
	if z, ok := e.zones.Load(name); ok {
		return z.(*time.Location), nil
	}
	if name == "" || name == "Local" {
		return nil, fmt.Errorf("unknown time zone %s", quote(name))
	}
	z, err := time.LoadLocation(name)
	if err != nil {
		return nil, fmt.Errorf("unknown time zone %s", quote(name))
	}
	e.zones.Store(name, z)
	return z, nil
}

// localTimeNode is {% localtime on|off %}.
type localTimeNode struct {
	group
	on bool
}

func compileLocalTime(p *Parser, t Token) (Node, error) {
	on, err := onOff(p, t)
	if err != nil {
		return nil, err
	}
	nodes, err := p.Block("endlocaltime")
	return &localTimeNode{group{nodes}, on}, err
}

func (n *localTimeNode) Render(c *Context) error {
	zone, own := c.zone, c.ownTime
	c.ownTime = !n.on
	if n.on {
		c.zone = c.currentZone()
	}
	err := n.nodes.Render(c)
	c.zone, c.ownTime = zone, own
	return err
}

// zoneNode is {% timezone zone %}.
type zoneNode struct {
	group
	zone *Expr
}

func compileZone(p *Parser, t Token) (Node, error) {
	bits := t.Bits()
	if len(bits) != 2 {
		return nil, syntaxErrorf("'timezone' takes one argument (timezone)")
	}
	e, err := p.expr(t, bits[1])
	if err != nil {
		return nil, err
	}
	nodes, err := p.Block("endtimezone")
	return &zoneNode{group{nodes}, e}, err
}

func (n *zoneNode) Render(c *Context) error {
	v, err := n.zone.Eval(c)
	if err != nil {
		return err
	}
	zone, ok := v.Any().(*time.Location)
	switch {
	case v.IsNone():
		zone = c.locale.Zone()
	case !ok:
		name, isText := v.plainText()
		if !isText {
			return fmt.Errorf("timezone: %s is no time zone", quote(v.String()))
		}
		if zone, err = c.engine.zone(name); err != nil {
			return fmt.Errorf("timezone: %w", err)
		}
	}
	outer, ctx := c.zone, c.ctx
	c.zone, c.ctx = zone, i18n.WithZone(c.ctx, zone)
	err = n.nodes.Render(c)
	c.zone, c.ctx = outer, ctx
	return err
}

// currentZoneNode is {% get_current_timezone as name %}.
type currentZoneNode struct{ name string }

func compileCurrentZone(p *Parser, t Token) (Node, error) {
	name, err := asVariable(p, t)
	return currentZoneNode{name}, err
}

func (n currentZoneNode) Render(c *Context) error {
	c.Set(n.name, Text(c.currentZone().String()))
	return nil
}
