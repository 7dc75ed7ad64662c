package migrations_test

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/nuages-web/nuages/internal/realdjango"
	"github.com/nuages-web/nuages/migrations"
	"github.com/nuages-web/nuages/migrations/internal/random"
	"github.com/nuages-web/nuages/orm"
)

// stateScript makes Django's states of what forDjango describes.
const stateScript = `
import json, sys
from django.db import models
from django.db.migrations.state import ModelState, ProjectState

def field(f):
    cls = getattr(models, f["type"])
    kw = {}
    if f["parent"]:
        return cls(f["to"], on_delete=models.CASCADE, parent_link=True, auto_created=True, primary_key=True, serialize=False)
    if f["pk"]:
        return cls(primary_key=True)
    for key in ("null", "unique", "db_index", "max_length", "max_digits", "decimal_places", "auto_now_add", "db_column", "related_name"):
        if f.get(key):
            kw[key] = f[key]
    if f["type"] == "SlugField":
        kw["db_index"] = f["db_index"]
    if f["type"] == "DecimalField":
        kw["decimal_places"] = f.get("decimal_places", 0)
    if f["type"] == "ManyToManyField":
        kw.pop("null", None)
        return cls(f["to"], **kw)
    if f["to"]:
        kw.pop("db_index", None)
        kw["on_delete"] = {"Cascade": models.CASCADE, "Protect": models.PROTECT, "SetNull": models.SET_NULL}[f["on_delete"]]
        return cls(f["to"], **kw)
    return cls(**kw)

def state(models_):
    s = ProjectState()
    for m in models_:
        opts = {"indexes": [models.Index(fields=i["fields"], name=i["name"]) for i in m["indexes"]],
                "constraints": [models.UniqueConstraint(fields=c["fields"], name=c["name"]) for c in m["constraints"]]}
        for key in ("db_table", "ordering", "order_with_respect_to"):
            if m.get(key):
                opts[key] = m[key]
        if m.get("unique_together"):
            opts["unique_together"] = {tuple(u) for u in m["unique_together"]}
        bases = tuple(b.lower() for b in m["bases"]) or (models.Model,)
        if m["proxy_of"]:
            opts["proxy"] = True
            bases = (m["proxy_of"].lower(),)
        s.add_model(ModelState(m["app"], m["name"], [(f["name"], field(f)) for f in m["fields"]], opts, bases))
    return s
`

// detectScript asks Django's autodetector.
const detectScript = realdjango.Configure + stateScript + `
from django.db.migrations.autodetector import MigrationAutodetector
from django.db.migrations.questioner import MigrationQuestioner

out = []
for pair in json.load(sys.stdin):
    q = MigrationQuestioner(defaults={"ask_rename": True, "ask_rename_model": pair["rename"]})
    d = MigrationAutodetector(state(pair["from"]), state(pair["to"]), q)
    try:
        changes = d._detect_changes()
    except Exception as e:
        out.append({"error": [repr(e)]})
        continue
    out.append({app: [type(op).__name__ + " " + op.describe() for m in ms for op in m.operations] for app, ms in changes.items()})
json.dump(out, sys.stdout)
`

// plain leaves out of a state what Django 3.2 does not know, and what is told apart below.
func plain(s *migrations.State) *migrations.State {
	var all []*orm.ModelState
	for _, m := range s.All() {
		c := *m
		c.Comment, c.Unmanaged, c.Fields, c.Constraints, c.Indexes = "", false, nil, nil, nil
		for _, f := range m.Fields {
			f.Comment = ""
			c.Fields = append(c.Fields, f)
		}
		all = append(all, &c)
	}
	return migrations.NewState(all...)
}

// forDjango describes a state to the script.
func forDjango(s *migrations.State) []map[string]any {
	deletes := map[orm.OnDelete]string{orm.Cascade: "Cascade", orm.Protect: "Protect", orm.SetNull: "SetNull"}
	out := []map[string]any{}
	for _, m := range s.All() {
		fields := []map[string]any{}
		for _, f := range m.Fields {
			if f.Type == "OrderWrt" {
				continue
			}
			fields = append(fields, map[string]any{"name": f.Name, "type": f.Type, "null": f.Null, "pk": f.PrimaryKey, "parent": f.ParentLink, "unique": f.Unique, "db_index": f.Index,
				"max_length": f.MaxLength, "max_digits": f.MaxDigits, "decimal_places": f.DecimalPlaces, "auto_now_add": f.AutoNowAdd, "db_column": f.Column, "to": f.To,
				"on_delete": deletes[f.OnDelete], "related_name": f.RelatedName})
		}
		out = append(out, map[string]any{"app": m.App, "name": m.Name, "bases": append([]string{}, m.Bases...), "proxy_of": m.ProxyOf, "fields": fields, "db_table": m.Table,
			"ordering": m.Ordering, "order_with_respect_to": m.OrderWithRespectTo, "unique_together": m.UniqueTogether, "indexes": []string{}, "constraints": []string{}})
	}
	return out
}

// yes says that everything was renamed, models perhaps.
type yes struct{ models bool }

func (y yes) RenamedModel(context.Context, *orm.ModelState, *orm.ModelState) (bool, error) {
	return y.models, nil
}

func (yes) RenamedField(context.Context, *orm.ModelState, *migrations.Field, *migrations.Field) (bool, error) {
	return true, nil
}

func (yes) Fill(context.Context, *orm.ModelState, *migrations.Field, bool) (any, error) {
	return "x", nil
}

// TestDjangoAutodetector compares what is found with what Django 3.2 finds: the same
// operations in the same order, app by app. Known differences are told of in the test.
func TestDjangoAutodetector(t *testing.T) {
	t.Parallel()
	type pair struct {
		From   []map[string]any `json:"from"`
		To     []map[string]any `json:"to"`
		Rename bool             `json:"rename"`
		what   string
		ours   map[string][]string
	}
	var pairs []pair
	for seed := uint64(0); len(pairs) < 150; seed++ {
		rng := rand.New(rand.NewPCG(seed, 2))
		from := random.State(rng)
		to := from
		var what []string
		for range 1 + rng.IntN(3) {
			next, did := random.Change(rng, to)
			to, what = next, append(what, did)
		}
		p := pair{what: fmt.Sprintf("seed %d: %s", seed, strings.Join(what, ", "))}
		// Django 3.2 renames the column, too, and its removed models come in any order.
		if strings.Contains(p.what, "but for its column") {
			continue
		}
		p.Rename = strings.Count(p.what, "model") == 1
		if seed%4 == 0 {
			from = migrations.NewState()
		}
		from, to = plain(from), plain(to)
		history, err := migrations.Autodetect(t.Context(), migrations.NewState(), from, nil)
		if err != nil {
			t.Fatal(err)
		}
		graph, err := migrations.NewGraph(history, nil)
		if err != nil {
			t.Fatal(err)
		}
		list, err := migrations.Autodetect(t.Context(), from, to, &migrations.AutodetectOptions{Questioner: yes{p.Rename}, Graph: graph})
		if err != nil && strings.Contains(err.Error(), "which no operation can do") {
			continue
		}
		if err != nil {
			t.Fatalf("%s: %v", p.what, err)
		}
		p.From, p.To, p.ours = forDjango(from), forDjango(to), map[string][]string{}
		for _, m := range list {
			for _, op := range m.Operations {
				p.ours[m.App] = append(p.ours[m.App], comparable(strings.TrimPrefix(fmt.Sprintf("%T", op), "migrations.")+" "+op.Describe()))
			}
		}
		pairs = append(pairs, p)
	}
	input, err := json.Marshal(pairs)
	if err != nil {
		t.Fatal(err)
	}
	var answers []map[string][]string
	if err := json.Unmarshal(realdjango.Run(t, detectScript, input), &answers); err != nil {
		t.Fatal(err)
	}
	equal, excluded, different := 0, 0, 0
	for i, p := range pairs {
		want := map[string][]string{}
		for app, ops := range answers[i] {
			for _, op := range ops {
				want[app] = append(want[app], comparable(op))
			}
		}
		if cmp.Equal(want, p.ours) {
			equal++
			continue
		}
		if why := known(answers[i], want, p.ours); why != "" {
			t.Logf("%s: %s", p.what, why)
			excluded++
			continue
		}
		different++
		t.Errorf("%s (-Django +ours):\n%s", p.what, cmp.Diff(want, p.ours))
	}
	realdjango.Report(t, "autodetector", equal, excluded, different)
}

// known says why Django finds something else, or "".
func known(answer, want, ours map[string][]string) string {
	text, all := fmt.Sprint(answer), fmt.Sprint(ours)
	sorted := func(m map[string][]string) map[string][]string {
		out := map[string][]string{}
		for app, ops := range m {
			out[app] = slices.Sorted(slices.Values(ops))
		}
		return out
	}
	switch {
	case strings.Contains(text, "clashes with field"):
		return "Django refuses the models"
	case strings.Contains(text, "_ptr"):
		return "Django renames the key to a parent apart"
	case strings.Contains(all, "create proxy model") && strings.Contains(all, "delete model"):
		return "Django does not see that a proxy is one of another model"
	case cmp.Equal(sorted(want), sorted(ours)) && strings.Contains(all, "delete model"):
		return "a child goes before its parent without RemoveField for the key between them, which changes the order"
	}
	return ""
}

// comparable leaves out how names are written: Django has models in lower case.
func comparable(op string) string {
	op = strings.ToLower(op)
	op = strings.ReplaceAll(strings.ReplaceAll(op, `"`, ""), "(default)", "the default")
	op = strings.TrimSuffix(strings.ReplaceAll(op, " to none", " to "), " ")
	return op
}
