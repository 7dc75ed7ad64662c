// Package kinds has fields of all kinds.
package kinds

import (
	"encoding/json"
	"net/netip"
	"net/url"
	"time"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"

	"github.com/nuages-web/nuages/civil"
	. "github.com/nuages-web/nuages/internal/ormgen/testdata/demo/base"
	"github.com/nuages-web/nuages/orm"
)

type (
	Color   string
	Shade   Color
	Size    int
	Flag    bool
	Moment  time.Time
	Digest  [32]byte
	Blob    []byte
	Another = Level
)

// Point stores itself.
type Point string

// ColumnType makes it a custom field.
func (p Point) ColumnType(*orm.Dialect, *orm.Field) (string, error) { return "point", nil }

// ColumnValue makes it a custom field.
func (p Point) ColumnValue() (any, error) { return string(p), nil }

type Everything struct {
	orm.State
	Key uuid.UUID `orm:"pk"`

	Bool        bool
	Int         int
	I8          int8
	I16         int16
	I32, J32    int32
	U64         uint64
	Byte        byte
	F32         float32
	F64         float64
	String      string
	Bytes       []byte
	Time        time.Time
	Duration    time.Duration
	Date        civil.Date
	TimeOfDay   civil.Time
	Decimal     decimal.Decimal `orm:"max_digits=5,decimal_places=2"`
	IP          netip.Addr
	JSON        orm.JSON[[]string]
	Raw         json.RawMessage
	Color       Color
	Shade       Shade
	Size        Size
	Flag        Flag
	Moment      Moment
	Blob        Blob
	Point       Point
	Level       Level
	Another     Another
	NullInt     orm.Null[int32]
	NullColor   orm.Null[Color]
	NullTime    orm.Null[time.Time]
	NullDecimal orm.Null[decimal.Decimal] `orm:"max_digits=5,decimal_places=2"`
	Elsewhere   url.URL
	Self        orm.NullFKey[Everything, uuid.UUID] `orm:"on_delete=set_null,related_name=selves"`
	Lazy        orm.Null[int64]                     `orm:"fk=auth.User,on_delete=set_null"`
	LazyOne     int64                               `orm:"fk=auth.User,one_to_one,on_delete=cascade"`
	unexported  map[string]int
	Left        chan int `orm:"-"`
}
