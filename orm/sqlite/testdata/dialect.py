# Prints what Django's SQLite backend says about types and comparisons.
import json

from django.conf import settings

settings.configure(DATABASES={'default': {'ENGINE': 'django.db.backends.sqlite3', 'NAME': ':memory:'}})
import django

django.setup()
from django.db import connection as c


def braces(d):
    return {k: v.replace('"%(column)s"', '{column}').replace('%(max_length)s', '{max_length}') for k, v in d.items()}


print(json.dumps({
    'Types': braces(c.data_types), 'TypeSuffixes': c.data_types_suffix,
    'TypeChecks': braces(c.data_type_check_constraints), 'Operators': c.operators,
}))
