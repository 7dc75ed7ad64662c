"""Fills a database as load in contenttypes_test.go does, and answers questions about it."""
import json
import os
import sys
import types

import django
from django.conf import settings

sys.modules["shop"] = types.ModuleType("shop")  # an app whose models are those below
sys.modules["shop"].__path__ = [os.path.dirname(os.path.abspath(__file__))]
settings.configure(
    INSTALLED_APPS=["django.contrib.contenttypes", "shop"], DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
    DATABASES={"default": json.loads(os.environ["ORMTEST_DATABASE"])})
django.setup()

from django.contrib.contenttypes.fields import GenericForeignKey, GenericRelation  # noqa: E402
from django.contrib.contenttypes.models import ContentType  # noqa: E402
from django.db import ProgrammingError, connection, models, transaction  # noqa: E402


class Base(models.Model):
    class Meta:
        abstract = True
        app_label = "shop"


class Tag(Base):
    label = models.CharField(max_length=50)
    content_type = models.ForeignKey(ContentType, models.CASCADE)
    object_id = models.BigIntegerField()
    content_object = GenericForeignKey()


class Note(Base):
    text = models.TextField()
    kind = models.ForeignKey(ContentType, models.CASCADE, related_name="+")
    key = models.CharField(max_length=40)
    content_object = GenericForeignKey("kind", "key")


class Shop(Base):
    name = models.CharField(max_length=50)


class Product(Base):
    name = models.CharField(max_length=50)
    shop = models.ForeignKey(Shop, models.CASCADE, related_name="products")
    tags = GenericRelation(Tag)
    notes = GenericRelation(Note, "key", "kind")


class Book(Product):
    pages = models.BigIntegerField()

    class Meta:
        app_label = "shop"


class Person(Base):
    code = models.CharField(max_length=10, primary_key=True)
    notes = GenericRelation(Note, "key", "kind", related_query_name="person")


with connection.schema_editor() as editor:
    for model in [ContentType, Tag, Note, Shop, Product, Book, Person]:
        editor.create_model(model)

shop = Shop.objects.create(name="North")
pear, plum, figs = [Product.objects.create(name=name, shop=shop) for name in ["Pear", "Plum", "Figs"]]
book = Book.objects.create(name="Book", shop=shop, pages=9)
ann = Person.objects.create(code="1")
for label, on in [("new", pear), ("sweet", pear), ("new", plum), ("north", shop), ("long", book)]:
    Tag.objects.create(label=label, content_object=on)
for text, on in [("ripe", pear), ("kind", ann), ("thick", book)]:
    Note.objects.create(text=text, content_object=on)


def names(q):
    return list(q.order_by("id").values_list("name", flat=True))


def deleted(q):
    with transaction.atomic():
        counts = q.delete()[1]
        transaction.set_rollback(True)
    return sorted("%s %d" % pair for pair in counts.items() if pair[1])


questions = {
    "filter": lambda: names(Product.objects.filter(tags__label="new")),
    "exclude": lambda: names(Product.objects.exclude(tags__label="new")),
    "two calls": lambda: names(Product.objects.filter(tags__label="new").filter(tags__label="sweet")),
    "one call": lambda: names(Product.objects.filter(tags__label="new", tags__object_id=pear.pk)),
    "none": lambda: names(Product.objects.filter(tags__isnull=True)),
    "parent's": lambda: names(Product.objects.filter(tags__label="long")),
    "child's": lambda: names(Book.objects.filter(tags__label="long")),
    "text key": lambda: names(Product.objects.filter(notes__text="ripe")),
    "behind a key": lambda: names(Product.objects.filter(shop__products__tags__label="sweet")),
    "back": lambda: list(Note.objects.filter(person__code="1").values_list("text", flat=True)),
    "count": lambda: ["%s %d" % pair for pair in Product.objects.annotate(n=models.Count("tags")).order_by("id").values_list("name", "n")],
    "of one": lambda: list(pear.tags.order_by("id").values_list("label", flat=True)),
    "of a child": lambda: list(book.tags.values_list("label", flat=True)),
    "targets": lambda: ["%s %s" % (type(t.content_object).__name__, t.content_object.name) for t in Tag.objects.order_by("id")],
    "delete one": lambda: deleted(Product.objects.filter(name="Pear")),
    "delete a child": lambda: deleted(Book.objects.all()),
    "delete all": lambda: deleted(Shop.objects.all()),
}


def answer(question):
    try:
        with transaction.atomic():
            return question()
    except ProgrammingError as e:
        return ["error: " + str(e).splitlines()[0]]


print(json.dumps({name: answer(question) for name, question in questions.items()}))
