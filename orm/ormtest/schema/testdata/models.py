"""The models of models_test.go, in Django's words."""
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower, Upper


class Tag(models.Model):
    label = models.CharField(max_length=20, unique=True)

    class Meta:
        app_label = 'shop'


class Category(models.Model):
    name = models.CharField(max_length=100, unique=True)
    parent = models.ForeignKey('self', models.SET_NULL, null=True, related_name='children')

    class Meta:
        app_label = 'shop'


class Country(models.Model):
    code = models.CharField(max_length=2, primary_key=True)

    class Meta:
        app_label = 'shop'


class Kinds(models.Model):
    big = models.BigIntegerField(unique=True)
    integer = models.IntegerField(db_index=True)
    small = models.SmallIntegerField(null=True)
    positive_big = models.PositiveBigIntegerField()
    positive = models.PositiveIntegerField(db_column='numBer of')
    positive_small = models.PositiveSmallIntegerField(null=True)
    yes = models.BooleanField()
    maybe = models.BooleanField(null=True)
    real = models.FloatField()
    price = models.DecimalField(max_digits=8, decimal_places=2)
    text = models.TextField()
    char = models.CharField(max_length=30, db_index=True)
    slug = models.SlugField()
    email = models.EmailField(unique=True)
    url = models.URLField(null=True)
    ip = models.GenericIPAddressField()
    data = models.BinaryField()
    moment = models.DateTimeField()
    day = models.DateField(null=True, db_index=True)
    clock = models.TimeField()
    span = models.DurationField()
    key = models.UUIDField()
    doc = models.JSONField()

    class Meta:
        app_label = 'shop'


class Supplier(models.Model):
    id = models.AutoField(primary_key=True)
    name = models.CharField(max_length=50)
    country = models.ForeignKey(Country, models.CASCADE)

    class Meta:
        app_label = 'shop'
        db_table = 'a_table_whose_name_is_long_enough_to_make_all_others_too_long'
        unique_together = [('name', 'country')]


class Product(models.Model):
    name = models.CharField(max_length=200)
    slug = models.SlugField(unique=True)
    category = models.ForeignKey(Category, models.PROTECT, related_name='products')
    supplier = models.ForeignKey(Supplier, models.DO_NOTHING, null=True, db_constraint=False)
    price = models.DecimalField(max_digits=8, decimal_places=2)
    cost = models.DecimalField(max_digits=8, decimal_places=2)
    status = models.CharField(max_length=8)
    tags = models.ManyToManyField(Tag, related_name='products')
    friends = models.ManyToManyField('self')
    follows = models.ManyToManyField('self', symmetrical=False, db_table='shop_follow')
    created = models.DateTimeField(auto_now_add=True)

    class Meta:
        app_label = 'shop'
        unique_together = [('name', 'category'), ('slug', 'status')]
        indexes = [
            models.Index(fields=['category', '-created']),
            models.Index(fields=['status'], name='shop_sold', condition=Q(status='sold')),
            models.Index(fields=['name'], name='shop_cover', include=['price', 'cost']),
            models.Index(fields=['name'], name='shop_class', opclasses=['varchar_pattern_ops']),
            models.Index(Lower('name'), Upper('slug').desc(), name='shop_lower'),
        ]
        constraints = [
            models.CheckConstraint(name='price_gte_cost', check=Q(price__gte=F('cost'))),
            models.CheckConstraint(name='known_status', check=Q(status__in=['new', "it's", 'so\\ld'])),
            models.CheckConstraint(name='both', check=Q(price__gt=0, cost__lt=1000) | Q(supplier__isnull=True) & ~Q(status='a')),
            models.UniqueConstraint(name='uniq_slug_category', fields=['slug', 'category']),
            models.UniqueConstraint(name='uniq_new_name', fields=['name'], condition=Q(status='new')),
            models.UniqueConstraint(name='uniq_later', fields=['name', 'status'], deferrable=models.Deferrable.DEFERRED),
        ]


class Place(models.Model):
    name = models.CharField(max_length=50)

    class Meta:
        app_label = 'shop'


class Restaurant(Place):
    serves_pizza = models.BooleanField()
    chef = models.OneToOneField(Supplier, models.CASCADE)

    class Meta:
        app_label = 'shop'


class Pizzeria(Restaurant):
    ovens = models.PositiveSmallIntegerField()

    class Meta:
        app_label = 'shop'


class Corner(Place):
    class Meta:
        app_label = 'shop'
        proxy = True


class Visit(models.Model):
    restaurant = models.ForeignKey(Restaurant, models.CASCADE)
    corner = models.ForeignKey(Corner, models.CASCADE)
    guests = models.ManyToManyField(Supplier, through='Guest')
    product = models.ForeignKey(Product, models.CASCADE, to_field='slug')

    class Meta:
        app_label = 'shop'


class Guest(models.Model):
    visit = models.ForeignKey(Visit, models.CASCADE)
    who = models.ForeignKey(Supplier, models.CASCADE)
    number = models.PositiveIntegerField(unique=True)
    seat = models.ForeignKey('self', models.CASCADE, null=True, to_field='number')

    class Meta:
        app_label = 'shop'


class Question(models.Model):
    text = models.TextField(unique=True)

    class Meta:
        app_label = 'shop'


class Answer(models.Model):
    question = models.ForeignKey(Question, models.CASCADE)

    class Meta:
        app_label = 'shop'
        order_with_respect_to = 'question'


MODELS = [Tag, Category, Country, Kinds, Supplier, Product, Place, Restaurant, Pizzeria, Corner, Visit, Guest, Question, Answer]
