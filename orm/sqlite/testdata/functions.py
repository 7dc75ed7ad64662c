# Calls the SQL functions of Django's SQLite backend: reads {"sql": …, "args":
# [[type, text], …]} lines, writes [type, text] or ["error", message] lines.
import json
import sys
import warnings

from django.conf import settings

settings.configure(
    USE_TZ=True,
    DATABASES={'default': {'ENGINE': 'django.db.backends.sqlite3', 'NAME': ':memory:'}},
)
import django

django.setup()
warnings.simplefilter('ignore')
from django.db import connection

connection.ensure_connection()
db = connection.connection
READ = {'null': lambda s: None, 'integer': int, 'real': float, 'text': str, 'blob': bytes.fromhex}


def answer(call):
    args = [READ[kind](text) for kind, text in call['args']]
    try:
        value, kind = db.execute('SELECT x, typeof(x) FROM (SELECT (%s) AS x)' % call['sql'], args).fetchone()
    except Exception as e:
        return ['error', '%s: %s' % (type(e).__name__, e)]
    if kind == 'real':
        value = repr(value)
    elif kind == 'blob':
        value = value.hex()
    elif kind == 'null':
        value = ''
    return [kind, str(value)]


for line in sys.stdin:
    sys.stdout.write(json.dumps(answer(json.loads(line))) + '\n')
