package template_test

import (
	"context"
	"fmt"
	"strings"

	"github.com/nuages-web/nuages/template"
)

type Book struct {
	Title  string
	Price  float64
	Author *Author
}

type Author struct{ FirstName, LastName string }

func (a *Author) FullName() string { return a.FirstName + " " + a.LastName }

func Example() {
	shop := &template.Library{
		Filters: map[string]template.Filter{"shout": {Func: func(s string) string { return strings.ToUpper(s) + "!" }}},
		Tags: map[string]template.Tag{"stars": template.SimpleTag{
			Func:   func(n int, char string) string { return strings.Repeat(char, n) },
			Params: []template.Param{{Name: "n"}, {Name: "char", Default: "*"}},
		}},
	}
	engine, err := template.New(&template.Options{
		Loaders: []template.Loader{template.Map{
			"base.html": "<h1>{% block title %}Books{% endblock %}</h1>{% block content %}{% endblock %}",
			"book.html": `{% extends "base.html" %}{% load shop %}
{% block title %}{{ book.title|shout }}{% endblock %}
{% block content %}by {{ book.author.full_name }}, {{ book.price }} {% stars 3 %}{% endblock %}`,
		}},
		Libraries: map[string]*template.Library{"shop": shop},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	book := Book{Title: "Tom & Jerry", Price: 12.5, Author: &Author{"William", "Hanna"}}
	page, err := engine.RenderString(context.Background(), "book.html", map[string]any{"book": book})
	fmt.Println(page, err)
	// Output: <h1>TOM &amp; JERRY!</h1>by William Hanna, 12.5 *** <nil>
}
