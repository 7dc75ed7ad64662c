package rows_test

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/nuages-web/nuages/orm"
	"github.com/nuages-web/nuages/orm/ormtest"
	"github.com/nuages-web/nuages/orm/ormtest/internal/models"
)

// Host has fields that no other model of the tests has.
type Host struct {
	orm.Model
	Addr   netip.Addr `orm:"unpack_ipv4"`
	Mapped netip.Addr
	Text   string         `orm:"ip=both,unpack_ipv4"`
	Up     orm.Null[bool] `orm:"blank"`
	Config string
	Name   string
	Rack   int32
	Peers  orm.M2M[Host] `orm:"no_constraint,symmetrical=false,related_name=seen_by"`
}

var (
	hostMeta  = orm.Define((*Host)(nil), "extras", "extras_test.go")
	hosts     = orm.Objects[*Host](hostMeta)
	hostF     = hostMeta.Root()
	hostAddr  = orm.NewCol[netip.Addr](hostF, "addr")
	hostText  = orm.NewTextCol(hostF, "text")
	hostUp    = orm.NewBoolCol(hostF, "up")
	hostName  = orm.NewTextCol(hostF, "name")
	hostRack  = orm.NewInt32Col(hostF, "rack")
	hostFiles string // the folder of Config
)

func (h *Host) Meta(m *orm.Options) {
	m.SelectOnSave()
	m.Field(&h.Config).FilePath(orm.FilePathOptions{DirFunc: func() string { return hostFiles }, Match: `\.conf$`, Recursive: true})
	m.Field(&h.Peers).LimitChoicesTo(hostUp.Eq(true))
	m.Unique("host_place", &h.Name, &h.Rack)
}

func TestUnpackIPv4(t *testing.T) {
	t.Parallel()
	ormtest.Each(t, []*orm.Meta{hostMeta}, func(t *testing.T, ctx context.Context) {
		mapped, plain := netip.MustParseAddr("::ffff:192.0.2.1"), netip.MustParseAddr("192.0.2.1")
		h := &Host{Addr: mapped, Mapped: mapped, Text: mapped.String(), Name: "a"}
		if err := hosts.Create(ctx, h); err != nil {
			t.Fatal(err)
		}
		if err := hosts.BulkCreate(ctx, []*Host{{Addr: mapped, Mapped: mapped, Text: mapped.String(), Name: "b"}}, nil); err != nil {
			t.Fatal(err)
		}
		for _, h := range must[[]*Host](t)(hosts.All(ctx)) {
			if h.Addr != plain || h.Mapped != mapped || h.Text != plain.String() {
				t.Errorf("stored %s, %s and %q, want %s, %s and %[4]q", h.Addr, h.Mapped, h.Text, plain, mapped)
			}
		}
		if _, err := hosts.Update(ctx, hostAddr.Set(mapped), hostText.Set(mapped.String())); err != nil {
			t.Fatal(err)
		}
		for lookup, want := range map[string]int64{"addr": 2, "mapped": 2} {
			if n := must[int64](t)(hosts.Lookup(lookup, mapped.String()).Count(ctx)); n != want {
				t.Errorf("%s=%s finds %d rows, want %d", lookup, mapped, n, want)
			}
		}
		if n := must[int64](t)(hosts.Filter(hostAddr.Eq(plain), hostText.Eq(plain.String())).Count(ctx)); n != 2 {
			t.Errorf("after an update %d rows have %s, want 2", n, plain)
		}
	})
}

func TestFilePath(t *testing.T) {
	t.Parallel()
	hostFiles = t.TempDir()
	for _, name := range []string{"b.conf", "a.conf", "c.txt", filepath.Join("d", "e.conf")} {
		path := filepath.Join(hostFiles, name)
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o700), os.WriteFile(path, nil, 0o600)); err != nil {
			t.Fatal(err)
		}
	}
	f, _ := hostMeta.Field("config")
	labels := func(o orm.FilePathOptions) string {
		saved := *f.FilePath
		defer func() { *f.FilePath = saved }()
		*f.FilePath = o
		choices, err := f.FilePathChoices()
		if err != nil {
			return err.Error()
		}
		var out []string
		for _, c := range choices {
			if rel, err := filepath.Rel(hostFiles, c.Value.(string)); err != nil || rel != c.Label {
				t.Errorf("the value %v has the label %q", c.Value, c.Label)
			}
			out = append(out, filepath.ToSlash(c.Label))
		}
		return strings.Join(out, " ")
	}
	for want, o := range map[string]orm.FilePathOptions{
		"a.conf b.conf c.txt d d/e.conf": {Dir: hostFiles, Recursive: true, Folders: true},
		"a.conf b.conf d/e.conf":         *f.FilePath,
		"a.conf b.conf c.txt":            {Dir: hostFiles},
		"d":                              {Dir: hostFiles, NoFiles: true, Folders: true},
		"c.txt":                          {Dir: hostFiles, Match: "^c"},
	} {
		if got := labels(o); got != want {
			t.Errorf("%+v: %s, want %s", o, got, want)
		}
	}
	if got := labels(orm.FilePathOptions{Dir: filepath.Join(hostFiles, "none")}); !strings.Contains(got, "extras.Host.config") {
		t.Errorf("of a folder that is not there: %s", got)
	}
	if f.Type != "FilePathField" || f.MaxLength != 100 {
		t.Errorf("the field is a %s of %d characters", f.Type, f.MaxLength)
	}
	name, _ := hostMeta.Field("name")
	if _, err := name.FilePathChoices(); err == nil {
		t.Error("choices of a field that is no path: no error")
	}
}

func TestNegated(t *testing.T) {
	t.Parallel()
	ormtest.Each(t, []*orm.Meta{hostMeta}, func(t *testing.T, ctx context.Context) {
		ip := netip.MustParseAddr("::1")
		for _, up := range []orm.Null[bool]{orm.Some(true), orm.Some(false), {}} {
			if err := hosts.Create(ctx, &Host{Addr: ip, Mapped: ip, Text: "::1", Up: up, Name: fmt.Sprint(up)}); err != nil {
				t.Fatal(err)
			}
		}
		down := orm.Negated(hostUp).As("down")
		var got []string
		for _, h := range must[[]*Host](t)(hosts.Annotate(down).Order("pk").All(ctx)) {
			v, ok := down.Lookup(h)
			got = append(got, fmt.Sprint(v, ok))
		}
		if want := []string{"false true", "true true", "false false"}; !slices.Equal(got, want) {
			t.Errorf("the opposites are %q, want %q", got, want)
		}
		if n, err := hosts.Update(ctx, hostUp.SetF(orm.Negated(orm.Typed[bool](orm.F("up"))))); n != 3 || err != nil {
			t.Fatal(n, err)
		}
		if n := must[int64](t)(hosts.Filter(orm.IsTrue(orm.Negated(hostUp))).Count(ctx)); n != 1 {
			t.Errorf("%d hosts are down, want 1", n)
		}
	})
}

func TestTemplateAgg(t *testing.T) {
	t.Parallel()
	databases.Each(t, func(t *testing.T, ctx context.Context) {
		pages := orm.TemplateAgg[int64]("MAX(%s) - MIN(%[1]s)", models.BookF.Pages)
		of := func(a orm.Agg[int64]) int64 {
			ann := a.As("x")
			return ann.Of(must[*orm.AggregateRow](t)(orm.Aggregate(ctx, models.Books, ann)))
		}
		lo, hi := orm.Min(models.BookF.Pages).As("lo"), orm.Max(models.BookF.Pages).As("hi")
		row := must[*orm.AggregateRow](t)(orm.Aggregate(ctx, models.Books, lo, hi))
		if got, want := of(pages), int64(hi.Of(row)-lo.Of(row)); got != want || want == 0 {
			t.Errorf("the range is %d, want %d", got, want)
		}
		row = must[*orm.AggregateRow](t)(orm.Aggregate(ctx, models.Books.Filter(models.BookF.Language.Eq("de")), lo, hi))
		if got, want := of(orm.TemplateAgg[int64]("MAX(%s)", models.BookF.Pages).Filter(models.BookF.Language.Eq("de"))), int64(hi.Of(row)); got != want {
			t.Errorf("with a filter it is %d, want %d", got, want)
		}
		if _, err := orm.Aggregate(ctx, models.Books, pages.Distinct().As("x")); err == nil || !strings.Contains(err.Error(), "into the template") {
			t.Errorf("Distinct: %v", err)
		}
	})
}

func TestOrdered(t *testing.T) {
	t.Parallel()
	b := models.BookF
	for _, test := range []struct {
		name           string
		q              orm.AnyQuery
		ordered, total bool
	}{
		{"of the model", models.Books, true, false},
		{"of a model without", models.People, false, false},
		{"taken away", models.Books.OrderBy(), false, false},
		{"none", models.People.None(), true, true},
		{"key", models.People.Order("-pk"), true, true},
		{"unique", models.People.OrderBy(models.PersonF.Email.Asc()), true, true},
		{"not unique", models.People.Order("name"), true, false},
		{"unique together", models.Books.Order("publisher_id", "title"), true, true},
		{"a related model's", models.Books.Order("publisher", "title"), true, false},
		{"a part of the constraint", models.Books.Order("publisher_id", "pages"), true, false},
		{"constraint", hosts.OrderBy(hostName.Asc(), hostRack.Desc()), true, true},
		{"grouped", models.Books.Annotate(orm.Count(b.Tags()).As("n")), false, false},
		{"an annotation", models.Books.Annotate(b.ID.As("n")).Order("n"), true, false},
		{"of the model and unique", models.Countries, true, true},
	} {
		if got := orm.IsOrdered(test.q); got != test.ordered {
			t.Errorf("%s: IsOrdered is %t", test.name, got)
		}
		if got := orm.IsTotallyOrdered(test.q); got != test.total {
			t.Errorf("%s: IsTotallyOrdered is %t", test.name, got)
		}
	}
	if total := hostMeta.TotalUniqueConstraints(); len(total) != 1 || total[0].Name != "host_place" {
		t.Errorf("the unique constraints are %v", total)
	}
}

func TestDeferredFields(t *testing.T) {
	t.Parallel()
	ctx := databases.SQLite(t)
	if alias, err := orm.AliasOf(ctx, models.Books); alias != orm.DefaultAlias || err != nil {
		t.Errorf("the alias is %q, %v", alias, err)
	}
	if _, err := orm.AliasOf(ctx, models.Books.Using("nowhere")); err == nil {
		t.Error("an alias that is not there: no error")
	}
	names := func(p *models.Publisher) (out []string) {
		for _, f := range must[[]*orm.Field](t)(orm.DeferredFields(p)) {
			out = append(out, f.Name)
		}
		return out
	}
	all := must[*models.Publisher](t)(models.Publishers.Get(ctx, models.PublisherF.ID.Eq(1)))
	some := must[*models.Publisher](t)(models.Publishers.Only(models.PublisherF.Name, models.PublisherF.Slug).Get(ctx, models.PublisherF.ID.Eq(1)))
	if got := names(all); got != nil || names(&models.Publisher{}) != nil {
		t.Errorf("of a whole row: %v", got)
	}
	if diff := cmp.Diff([]string{"country", "founded", "website"}, names(some)); diff != "" {
		t.Error(diff)
	}
}

func TestUUID7(t *testing.T) {
	t.Parallel()
	databases.Each(t, func(t *testing.T, ctx context.Context) {
		made := orm.UUID7().As("made")
		rows, err := models.Books.Annotate(made).Limit(2).All(ctx)
		if errors.Is(err, orm.ErrNotSupported) { // PostgreSQL has it since 18, MariaDB since 11.7, MySQL has none
			if _, name, _ := strings.Cut(t.Name(), "/"); name == "sqlite" {
				t.Error(err)
			}
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		if a, b := made.Of(rows[0]), made.Of(rows[1]); a == b || a.Version() != 7 {
			t.Errorf("%s and %s", a, b)
		}
	})
}

// TestSelectOnSave saves rows of a model that looks before it updates.
func TestSelectOnSave(t *testing.T) {
	t.Parallel()
	ctx := ormtest.SQLite(t, hostMeta)
	ip := netip.MustParseAddr("::1")
	h := &Host{Addr: ip, Mapped: ip, Text: "::1"}
	h.ID = 7
	for i, want := range []int{2, 2} { // SELECT and INSERT, SELECT and UPDATE
		ormtest.AssertNumQueries(t, ctx, want, func(ctx context.Context) {
			if err := orm.Save(ctx, h); err != nil {
				t.Errorf("save %d: %v", i, err)
			}
		})
	}
	gone := &Host{Addr: ip, Mapped: ip, Text: "::1"}
	gone.ID = 8
	if err := orm.SaveWith(ctx, gone, &orm.SaveOptions{ForceUpdate: true}); !errors.Is(err, orm.ErrNotFound) {
		t.Errorf("an update of a row that is not there: %v", err)
	}
	if messages := orm.Check([]*orm.Meta{hostMeta}); len(messages) > 0 {
		t.Errorf("checks: %v", messages)
	}
}

func TestManyOptions(t *testing.T) {
	t.Parallel()
	if f, _ := hostMeta.Field("peers"); f.LimitChoicesTo == (orm.Pred{}) || !f.Relation.ThroughFrom.Relation.NoConstraint {
		t.Error("the many-to-many relation has no limit, or a constraint")
	}
}

// Draft remembers what it was when it was read.
type Draft struct {
	orm.Model
	Text   string
	Before orm.NullFK[Draft] `orm:"on_delete=set_null"`

	read  string
	event orm.FetchEvent
}

// AfterFetch is the hook.
func (d *Draft) AfterFetch(event *orm.FetchEvent) error {
	d.read, d.event = d.Text, *event
	if d.Text == "bad" {
		return errBad
	}
	return nil
}

var (
	errBad     = errors.New("a bad draft")
	draftMeta  = orm.Define((*Draft)(nil), "extras", "extras_test.go")
	drafts     = orm.Objects[*Draft](draftMeta)
	draftText  = orm.NewTextCol(draftMeta.Root(), "text")
	draftSaved = struct{ orm.Rel }{orm.Rel{Path: draftMeta.Root().Step("before")}}
)

// TestAfterFetch calls the hook wherever rows are read (Django's from_db).
func TestAfterFetch(t *testing.T) {
	t.Parallel()
	ormtest.Each(t, []*orm.Meta{draftMeta}, func(t *testing.T, ctx context.Context) {
		first := &Draft{Text: "first"}
		if err := drafts.Create(ctx, first); err != nil || first.read != "" {
			t.Fatal(err, first.read)
		}
		second := &Draft{Text: "second", Before: orm.NullTo(first)}
		if err := drafts.Create(ctx, second); err != nil {
			t.Fatal(err)
		}
		seen := func(what string, d *Draft, err error, want string) {
			t.Helper()
			if err != nil || d == nil || d.read != want || d.event.Using != orm.DefaultAlias || d.event.Model != draftMeta {
				t.Errorf("%s: %+v, %v, want %q", what, d, err, want)
			}
		}
		d, err := drafts.Get(ctx, draftText.Eq("second"))
		seen("Get", d, err, "second")
		before, err := d.Before.Get(ctx)
		seen("the key's Get", before, err, "first")
		d, err = drafts.SelectRelated(&draftSaved.Rel).Get(ctx, draftText.Eq("second"))
		seen("SelectRelated", d.Before.Obj(), err, "first")
		d, err = drafts.Prefetch(&draftSaved.Rel).Get(ctx, draftText.Eq("second"))
		seen("Prefetch", d.Before.Obj(), err, "first")
		d, err = drafts.Only(orm.NewInt64Col(draftMeta.Root(), "id")).Get(ctx, draftText.Eq("second"))
		seen("Only", d, err, "")
		if !d.event.Deferred {
			t.Error("columns were left out, and the event does not tell")
		}
		raw, err := orm.Raw[Draft](ctx, "SELECT * FROM extras_draft WHERE text = 'first'", nil)
		if len(raw) != 1 {
			t.Fatal(raw, err)
		}
		seen("Raw", raw[0], err, "first")
		seen("Refresh", first, orm.Refresh(ctx, first), "first")
		if _, err := drafts.Update(ctx, draftText.Set("bad")); err != nil {
			t.Fatal(err)
		}
		if _, err := drafts.All(ctx); !errors.Is(err, errBad) {
			t.Errorf("an error of the hook: %v", err)
		}
	})
}

// TestCall calls a stored procedure (Django's callproc).
func TestCall(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		open          func(testing.TB, ...*orm.Meta) context.Context
		create, call  string
		create2, rows string
	}{
		"postgresql": {ormtest.Postgres, "CREATE PROCEDURE extras_add(line text) LANGUAGE SQL AS 'INSERT INTO extras_draft (text) VALUES (line)'", "CALL extras_add($1)",
			"CREATE FUNCTION extras_count(more int) RETURNS bigint LANGUAGE SQL AS 'SELECT COUNT(*) + more FROM extras_draft'", "SELECT * FROM extras_count($1)"},
		"mysql": {ormtest.MySQL, "CREATE PROCEDURE extras_add(line text) INSERT INTO extras_draft (text) VALUES (line)", "CALL extras_add(?)",
			"CREATE PROCEDURE extras_count(more int) SELECT COUNT(*) + more FROM extras_draft", "CALL extras_count(?)"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ctx := test.open(t, draftMeta)
			for _, sql := range []string{test.create, test.create2} {
				if _, err := orm.Exec(ctx, sql); err != nil {
					t.Fatal(err)
				}
			}
			if _, err := orm.Exec(ctx, test.call, "a line"); err != nil {
				t.Fatal(err)
			}
			c, err := orm.ConnectionOf(ctx, "")
			if err != nil {
				t.Fatal(err)
			}
			rows, err := c.Query(ctx, test.rows, int64(41))
			if err != nil {
				t.Fatal(err)
			}
			defer rows.Close()
			if !rows.Next() || rows.Int64(0) != 42 {
				t.Errorf("the procedure gave %d, %v, want 42", rows.Int64(0), rows.Err())
			}
		})
	}
}

// TestMetaOf asks models about each other.
func TestMetaOf(t *testing.T) {
	t.Parallel()
	labels := func(list []*orm.Meta) (out []string) {
		for _, m := range list {
			out = append(out, m.LabelLower())
		}
		return out
	}
	novelist, person := orm.MetaOf[models.Novelist](), orm.MetaOf[models.Person]()
	if got := labels(novelist.ParentList()); !slices.Equal(got, []string{"shop.author", "shop.person"}) {
		t.Errorf("a novelist is a child of %v", got)
	}
	if len(novelist.Parents) != 1 || novelist.Parents[0].Name != "author_ptr" || len(novelist.PKs) != 1 || novelist.PKs[0] != novelist.Parents[0] {
		t.Errorf("the keys of a novelist are %v and %v", novelist.Parents, novelist.PKs)
	}
	if len(novelist.Fields) != 2 || len(novelist.AllFields()) <= len(novelist.Fields) {
		t.Errorf("a novelist has %v of its own among %v", novelist.Fields, novelist.AllFields())
	}
	var related []string
	for _, r := range person.RelatedObjects() {
		related = append(related, r.Name)
	}
	for _, want := range []string{"profile", "orders", "reviews", "author", "followers"} {
		if !slices.Contains(related, want) {
			t.Errorf("%s does not point to a person: %v", want, related)
		}
	}
	if slices.Contains(related, "country") || slices.Contains(related, "follows") {
		t.Errorf("a key of a person's own is among %v", related)
	}
	born, _ := person.Field("born")
	if v, err := born.Convert("1980-02-29"); err != nil || fmt.Sprint(v) != "1980-02-29" {
		t.Errorf("Convert: %v, %v", v, err)
	}
	if _, err := born.Convert("1980-02-31"); err == nil {
		t.Error("Convert took a day that is none")
	}
	r := must[orm.Record](t)(orm.RecordOf(&models.Person{Name: "x"}))
	if name := must[any](t)(r.Get("name")); name != "x" || r.HasKey() {
		t.Errorf("the record has the name %v, and a key %t", name, r.HasKey())
	}
	if state, err := person.State(); err != nil || len(state.Fields) != len(person.Fields)+len(person.ManyToMany) {
		t.Errorf("the state of a person: %v, %v", state, err)
	}
}
