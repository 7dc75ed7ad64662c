// Package serializers turns rows of any model into text and back, in the forms of
// Django's serializers: JSON, JSON lines, XML and YAML, byte for byte. Fixtures are
// such text; package serializers/commands has dumpdata and loaddata.
//
//	err := serializers.Write(ctx, w, "json", serializers.Rows(ctx, meta, nil), nil)
//
//	for obj, err := range serializers.Read(ctx, r, "json", nil) {
//		if err != nil {
//			return err
//		}
//		if err := obj.Save(ctx); err != nil {
//			return err
//		}
//	}
//
// Both go through the rows with flat memory. [Load] saves many rows with few
// statements. A model that has the method of [NaturalKeyed] can be pointed to by what
// people know it by instead of its key.
//
// Django: https://docs.djangoproject.com/en/stable/topics/serialization/
package serializers
