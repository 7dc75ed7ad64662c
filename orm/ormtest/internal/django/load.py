"""Makes the tables with Django's schema editor and loads data.json."""
import json
import os

import django
from django.apps import apps
from django.core.management.color import no_style
from django.db import connection, transaction
from django.db.models import JSONField, Value
from django.utils import timezone
import datetime as dt

from wire import decode

DATA = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "models", "data.json")
MEASURES = 2500


def create():
    with connection.schema_editor() as editor:
        for model in apps.get_app_config("shop").get_models():
            if not model._meta.proxy:
                editor.create_model(model)


def model_of(name):
    owner, _, field = name.partition("_")
    model = apps.get_model("shop", owner)
    return getattr(model, field).through if field else model


def measures(model):
    start = dt.datetime(2025, 3, 29, tzinfo=dt.timezone.utc)
    for i in range(1, MEASURES + 1):
        yield model(id=i, sensor=i % 7, at=start + dt.timedelta(minutes=i * 37), value=(i * i % 1009) / 8, n=i * 7919 % 2503)


def load():
    with open(DATA, encoding="utf-8") as f:
        data = json.load(f)
    with transaction.atomic():
        for name, table in data.items():
            model = model_of(name)
            fields = [f for f in model._meta.local_concrete_fields]
            by_attname = {f.attname: f for f in fields}
            # Rows are inserted into the one table, which bulk_create refuses for children of models.
            names = [by_attname[n] for n in table["fields"]]
            rows = []
            for row in table["rows"]:
                obj = model()
                for f, v in zip(names, row):
                    v = Value("null") if isinstance(f, JSONField) and v == "j:null" else decode(v)
                    setattr(obj, f.attname, v)
                rows.append(obj)
            model._base_manager._insert(rows, fields=names, using="default")
        measure = apps.get_model("shop", "Measure")
        measure.objects.bulk_create(measures(measure), batch_size=200)
        sequences = connection.ops.sequence_reset_sql(no_style(), [
            m for m in apps.get_app_config("shop").get_models(include_auto_created=True) if not m._meta.proxy])
        with connection.cursor() as cursor:
            for sql in sequences:
                cursor.execute(sql)


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "settings")
    django.setup()
    create()
    load()
