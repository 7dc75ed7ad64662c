"""Loads and dumps a fixture with Django, for comparefixtures: fixtures_bench.py <fixture> <dump>.

The database is BENCH_SQLITE, a file, or BENCH_DSN, a URL of PostgreSQL. Prints what load and dump took.
"""
import json
import os
import resource
import sys
import time
import types
from urllib.parse import urlsplit

import django
from django.conf import settings

if os.environ.get("BENCH_SQLITE"):
    database = {"ENGINE": "django.db.backends.sqlite3", "NAME": os.environ["BENCH_SQLITE"]}
else:
    url = urlsplit(os.environ["BENCH_DSN"])
    database = {"ENGINE": "django.db.backends.postgresql", "NAME": url.path[1:], "USER": url.username,
                "PASSWORD": url.password or "", "HOST": url.hostname, "PORT": url.port or ""}

# An app needs a module with a folder.
app = types.ModuleType("ormsite")
app.__path__ = [os.path.dirname(os.path.abspath(__file__))]
sys.modules["ormsite"] = app
settings.configure(DATABASES={"default": database}, USE_TZ=True, TIME_ZONE="UTC", DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
                   INSTALLED_APPS=["ormsite"])
django.setup()

from django.apps import apps  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection, models  # noqa: E402

apps.get_app_config("ormsite").models_module = app  # dumpdata leaves out apps without one


class Author(models.Model):
    name = models.CharField(max_length=100)
    email = models.CharField(max_length=200)

    class Meta:
        app_label = "ormsite"
        db_table = "author"


class Book(models.Model):
    title = models.CharField(max_length=200)
    author = models.ForeignKey(Author, on_delete=models.CASCADE)
    pages = models.IntegerField()
    price = models.FloatField()
    in_stock = models.BooleanField()
    published = models.DateTimeField()

    class Meta:
        app_label = "ormsite"
        db_table = "book"


def measured(f):
    cpu, start = time.process_time(), time.perf_counter()
    f()
    return {"cpu": time.process_time() - cpu, "wall": time.perf_counter() - start}


with connection.schema_editor() as editor:
    editor.create_model(Author)
    editor.create_model(Book)
load = measured(lambda: call_command("loaddata", sys.argv[1], verbosity=0))
again = measured(lambda: call_command("loaddata", sys.argv[1], verbosity=0))
dump = measured(lambda: call_command("dumpdata", "ormsite", output=sys.argv[2], verbosity=0))
json.dump({"load": load, "again": again, "dump": dump,
           "memory": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}, sys.stdout)
