"""Answers questions, one JSON object on a line:

    {"ask": "Book.objects.count()", "zone": "Europe/Berlin"}  ->  {"rows": [[20]]}

The text is Python: its last expression is the answer. What it writes is rolled
back, unless "keep" is true. An exception is answered by its class.
"""
import ast
import datetime as dt
import decimal
import functools
import itertools
import json
import operator
import os
import re
import sys
import uuid
import zoneinfo

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "settings")
django.setup()

from django.apps import apps  # noqa: E402
from django.db import connection, models, transaction  # noqa: E402
from django.db.models import functions, lookups  # noqa: E402
from django.utils import timezone  # noqa: E402

import load  # noqa: E402
from wire import encode  # noqa: E402

class Loud(models.Transform):
    lookup_name = "loud"
    function = "UPPER"
    bilateral = True


class Hundreds(models.Transform):
    lookup_name = "hundreds"
    template = "FLOOR(%(expressions)s / 100.0)"
    bilateral = True
    output_field = models.FloatField()


models.CharField.register_lookup(Loud)
models.PositiveIntegerField.register_lookup(Hundreds)

D = decimal.Decimal
UTC = dt.timezone.utc


def ids(q):
    return q.order_by("pk")


def keys(q):
    return q


def rules():
    """What is left in the tables of the rules of on_delete."""
    tables = [("Root", []), ("ChildCascade", ["root_id"]), ("ChildGrand", ["child_id"]), ("ChildSetNull", ["root_id"]), ("ChildSetDefault", ["root_id"]),
              ("ChildProtect", ["root_id"]), ("ChildRestrict", ["root_id", "via_id"]), ("ChildNothing", ["root_id"])]
    return [(name, *row) for name, keys in tables for row in apps.get_model("shop", name).objects.order_by("pk").values_list("pk", *keys)]


def names():
    space = {"dt": dt, "uuid": uuid, "re": re, "functools": functools, "operator": operator, "itertools": itertools, "json": json, "zoneinfo": zoneinfo,
             "D": D, "UTC": UTC, "connection": connection, "models": models, "timezone": timezone, "date": dt.date.fromisoformat,
             "moment": lambda s: dt.datetime.fromisoformat(s).replace(tzinfo=UTC), "transaction": transaction, "ids": ids, "rules": rules, "keys": keys}
    space.update({n: getattr(models, n) for n in models.__all__ if hasattr(models, n)})
    space.update({n: getattr(functions, n) for n in functions.__all__})
    space.update({m.__name__: m for m in apps.get_app_config("shop").get_models()})
    return space


def cell(v):
    return v.pk if isinstance(v, models.Model) else v


def row(v):
    if isinstance(v, dict):
        return [encode(cell(x)) for x in v.values()]
    if isinstance(v, (tuple, list)):
        return [encode(cell(x)) for x in v]
    return [encode(cell(v))]


def rows(v):
    if isinstance(v, tuple) and v and isinstance(v[-1], list):
        # Scalars, then rows: what a change told, and what it left.
        return [row(v[:-1])] + rows(v[-1])
    if isinstance(v, (models.QuerySet, list, models.query.RawQuerySet)):
        return [row(x) for x in v]
    return [row(v)]


class Undo(Exception):
    pass


def answer(question):
    tree = ast.parse(question["ask"])
    last = tree.body.pop() if isinstance(tree.body[-1], ast.Expr) else None
    space = names()
    result = []
    try:
        with transaction.atomic():
            exec(compile(tree, "<ask>", "exec"), space)
            if last is not None:
                result = rows(eval(compile(ast.Expression(last.value), "<ask>", "eval"), space))
            if not question.get("keep"):
                raise Undo
    except Undo:
        pass
    return {"rows": result}


def main():
    if os.environ.get("ORMTEST_LOAD"):
        load.create()
        load.load()
    print(json.dumps({"rows": [[django.get_version()]]}), flush=True)
    for line in sys.stdin:
        question = json.loads(line)
        try:
            with timezone.override(zoneinfo.ZoneInfo(question.get("zone") or "UTC")):
                reply = answer(question)
        except Exception as e:
            reply = {"error": type(e).__name__, "text": str(e)}
        print(json.dumps(reply, ensure_ascii=False), flush=True)


if __name__ == "__main__":
    main()
