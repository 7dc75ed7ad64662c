package serializers_test

import (
	"bytes"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/nuages-web/nuages/internal/testdb"
	"github.com/nuages-web/nuages/orm"
	"github.com/nuages-web/nuages/orm/postgres"
	"github.com/nuages-web/nuages/serializers"
)

// Basket has fields of types of PostgreSQL's own.
type Basket struct {
	orm.Model
	Words   postgres.Array[string]          `orm:"max_length=20"`
	Numbers orm.Null[postgres.Array[int64]] `orm:"blank"`
	Extra   orm.Null[postgres.HStore]
}

var (
	basketMeta = orm.Define((*Basket)(nil), "baskets", "array_test.go")
	baskets    = orm.Objects[*Basket](basketMeta)
)

// TestArraysAsDjango compares fields that write themselves.
func TestArraysAsDjango(t *testing.T) {
	t.Parallel()
	url := testdb.Postgres(t)
	backend, err := postgres.Open(t.Context(), url, nil)
	if err != nil {
		t.Fatal(err)
	}
	db := orm.NewDB(backend)
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	ctx := orm.NewContext(t.Context(), db)
	if _, err := orm.Exec(ctx, "CREATE EXTENSION hstore"); err != nil {
		t.Fatal(err)
	}
	if err := orm.CreateTables(ctx, basketMeta); err != nil {
		t.Fatal(err)
	}
	extra := postgres.NewHStore(map[string]string{"long": "x", "b": `"é"\`, "a": ""})
	extra["c"] = orm.Null[string]{}
	rows := []*Basket{{Words: postgres.Array[string]{"a", `b"c\d`, "é, {}", ""}}, {Numbers: orm.Some(postgres.Array[int64]{1, -2})}, {Words: postgres.Array[string]{}, Extra: orm.Some(extra)}}
	if err := baskets.BulkCreate(ctx, rows, nil); err != nil {
		t.Fatal(err)
	}
	want := database{ctx, testdb.Django(t, url)}.ask(t, `
from django.db import models
from django.contrib.postgres.fields import ArrayField, HStoreField
from django.core import serializers
from django.contrib.postgres.signals import register_type_handlers
from django.db import connection
connection.ensure_connection()
register_type_handlers(connection)
class Basket(models.Model):
    words = ArrayField(models.CharField(max_length=20))
    numbers = ArrayField(models.BigIntegerField(), null=True)
    extra = HStoreField(null=True)
    class Meta:
        app_label = "baskets"
sys.stdout.write(serializers.serialize("json", Basket.objects.order_by("pk")))
`, nil)
	dump := func() string {
		var out bytes.Buffer
		if err := serializers.Write(ctx, &out, "json", serializers.Rows(ctx, basketMeta, nil), nil); err != nil {
			t.Fatal(err)
		}
		return out.String()
	}
	if diff := cmp.Diff(string(want), dump()); diff != "" {
		t.Errorf("(-Django +ours):\n%s", diff)
	}
	if _, err := baskets.Delete(ctx); err != nil {
		t.Fatal(err)
	}
	load(t, ctx, "json", want)
	if diff := cmp.Diff(string(want), dump()); diff != "" {
		t.Errorf("loaded (-dumped +loaded):\n%s", diff)
	}
}
