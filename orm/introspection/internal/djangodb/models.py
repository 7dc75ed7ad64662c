"""The app library: what a project of some age has in its tables."""
import uuid

from django.contrib.auth.models import Group, User
from django.db import models
from django.db.models import F, Q


class Publisher(models.Model):
    name = models.CharField(max_length=100, unique=True)
    country = models.CharField(max_length=2, default='FR', db_index=True)
    home_page = models.URLField(null=True)

    class Meta:
        app_label = 'library'


class Person(models.Model):
    id = models.AutoField(primary_key=True)
    user = models.OneToOneField(User, models.CASCADE, null=True)
    family_name = models.CharField(max_length=50)
    given_name = models.CharField(max_length=50)
    born = models.DateField(null=True)
    mentor = models.ForeignKey('self', models.SET_NULL, null=True)

    class Meta:
        app_label = 'library'
        unique_together = [('family_name', 'given_name')]


class Author(Person):
    pen_name = models.CharField(max_length=50)

    class Meta:
        app_label = 'library'


class Subject(models.Model):
    code = models.CharField(max_length=8, primary_key=True)
    title = models.TextField()
    parent = models.ForeignKey('self', models.CASCADE, null=True, db_column='parent_code')

    class Meta:
        app_label = 'library'


class Work(models.Model):
    key = models.UUIDField(primary_key=True, default=uuid.uuid4)
    title = models.CharField(max_length=200)
    slug = models.SlugField(unique=True)
    publisher = models.ForeignKey(Publisher, models.PROTECT)
    printer = models.ForeignKey(Publisher, models.PROTECT, null=True, related_name='printed')
    subjects = models.ManyToManyField(Subject)
    authors = models.ManyToManyField(Author, through='Authorship')
    editors = models.ManyToManyField(Person)
    related = models.ManyToManyField('self')
    groups = models.ManyToManyField(Group)
    price = models.DecimalField(max_digits=8, decimal_places=2)
    weight = models.FloatField(null=True)
    pages = models.PositiveIntegerField()
    volume = models.PositiveSmallIntegerField(null=True)
    edition = models.SmallIntegerField()
    sold = models.BigIntegerField(default=0)
    read = models.PositiveBigIntegerField()
    in_print = models.BooleanField(default=True)
    reviewed = models.BooleanField(null=True)
    published = models.DateTimeField(null=True)
    created = models.DateTimeField(auto_now_add=True)
    opens = models.TimeField(null=True)
    loan = models.DurationField(null=True)
    cover = models.BinaryField(null=True)
    extra = models.JSONField(default=dict)
    notes = models.JSONField(null=True)
    server = models.GenericIPAddressField(null=True)
    status = models.CharField(max_length=10)
    number = models.IntegerField(db_column='Catalogue No.')
    type = models.CharField(max_length=5, db_column='type')
    meta = models.TextField(db_column='Meta')

    class Meta:
        app_label = 'library'
        db_table = 'library_work'
        indexes = [
            models.Index(fields=['status', '-created'], name='work_status_created'),
            models.Index(fields=['title'], name='work_on_sale', condition=Q(status='sale')),
        ]
        constraints = [
            models.CheckConstraint(name='work_price_positive', check=Q(price__gt=0)),
            models.CheckConstraint(name='work_known_status', check=Q(status__in=['draft', 'sale', "it's gone"])),
            models.CheckConstraint(name='work_volume_or_pages', check=Q(volume__isnull=True) | Q(pages__gte=F('volume'))),
            models.UniqueConstraint(name='work_number_publisher', fields=['publisher', 'number']),
            models.UniqueConstraint(name='work_one_draft', fields=['title'], condition=Q(status='draft')),
        ]


class Authorship(models.Model):
    work = models.ForeignKey(Work, models.CASCADE)
    author = models.ForeignKey(Author, models.CASCADE)
    position = models.PositiveSmallIntegerField()

    class Meta:
        app_label = 'library'
        unique_together = [('work', 'author')]


class Copy(models.Model):
    shelf_mark = models.CharField(max_length=20, unique=True)
    work = models.ForeignKey(Work, models.CASCADE)
    lent_to = models.ForeignKey(User, models.SET_NULL, null=True)

    class Meta:
        app_label = 'library'


class Loan(models.Model):
    copy = models.ForeignKey(Copy, models.CASCADE, to_field='shelf_mark', db_column='copy_mark')
    reader = models.ForeignKey(User, models.CASCADE)
    due = models.DateField()

    class Meta:
        app_label = 'library'
        index_together = [('reader', 'due')]


MODELS = [Publisher, Person, Author, Subject, Work, Authorship, Copy, Loan]
