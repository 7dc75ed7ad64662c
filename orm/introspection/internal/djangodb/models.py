"""The app library: what a project of some age has in its tables."""
import datetime
import decimal
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


def fill():
    """Makes rows in all tables of the app."""
    reader = User.objects.create(username='reader', email='reader@example.com', date_joined=moment(1))
    group = Group.objects.create(name='readers')
    reader.groups.add(group)
    house = Publisher.objects.create(name='House', home_page='https://example.com/')
    mentor = Person.objects.create(family_name='Sand', given_name='George', born=datetime.date(1804, 7, 1))
    author = Author.objects.create(family_name='Sand', given_name='Maurice', mentor=mentor, user=reader, pen_name='M. S.')
    art = Subject.objects.create(code='700', title='Arts')
    masks = Subject.objects.create(code='791', title='Masks', parent=art)
    work = Work.objects.create(
        key=uuid.UUID('11111111-2222-3333-4444-555555555555'), title='Masques et bouffons', slug='masques', publisher=house,
        printer=house, price=decimal.Decimal('12.50'), weight=1.5, pages=356, volume=2, edition=-1, sold=5000000000, read=3,
        published=moment(2), opens=datetime.time(8, 30), loan=datetime.timedelta(days=14), cover=b'\x00\xff', extra={'a': [1, None]},
        server='192.0.2.1', status='sale', number=7, type='book', meta='é')
    Work.objects.filter(pk=work.pk).update(created=moment(3))
    other = Work.objects.create(title='Other', slug='other', publisher=house, price=1, pages=1, edition=1, read=0, status='draft',
        number=8, type='', meta='', extra=[], key=uuid.UUID(int=1))
    Work.objects.filter(pk=other.pk).update(created=moment(4))
    work.subjects.add(art, masks)
    work.editors.add(mentor)
    work.related.add(other)
    work.groups.add(group)
    Authorship.objects.create(work=work, author=author, position=1)
    copy = Copy.objects.create(shelf_mark='A 1', work=work, lent_to=reader)
    Loan.objects.create(copy=copy, reader=reader, due=datetime.date(2026, 2, 28))


def moment(day):
    return datetime.datetime(2026, 1, day, 12, 30, 0, 250000, tzinfo=datetime.timezone.utc)
