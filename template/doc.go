// Package template is Django's template language: variables, filters, tags, inheritance, includes and
// partials, so that templates written for Django show the same bytes. Templates are compiled once and
// rendered by any number of goroutines.
//
//	engine, err := template.New(&template.Options{Loaders: []template.Loader{template.FS(os.DirFS("templates"))}})
//	…
//	err = engine.Render(ctx, w, "shop/product.html", map[string]any{"product": product})
//
// The language is documented at https://docs.djangoproject.com/en/stable/ref/templates/language/.
// What Go values mean in it: {{ book.pub_date }} is the field PubDate or the method PubDate() of book,
// the key "pub_date" of a map; {{ books.0 }} an item of a slice; methods and functions without
// arguments, or with a context.Context alone, are called. Methods that give nothing but an error change
// something, and are not.
package template
