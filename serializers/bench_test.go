package serializers_test

import (
	"bytes"
	"fmt"
	"io"
	"testing"

	"github.com/nuages-web/nuages/orm"
	"github.com/nuages-web/nuages/orm/ormtest"
	"github.com/nuages-web/nuages/serializers"
	"github.com/nuages-web/nuages/serializers/internal/shop"
)

// loans is how many objects the benchmarks' fixture has.
const loans = 1000

func fixture() []byte {
	b := []byte("[")
	for i := range loans {
		if i > 0 {
			b = append(b, ",\n"...)
		}
		b = fmt.Appendf(b, `{"model": "shop.stamp", "pk": %d, "fields": {"n": %d, "created": "2001-02-03T04:05:06Z", "updated": "2001-02-03T04:05:06.789Z"}}`, i+1, i)
	}
	return append(b, ']')
}

func BenchmarkRead(b *testing.B) {
	ctx := ormtest.SQLite(b, shop.Models...)
	for _, format := range []string{"json", "xml", "yaml"} {
		text := fixture()
		if format != "json" {
			if _, err := serializers.Load(ctx, []serializers.Source{source("x", "json", text)}, nil); err != nil {
				b.Fatal(err)
			}
			var out bytes.Buffer
			if err := serializers.Write(ctx, &out, format, serializers.Rows(ctx, orm.MetaOf[shop.Stamp](), nil), nil); err != nil {
				b.Fatal(err)
			}
			text = out.Bytes()
		}
		b.Run(format, func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(int64(len(text)))
			for b.Loop() {
				n := 0
				for _, err := range serializers.Read(ctx, bytes.NewReader(text), format, nil) {
					if err != nil {
						b.Fatal(err)
					}
					n++
				}
				if n != loans {
					b.Fatal(n)
				}
			}
		})
	}
}

func BenchmarkLoad(b *testing.B) {
	ctx := ormtest.SQLite(b, shop.Models...)
	text := fixture()
	b.ReportAllocs()
	for b.Loop() {
		if _, err := serializers.Load(ctx, []serializers.Source{source("x", "json", text)}, nil); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkWrite(b *testing.B) {
	ctx := ormtest.SQLite(b, shop.Models...)
	if _, err := serializers.Load(ctx, []serializers.Source{source("x", "json", fixture())}, nil); err != nil {
		b.Fatal(err)
	}
	for _, format := range []string{"json", "xml", "yaml"} {
		b.Run(format, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if err := serializers.Write(ctx, io.Discard, format, serializers.Rows(ctx, orm.MetaOf[shop.Stamp](), nil), nil); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
