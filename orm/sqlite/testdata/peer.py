# Shares a file with the Go test. The first line of the input is the file, the
# second what to do: "make" a table with a row, or "read" the rows.
import datetime
import decimal
import json
import sys
import uuid

from django.conf import settings

path, what = sys.stdin.read().split('\n')[:2]
settings.configure(USE_TZ=True, TIME_ZONE='UTC', DATABASES={'default': {'ENGINE': 'django.db.backends.sqlite3', 'NAME': path}})
import django

django.setup()
from django.db import connection, models


class Thing(models.Model):
    name = models.CharField(max_length=50, unique=True)
    flag = models.BooleanField()
    created = models.DateTimeField()
    day = models.DateField()
    clock = models.TimeField()
    price = models.DecimalField(max_digits=8, decimal_places=2)
    span = models.DurationField()
    key = models.UUIDField()
    size = models.FloatField()
    count = models.PositiveIntegerField()
    doc = models.JSONField()
    blob = models.BinaryField()
    ip = models.GenericIPAddressField()
    note = models.TextField(null=True)

    class Meta:
        app_label = 'peer'
        db_table = 'peer_thing'
        constraints = [models.CheckConstraint(check=models.Q(created__year__gte=2000), name='recent')]


utc = datetime.timezone.utc
if what == 'make':
    with connection.schema_editor() as editor:
        editor.create_model(Thing)
    Thing.objects.create(
        name='Grüße', flag=True, created=datetime.datetime(2026, 11, 21, 12, 4, 5, 60007, tzinfo=utc),
        day=datetime.date(2026, 11, 21), clock=datetime.time(13, 4, 5), price=decimal.Decimal('12.30'),
        span=datetime.timedelta(days=-1, microseconds=5), key=uuid.UUID('12345678-9abc-def0-1234-56789abcdef0'),
        size=0.1, count=7, doc={'a': [1, None, 'ü']}, blob=b'\x00\xff', ip='2001:db8::1',
    )
else:
    things = Thing.objects.order_by('id')
    found = Thing.objects.filter(
        created__year=2026, created__date=datetime.date(2026, 11, 21), created__hour=12, day__week_day=7, clock__minute=4,
        key=uuid.UUID('12345678-9abc-def0-1234-56789abcdef0'), price=decimal.Decimal('12.3'),
        span=datetime.timedelta(days=-1, microseconds=5), doc__a__0=1, flag=True, name__iregex=r'^[A-Z]\w+$',
    )
    for t in things:
        row = [repr(getattr(t, f.attname)) for f in Thing._meta.fields[2:]]
        print(json.dumps(row + [t in found]))
