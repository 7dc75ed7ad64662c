package contenttypes

import (
	"context"
	"fmt"

	"github.com/nuages-web/nuages/orm"
)

//go:generate go tool nuages generate

// ContentType stands for a model in the database, in Django's table, so that a row can
// name a model by a key. [For] makes it.
type ContentType struct {
	orm.State
	ID       int32  `orm:"pk,auto"`
	AppLabel string `orm:"max_length=100"` // "shop"
	Model    string `orm:"max_length=100"` // "product": in lower case
}

// Meta gives the table Django's name.
func (t *ContentType) Meta(m *orm.Options) {
	m.Table("django_content_type")
	m.Verbose("content type", "content types")
	m.UniqueTogether(&t.AppLabel, &t.Model)
	m.Field(&t.Model).Verbose("python model class name")
}

// String returns "shop | product".
func (t *ContentType) String() string { return t.AppLabel + " | " + t.Model }

// ModelClass returns the model that the content type stands for (Django's
// model_class). A model that the program does not define, any more, is an error that
// matches [ErrStale].
func (t *ContentType) ModelClass() (*orm.Meta, error) {
	m, ok := orm.ModelByLabel(t.AppLabel + "." + t.Model)
	if !ok {
		return nil, fmt.Errorf("%w: %s", ErrStale, t)
	}
	return m, nil
}

// Object returns the row with a primary key of the model that the content type stands
// for, a *T; the key may be text or a number of any type. Without one the error is
// [orm.ErrNotFound].
func (t *ContentType) Object(ctx context.Context, key any) (any, error) {
	m, err := t.ModelClass()
	if err != nil {
		return nil, err
	}
	return orm.GetByKey(ctx, m, key)
}
