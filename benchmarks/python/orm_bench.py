"""The ORM's work on Django's ORM, for compareorm: orm_bench.py <milliseconds for each operation>.

The database is BENCH_SQLITE, a file, or BENCH_DSN, a URL of PostgreSQL.
"""
import json
import os
import sys
import time
from datetime import datetime, timezone
from urllib.parse import parse_qs, urlsplit

import django
from django.conf import settings
from django.db import connection, models

if os.environ.get("BENCH_SQLITE"):
    database = {"ENGINE": "django.db.backends.sqlite3", "NAME": os.environ["BENCH_SQLITE"]}
else:
    url = urlsplit(os.environ["BENCH_DSN"])
    host = url.hostname or parse_qs(url.query).get("host", [""])[0]
    database = {"ENGINE": "django.db.backends.postgresql", "NAME": url.path[1:], "USER": url.username,
                "PASSWORD": url.password or "", "HOST": host, "PORT": url.port or ""}
settings.configure(DATABASES={"default": database}, USE_TZ=True, TIME_ZONE="UTC", DEFAULT_AUTO_FIELD="django.db.models.BigAutoField")
django.setup()


class Author(models.Model):
    name = models.CharField(max_length=100)
    email = models.CharField(max_length=200)

    class Meta:
        app_label = "bench"
        db_table = "author"


class Book(models.Model):
    title = models.CharField(max_length=200)
    author = models.ForeignKey(Author, on_delete=models.CASCADE)
    pages = models.IntegerField()
    price = models.FloatField()
    in_stock = models.BooleanField()
    published = models.DateTimeField()

    class Meta:
        app_label = "bench"
        db_table = "book"


class Entry(models.Model):
    name = models.CharField(max_length=100)
    email = models.CharField(max_length=200)
    age = models.IntegerField()
    active = models.BooleanField()
    score = models.FloatField()
    created = models.DateTimeField()

    class Meta:
        app_label = "bench"
        db_table = "entry"


CREATED = datetime(2024, 1, 2, 3, 4, 5, tzinfo=timezone.utc)


def entry(i):
    return Entry(name=f"name {i}", email=f"user{i}@example.com", age=i % 90, active=i % 2 == 0, score=i * 0.5, created=CREATED)


def check(book, joined=False):
    n = book.pages + len(book.title) + int(book.published.timestamp()) % 1000 + book.in_stock
    return n + len(book.author.name) + len(book.author.email) if joined else n


OPERATIONS = {
    "insert": lambda i: entry(i).save() or 0,
    "bulk_1000": lambda i: Entry.objects.bulk_create([entry(n) for n in range(1000)]) and 0,
    "get": lambda i: check(Book.objects.get(pk=500)),
    "select_1000": lambda i: sum(check(b) for b in Book.objects.all()[:1000]),
    "join_1000": lambda i: sum(check(b, True) for b in Book.objects.select_related("author")[:1000]),
    "filter_count": lambda i: Book.objects.filter(pages__gte=300, in_stock=True).count(),
    "update": lambda i: Book.objects.filter(pk=i % 1000 + 1).update(price=float(i)) and 0,
}

with connection.cursor() as c:
    if connection.vendor == "sqlite":
        c.execute("PRAGMA journal_mode=WAL")
        c.execute("PRAGMA synchronous=OFF")
    budget, out, i = int(sys.argv[1]) / 1000, {}, 0
    for name, run in OPERATIONS.items():
        c.execute("DELETE FROM entry")
        first = run(0)
        t = time.perf_counter()
        while time.perf_counter() - t < budget / 4:
            run(i)
            i += 1
        n, used, t = 0, time.process_time(), time.perf_counter()
        while (wall := time.perf_counter() - t) < budget:
            run(i)
            i += 1
            n += 1
        out[name] = {"ns": wall * 1e9 / n, "cpu_ns": (time.process_time() - used) * 1e9 / n, "allocs": 0, "check": first}
print(json.dumps(out))
