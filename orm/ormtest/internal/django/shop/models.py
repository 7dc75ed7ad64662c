"""The models of orm/ormtest/internal/models, as Django writes them."""
import uuid

from django.db import models
from django.db.models import F, Q
from django.utils import timezone


class Stamped(models.Model):
    created = models.DateTimeField(db_index=True)
    updated = models.DateTimeField(null=True)

    class Meta:
        abstract = True


class Country(models.Model):
    code = models.CharField(max_length=2, primary_key=True)
    name = models.CharField(max_length=50, unique=True)
    population = models.BigIntegerField(null=True)

    class Meta:
        ordering = ["name"]


class Publisher(models.Model):
    name = models.CharField(max_length=80, unique=True)
    slug = models.SlugField(max_length=80, unique=True)
    country = models.ForeignKey(Country, models.SET_NULL, null=True, related_name="publishers")
    founded = models.DateField(null=True)
    website = models.URLField(blank=True)


class Person(models.Model):
    name = models.CharField(max_length=50)
    email = models.EmailField(unique=True)
    born = models.DateField(null=True)
    country = models.ForeignKey(Country, models.PROTECT, db_column="country_code", related_name="people")
    friends = models.ManyToManyField("self")
    follows = models.ManyToManyField("self", symmetrical=False, related_name="followers")


class Adult(Person):
    class Meta:
        proxy = True
        ordering = ["-born", "name"]


class Author(Person):
    pen_name = models.CharField(max_length=50)
    royalty = models.DecimalField(max_digits=5, decimal_places=2, null=True)
    mentor = models.ForeignKey("self", models.SET_NULL, null=True, related_name="pupils")


class Novelist(Author):
    genre = models.CharField(max_length=30)


class Category(models.Model):
    name = models.CharField(max_length=40, unique=True)
    parent = models.ForeignKey("self", models.CASCADE, null=True, related_name="children")
    sort = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["sort", "name"]


class Tag(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    label = models.CharField(max_length=30, unique=True)


class Book(Stamped):
    title = models.CharField(max_length=120)
    subtitle = models.CharField(max_length=120, null=True)
    isbn = models.CharField(max_length=13, unique=True)
    publisher = models.ForeignKey(Publisher, models.CASCADE, related_name="books")
    category = models.ForeignKey(Category, models.SET_NULL, null=True, related_name="books")
    authors = models.ManyToManyField(Author, through="Authorship", related_name="books")
    tags = models.ManyToManyField(Tag, related_name="books")
    sequel_to = models.OneToOneField("self", models.SET_NULL, null=True, related_name="sequel")
    price = models.DecimalField(max_digits=8, decimal_places=2)
    cost = models.DecimalField(max_digits=8, decimal_places=2, null=True)
    pages = models.PositiveIntegerField()
    rating = models.FloatField(null=True)
    published = models.DateField(null=True)
    active = models.BooleanField()
    featured = models.BooleanField(null=True)
    language = models.CharField(max_length=2, choices=[("en", "English"), ("de", "German"), ("fr", "French")])
    attrs = models.JSONField(null=True)

    class Meta:
        ordering = ["title"]
        get_latest_by = "published"
        unique_together = [("publisher", "title")]
        indexes = [models.Index(fields=["category", "-published"], name="shop_book_cat_pub")]
        constraints = [models.CheckConstraint(check=Q(price__gte=0), name="price_not_negative")]


class Authorship(models.Model):
    book = models.ForeignKey(Book, models.CASCADE)
    author = models.ForeignKey(Author, models.CASCADE)
    role = models.CharField(max_length=20)
    position = models.SmallIntegerField()
    share = models.DecimalField(max_digits=4, decimal_places=3)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["book", "author", "role"], name="one_role")]


class Review(models.Model):
    book = models.ForeignKey(Book, models.CASCADE, to_field="isbn", db_column="book_isbn", related_name="reviews")
    reviewer = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="reviews")
    stars = models.SmallIntegerField()
    body = models.TextField()
    at = models.DateTimeField()
    helpful = models.IntegerField(null=True)

    class Meta:
        get_latest_by = "at"


class Profile(models.Model):
    person = models.OneToOneField(Person, models.CASCADE, related_name="profile")
    bio = models.TextField(blank=True)
    ip = models.GenericIPAddressField(null=True)
    token = models.UUIDField(unique=True)
    avatar = models.BinaryField(null=True)
    settings = models.JSONField()


class Order(models.Model):
    number = models.BigIntegerField(unique=True)
    customer = models.ForeignKey(Person, models.PROTECT, related_name="orders")
    placed = models.DateTimeField()
    shipped = models.DateField(null=True)
    status = models.CharField(max_length=10)

    class Meta:
        ordering = ["-placed"]


class OrderLine(models.Model):
    order = models.ForeignKey(Order, models.CASCADE, related_name="lines")
    book = models.ForeignKey(Book, models.PROTECT, related_name="lines")
    quantity = models.PositiveSmallIntegerField()
    price = models.DecimalField(max_digits=8, decimal_places=2)


class Sample(models.Model):
    """One column of every type, each may be null."""
    char = models.CharField(max_length=100, null=True)
    text = models.TextField(null=True)
    slug = models.SlugField(null=True)
    email = models.EmailField(null=True)
    url = models.URLField(null=True)
    small = models.SmallIntegerField(null=True)
    int = models.IntegerField(null=True)
    big = models.BigIntegerField(null=True)
    psmall = models.PositiveSmallIntegerField(null=True)
    pint = models.PositiveIntegerField(null=True)
    pbig = models.PositiveBigIntegerField(null=True)
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
        db_table = "samples"


class Measure(models.Model):
    sensor = models.IntegerField(db_index=True)
    at = models.DateTimeField()
    value = models.FloatField()
    n = models.IntegerField()


class Mark(models.Model):
    """A generic relation's columns."""
    content_type_id = models.PositiveIntegerField()
    object_id = models.PositiveIntegerField()
    label = models.CharField(max_length=20)

    class Meta:
        indexes = [models.Index(fields=["content_type_id", "object_id"])]


class Memo(models.Model):
    text = models.TextField(default="new")
    created = models.DateTimeField(auto_now_add=True)
    updated = models.DateTimeField(auto_now=True)


class Root(models.Model):
    name = models.CharField(max_length=10)


class ChildCascade(models.Model):
    root = models.ForeignKey(Root, models.CASCADE, related_name="cascades")


class ChildGrand(models.Model):
    child = models.ForeignKey(ChildCascade, models.CASCADE, related_name="grands")


class ChildSetNull(models.Model):
    root = models.ForeignKey(Root, models.SET_NULL, null=True, related_name="nulls")


class ChildSetDefault(models.Model):
    root = models.ForeignKey(Root, models.SET_DEFAULT, default=1, related_name="defaults")


class ChildProtect(models.Model):
    root = models.ForeignKey(Root, models.PROTECT, related_name="protects")


class ChildRestrict(models.Model):
    root = models.ForeignKey(Root, models.RESTRICT, related_name="restricts")
    via = models.ForeignKey(ChildCascade, models.CASCADE, null=True, related_name="restricted")


class ChildNothing(models.Model):
    root = models.ForeignKey(Root, models.DO_NOTHING, db_constraint=False, related_name="nothings")
