"""The models of package shop, as Django writes them. The settings are configured."""
import uuid

from django.db import models


class Language(models.Model):
    code = models.CharField(max_length=5, primary_key=True)
    name = models.CharField(max_length=50)

    class Meta:
        app_label = "shop"


class CountryManager(models.Manager):
    def get_by_natural_key(self, name):
        return self.get(name=name)


class Country(models.Model):
    name = models.CharField(max_length=50, unique=True)
    objects = CountryManager()

    class Meta:
        app_label = "shop"

    def natural_key(self):
        return (self.name,)


class PersonManager(models.Manager):
    def get_by_natural_key(self, first, last):
        return self.get(first=first, last=last)


class Person(models.Model):
    first = models.CharField(max_length=50)
    last = models.CharField(max_length=50)
    country = models.ForeignKey(Country, models.SET_NULL, null=True, related_name="people")
    language = models.ForeignKey(Language, models.SET_NULL, null=True)
    boss = models.ForeignKey("self", models.SET_NULL, null=True, related_name="staff")
    friends = models.ManyToManyField("self")
    follows = models.ManyToManyField("self", symmetrical=False, related_name="followers")
    objects = PersonManager()

    class Meta:
        app_label = "shop"
        unique_together = [("first", "last")]

    def natural_key(self):
        return (self.first, self.last)


class Author(Person):
    pen_name = models.CharField(max_length=50)

    class Meta:
        app_label = "shop"


class Reader(Person):
    class Meta:
        app_label = "shop"
        proxy = True


class Tag(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    label = models.CharField(max_length=30, unique=True)

    class Meta:
        app_label = "shop"
        ordering = ["label"]


class ShelfManager(models.Manager):
    def get_by_natural_key(self, name, country):
        return self.get(name=name, country=Country.objects.get_by_natural_key(country))


class Shelf(models.Model):
    name = models.CharField(max_length=30)
    country = models.ForeignKey(Country, models.CASCADE)
    objects = ShelfManager()

    class Meta:
        app_label = "shop"

    def natural_key(self):
        return (self.name,) + self.country.natural_key()

    natural_key.dependencies = ["shop.country"]


class Book(models.Model):
    title = models.CharField(max_length=120)
    isbn = models.CharField(max_length=13, unique=True)
    author = models.ForeignKey(Author, models.CASCADE, related_name="books")
    shelf = models.ForeignKey(Shelf, models.SET_NULL, null=True)
    tags = models.ManyToManyField(Tag, related_name="books")
    readers = models.ManyToManyField(Person, through="shop.Loan", related_name="read")
    sequel_to = models.OneToOneField("self", models.SET_NULL, null=True, related_name="sequel")
    price = models.DecimalField(max_digits=8, decimal_places=2)
    active = models.BooleanField()
    attrs = models.JSONField(null=True)
    notes = models.TextField()

    class Meta:
        app_label = "shop"


class Loan(models.Model):
    book = models.ForeignKey(Book, models.CASCADE, to_field="isbn", db_column="book_isbn")
    person = models.ForeignKey(Person, models.CASCADE)
    due = models.DateField()

    class Meta:
        app_label = "shop"


class Sample(models.Model):
    char = models.CharField(max_length=100, null=True)
    text = models.TextField(null=True)
    slug = models.SlugField(null=True)
    email = models.EmailField(null=True)
    url = models.URLField(null=True)
    small = models.SmallIntegerField(null=True)
    int = models.IntegerField(null=True)
    big = models.BigIntegerField(null=True)
    pint = models.PositiveIntegerField(null=True)
    float = models.FloatField(null=True)
    decimal = models.DecimalField(max_digits=14, decimal_places=4, null=True)
    bool = models.BooleanField(null=True)
    date = models.DateField(null=True)
    time = models.TimeField(null=True)
    datetime = models.DateTimeField(null=True)
    duration = models.DurationField(null=True)
    uuid = models.UUIDField(null=True)
    ip = models.GenericIPAddressField(null=True)
    binary = models.BinaryField(null=True)
    json = models.JSONField(null=True)

    class Meta:
        app_label = "shop"


class Stamp(models.Model):
    n = models.IntegerField()
    created = models.DateTimeField(auto_now_add=True)
    updated = models.DateTimeField(auto_now=True)

    class Meta:
        app_label = "shop"
