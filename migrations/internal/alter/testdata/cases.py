"""Alterations of tables, made by Django. Each case is an app of its own: its tables
are made in two databases, and changed in the first. What the models are before and
after each operation goes to the standard output as JSON, so that the second database
can be changed by somebody else. Of each STEP cases it makes the first."""
import datetime
import decimal
import json
import sys
import uuid

from django.db import connections, models
from django.db.migrations import operations as ops
from django.db.migrations.state import ProjectState
from django.db.models import Q
from django.utils import timezone

CASES = []
M = models
BIG = lambda: ('id', M.BigAutoField(primary_key=True))


class Case:
    def __init__(self, name, base, change, rows=None, only=None):
        self.name, self.base, self.change, self.rows, self.only = name, base, change, rows or {}, only
        CASES.append(self)


def model(name, *fields, **options):
    bases = options.pop('bases', (M.Model,))
    return ops.CreateModel(name, [*([] if any(f[1].primary_key for f in fields) else [BIG()]), *fields], options=options, bases=bases)


def thing(*fields, **options):
    return model('Thing', ('name', M.TextField()), *fields, **options)


def rows(**columns):
    n = max([3] + [len(v) for v in columns.values()])
    return [{'name': f"row {i} it's", **{k: v[i % len(v)] for k, v in columns.items()}} for i in range(n)]


def oneoff(field, value):
    field.default = value
    return field


# Samples of types: a maker of fields, values, and a value for the rows that exist.
NOW = datetime.datetime(2026, 1, 2, 3, 4, 5, 678901, tzinfo=datetime.timezone.utc)
TYPES = {
    'int': (M.IntegerField, {}, [1, 2, 3], 7),
    'big': (M.BigIntegerField, {}, [1, 2**40, 3], 7),
    'positive': (M.PositiveIntegerField, {}, [1, 2, 3], 7),
    'char': (M.CharField, {'max_length': 30}, ["a'b", 'c\\d', '%s'], "it's"),
    'text': (M.TextField, {}, ['x', "y'", 'z\\'], "it's \\ so"),
    'bool': (M.BooleanField, {}, [True, False, True], True),
    'decimal': (M.DecimalField, {'max_digits': 8, 'decimal_places': 2}, [decimal.Decimal('1.25'), decimal.Decimal('2.5'), decimal.Decimal('3')], decimal.Decimal('7.75')),
    'float': (M.FloatField, {}, [1.5, 2.5, 3.25], 7.5),
    'date': (M.DateField, {}, [datetime.date(2026, 1, d) for d in (1, 2, 3)], datetime.date(2026, 2, 3)),
    'moment': (M.DateTimeField, {}, [NOW, NOW + datetime.timedelta(1), NOW + datetime.timedelta(2)], NOW),
    'uuid': (M.UUIDField, {}, [uuid.UUID(int=i) for i in (1, 2, 3)], uuid.UUID(int=7)),
    'json': (M.JSONField, {}, [{'a': 1}, [2], 'x'], None),
    'binary': (M.BinaryField, {}, [b'a', b'\x00b', b''], None),
    'duration': (M.DurationField, {}, [datetime.timedelta(seconds=i) for i in (1, 2, 3)], None),
    'ip': (M.GenericIPAddressField, {}, ['127.0.0.1', '10.0.0.1', '::1'], None),
    'slug': (M.SlugField, {}, ['a', 'b', 'c'], 'slug'),
}

for t, (kind, args, values, fill) in TYPES.items():
    make = lambda kind=kind, args=args, **more: kind(**{**args, **more})
    some = lambda values=values: {'Thing': rows(x=values)}
    Case(f'add {t} null', [thing()], [ops.AddField('Thing', 'x', make(null=True))], {'Thing': rows()})
    Case(f'remove {t}', [thing(('x', make()))], [ops.RemoveField('Thing', 'x')], some())
    Case(f'{t} to null', [thing(('x', make()))], [ops.AlterField('Thing', 'x', make(null=True))], some())
    Case(f'rename {t}', [thing(('x', make()))], [ops.RenameField('Thing', 'x', 'y z')], some())
    if fill is not None:
        Case(f'add {t} with a value', [thing()], [ops.AddField('Thing', 'x', oneoff(make(), fill), preserve_default=False)], {'Thing': rows()})
        Case(f'add {t} null with a value', [thing()], [ops.AddField('Thing', 'x', oneoff(make(null=True), fill), preserve_default=False)], {'Thing': rows()})
        Case(f'{t} from null with a value', [thing(('x', make(null=True)))],
             [ops.AlterField('Thing', 'x', oneoff(make(), fill), preserve_default=False)], {'Thing': rows(x=[values[0], None, values[1]])})
    if t in ('json', 'binary', 'ip', 'duration', 'bool'):
        continue
    if t != 'text' and t != 'slug':
        Case(f'{t} gets an index', [thing(('x', make()))], [ops.AlterField('Thing', 'x', make(db_index=True))], some())
        Case(f'{t} loses its index', [thing(('x', make(db_index=True)))], [ops.AlterField('Thing', 'x', make())], some())
        Case(f'{t} becomes unique', [thing(('x', make()))], [ops.AlterField('Thing', 'x', make(unique=True))], some())
        Case(f'{t} no more unique', [thing(('x', make(unique=True)))], [ops.AlterField('Thing', 'x', make())], some())
        Case(f'{t} index to unique', [thing(('x', make(db_index=True)))], [ops.AlterField('Thing', 'x', make(unique=True))], some())
        Case(f'{t} unique to index', [thing(('x', make(unique=True)))], [ops.AlterField('Thing', 'x', make(db_index=True))], some())
        Case(f'add {t} null unique', [thing()], [ops.AddField('Thing', 'x', make(null=True, unique=True))], {'Thing': rows()})
        Case(f'add {t} null index', [thing()], [ops.AddField('Thing', 'x', make(null=True, db_index=True))], {'Thing': rows()})
        Case(f'remove {t} unique', [thing(('x', make(unique=True)))], [ops.RemoveField('Thing', 'x')], some())
        Case(f'remove {t} index', [thing(('x', make(db_index=True)))], [ops.RemoveField('Thing', 'x')], some())


def retype(name, before, after, values, **more):
    Case(name, [thing(('x', before))], [ops.AlterField('Thing', 'x', after)], {'Thing': rows(x=values)}, **more)


C = lambda n, **more: M.CharField(max_length=n, **more)
retype('char longer', C(10), C(20), ['a', 'b', 'c'])
retype('char longer unique', C(10, unique=True), C(20, unique=True), ['a', 'b', 'c'])
retype('char shorter', C(20), C(10), ['a', 'b', 'c'])
retype('char to text', C(20), M.TextField(), ['a', 'b', 'c'])
retype('char index to text', C(20, db_index=True), M.TextField(), ['a', 'b', 'c'])
retype('text to char', M.TextField(), C(30), ['a', 'b', 'c'])
retype('text to char index', M.TextField(), C(30, db_index=True), ['a', 'b', 'c'])
retype('int to big', M.IntegerField(), M.BigIntegerField(), [1, 2, 3])
retype('int to small', M.IntegerField(), M.SmallIntegerField(), [1, 2, 3])
retype('int index to big', M.IntegerField(db_index=True), M.BigIntegerField(db_index=True), [1, 2, 3])
retype('int unique to big', M.IntegerField(unique=True), M.BigIntegerField(unique=True), [1, 2, 3])
retype('int to positive', M.IntegerField(), M.PositiveIntegerField(), [1, 2, 3])
retype('positive to int', M.PositiveIntegerField(), M.IntegerField(), [1, 2, 3])
retype('positive to positive big', M.PositiveIntegerField(), M.PositiveBigIntegerField(), [1, 2, 3])
retype('positive null', M.PositiveIntegerField(), M.PositiveIntegerField(null=True), [1, 2, 3])
retype('int to char', M.IntegerField(), C(20), [1, 2, 3])
retype('char to int', C(20), M.IntegerField(), ['1', '2', '3'])
retype('int to text', M.IntegerField(), M.TextField(), [1, 2, 3])
retype('int to float', M.IntegerField(), M.FloatField(), [1, 2, 3])
retype('int to decimal', M.IntegerField(), M.DecimalField(max_digits=8, decimal_places=2), [1, 2, 3])
retype('decimal to decimal', M.DecimalField(max_digits=6, decimal_places=2), M.DecimalField(max_digits=10, decimal_places=4), [decimal.Decimal('1.5')])
retype('date to moment', M.DateField(), M.DateTimeField(), [datetime.date(2026, 1, 2)])
retype('bool to int', M.BooleanField(), M.IntegerField(), [True, False])
retype('char to slug', C(50), M.SlugField(), ['a', 'b', 'c'])
retype('slug to char', M.SlugField(), C(50), ['a', 'b', 'c'])
retype('slug unique', M.SlugField(), M.SlugField(unique=True), ['a', 'b', 'c'])
retype('email to url', M.EmailField(), M.URLField(), ['a', 'b', 'c'])
retype('json to text', M.JSONField(), M.TextField(), [{'a': 1}])
retype('text to json', M.TextField(), M.JSONField(), ['{"a": 1}', '[]'])
retype('char null to text', C(10, null=True), M.TextField(null=True), ['a', None])
retype('only for people', C(10), C(10, verbose_name='x', help_text='y', blank=True), ['a'])
retype('other column', C(10), C(10, db_column='Other "col`umn'), ['a'])
retype('other column and longer', C(10, db_index=True), C(20, db_index=True, db_column='other'), ['a'])
retype('other column, null', M.IntegerField(), M.IntegerField(null=True, db_column='other'), [1])
retype('unique text of other type', C(10, unique=True), M.IntegerField(unique=True), ['1', '2', '3'])
Case('from null, other type and column', [thing(('x', M.IntegerField(null=True)))],
     [ops.AlterField('Thing', 'x', oneoff(C(10, db_column='other'), 'none'), preserve_default=False)], {'Thing': rows(x=[1, None])})
Case('from null to unique', [thing(('x', M.IntegerField(null=True)))], [ops.AlterField('Thing', 'x', M.IntegerField(unique=True))], {'Thing': rows(x=[1, 2, 3])})

# Keys.
other = lambda *more: model('Other', ('code', C(10, unique=True)), *more)
OTHERS = [{'id': 1, 'code': 'a'}, {'id': 2, 'code': 'b'}, {'id': 3, 'code': 'c'}]
FK = lambda **more: M.ForeignKey('Other', M.CASCADE, **more)
ONE = lambda **more: M.OneToOneField('Other', M.CASCADE, **more)


def keys(name, before, after, values, **more):
    Case(name, [other(), thing(('x', before))], [ops.AlterField('Thing', 'x', after)], {'Other': OTHERS, 'Thing': rows(x_id=values)}, **more)


Case('add key null', [other(), thing()], [ops.AddField('Thing', 'x', FK(null=True))], {'Other': OTHERS, 'Thing': rows()})
Case('add key with a value', [other(), thing()], [ops.AddField('Thing', 'x', oneoff(FK(), 2), preserve_default=False)], {'Other': OTHERS, 'Thing': rows()})
Case('add key to an empty table', [other(), thing()], [ops.AddField('Thing', 'x', FK())], {'Other': OTHERS})
Case('add one-to-one null', [other(), thing()], [ops.AddField('Thing', 'x', ONE(null=True))], {'Other': OTHERS, 'Thing': rows()})
Case('add key without a constraint', [other(), thing()], [ops.AddField('Thing', 'x', FK(null=True, db_constraint=False))], {'Thing': rows()})
Case('add key to a column', [other(), thing()], [ops.AddField('Thing', 'x', FK(null=True, to_field='code'))], {'Other': OTHERS, 'Thing': rows()})
Case('add key to itself', [thing()], [ops.AddField('Thing', 'x', M.ForeignKey('self', M.CASCADE, null=True))], {'Thing': rows()})
Case('remove key', [other(), thing(('x', FK()))], [ops.RemoveField('Thing', 'x')], {'Other': OTHERS, 'Thing': rows(x_id=[1, 2])})
Case('remove one-to-one', [other(), thing(('x', ONE()))], [ops.RemoveField('Thing', 'x')], {'Other': OTHERS, 'Thing': rows(x_id=[1, 2, 3])})
Case('remove key to itself', [thing(('x', M.ForeignKey('self', M.CASCADE, null=True)))], [ops.RemoveField('Thing', 'x')], {'Thing': rows(x_id=[None])})
keys('key to null', FK(), FK(null=True), [1, 2, 3])
keys('key to one-to-one', FK(), ONE(), [1, 2, 3])
keys('one-to-one to key', ONE(), FK(), [1, 2, 3])
keys('one-to-one null', ONE(), ONE(null=True), [1, 2, 3])
keys('key without a constraint', FK(), FK(db_constraint=False), [1, 2, 3])
keys('key with a constraint', FK(db_constraint=False), FK(), [1, 2, 3])
keys('key other rule', FK(), M.ForeignKey('Other', M.PROTECT, related_name='r'), [1, 2, 3])
keys('key other column', FK(), FK(db_column='other'), [1, 2, 3])
keys('key other column and null', FK(), FK(db_column='other', null=True), [1, 2, 3])
Case('rename key', [other(), thing(('x', FK()))], [ops.RenameField('Thing', 'x', 'y')], {'Other': OTHERS, 'Thing': rows(x_id=[1, 2])})
Case('rename one-to-one', [other(), thing(('x', ONE()))], [ops.RenameField('Thing', 'x', 'y')], {'Other': OTHERS, 'Thing': rows(x_id=[1, 2, 3])})
Case('key from null', [other(), thing(('x', FK(null=True)))],
     [ops.AlterField('Thing', 'x', oneoff(FK(), 3), preserve_default=False)], {'Other': OTHERS, 'Thing': rows(x_id=[1, None])})
Case('key to int', [other(), thing(('x', FK()))], [ops.AlterField('Thing', 'x', M.BigIntegerField(db_column='x_id'))], {'Other': OTHERS, 'Thing': rows(x_id=[1, 2])})
Case('key to int, renamed', [other(), thing(('x', FK()))], [ops.AlterField('Thing', 'x', M.IntegerField())], {'Other': OTHERS, 'Thing': rows(x_id=[1, 2])})
Case('int to key', [other(), thing(('x', M.IntegerField(db_column='x_id')))], [ops.AlterField('Thing', 'x', FK())], {'Other': OTHERS, 'Thing': rows(x=[1, 2])})
Case('int index to key', [other(), thing(('x', M.BigIntegerField(db_column='x_id', db_index=True)))], [ops.AlterField('Thing', 'x', FK())], {'Other': OTHERS, 'Thing': rows(x=[1, 2])})
Case('one-to-one to int', [other(), thing(('x', ONE()))], [ops.AlterField('Thing', 'x', M.IntegerField())], {'Other': OTHERS, 'Thing': rows(x_id=[1, 2, 3])})
Case('key to another model', [other(), model('Third', ('code', C(5))), thing(('x', FK()))],
     [ops.AlterField('Thing', 'x', M.ForeignKey('Third', M.CASCADE))],
     {'Other': OTHERS, 'Third': OTHERS, 'Thing': rows(x_id=[1, 2])})
Case('key to a model with another type of key', [other(), model('Third', ('id', M.AutoField(primary_key=True)), ('code', C(5))), thing(('x', FK()))],
     [ops.AlterField('Thing', 'x', M.ForeignKey('Third', M.CASCADE))],
     {'Other': OTHERS, 'Third': OTHERS, 'Thing': rows(x_id=[1, 2])})

# Primary keys, and those that refer to them.
auto = lambda **more: model('Other', ('id', M.AutoField(primary_key=True)), ('code', C(10, unique=True)), **more)
Case('auto to big auto', [auto()], [ops.AlterField('Other', 'id', M.BigAutoField(primary_key=True))], {'Other': OTHERS})
Case('big auto to auto', [other()], [ops.AlterField('Other', 'id', M.AutoField(primary_key=True))], {'Other': OTHERS})
Case('auto with keys', [auto(), thing(('x', FK()))], [ops.AlterField('Other', 'id', M.BigAutoField(primary_key=True))], {'Other': OTHERS, 'Thing': rows(x_id=[1, 2])})
Case('auto with one-to-one', [auto(), thing(('x', ONE()))], [ops.AlterField('Other', 'id', M.BigAutoField(primary_key=True))], {'Other': OTHERS, 'Thing': rows(x_id=[1, 2, 3])})
Case('auto with key to itself', [model('Thing', ('id', M.AutoField(primary_key=True)), ('name', C(30)), ('x', M.ForeignKey('self', M.CASCADE, null=True)))],
     [ops.AlterField('Thing', 'id', M.BigAutoField(primary_key=True))], {'Thing': rows(x_id=[None])})
Case('auto with many', [auto(), thing(('x', M.ManyToManyField('Other')))], [ops.AlterField('Other', 'id', M.BigAutoField(primary_key=True))], {'Other': OTHERS, 'Thing': rows()})
Case('auto to int', [auto()], [ops.AlterField('Other', 'id', M.IntegerField(primary_key=True))], {'Other': OTHERS})
Case('int to auto', [model('Other', ('id', M.IntegerField(primary_key=True)), ('code', C(5)))], [ops.AlterField('Other', 'id', M.AutoField(primary_key=True))], {'Other': OTHERS})
Case('primary char longer with keys', [model('Other', ('code', C(10, primary_key=True))), thing(('x', FK()))],
     [ops.AlterField('Other', 'code', C(20, primary_key=True))], {'Other': [{'code': 'a'}, {'code': 'b'}], 'Thing': rows(x_id=['a', 'b'])})
Case('unique char longer with keys', [other(), thing(('x', FK(to_field='code')))],
     [ops.AlterField('Other', 'code', C(20, unique=True))], {'Other': OTHERS, 'Thing': rows(x_id=['a', 'b'])})
Case('rename primary with keys', [model('Other', ('code', C(10, primary_key=True))), thing(('x', FK()))],
     [ops.RenameField('Other', 'code', 'sign')], {'Other': [{'code': 'a'}, {'code': 'b'}], 'Thing': rows(x_id=['a', 'b'])})
Case('rename unique with keys', [other(), thing(('x', FK(to_field='code')))],
     [ops.RenameField('Other', 'code', 'sign')], {'Other': OTHERS, 'Thing': rows(x_id=['a', 'b'])})
Case('rename unique with keys of itself', [model('Thing', ('name', C(30, unique=True)), ('x', M.ForeignKey('self', M.CASCADE, null=True, to_field='name')))],
     [ops.RenameField('Thing', 'name', 'title')], {'Thing': rows(x_id=[None])})

# Many-to-many.
MM = lambda **more: M.ManyToManyField('Other', **more)
many = {'Other': OTHERS, 'Thing': rows(), 'Thing_x': [{'thing_id': 1, 'other_id': 2}, {'thing_id': 2, 'other_id': 3}]}
Case('add many', [other(), thing()], [ops.AddField('Thing', 'x', MM())], {'Other': OTHERS, 'Thing': rows()})
Case('add many to itself', [thing()], [ops.AddField('Thing', 'x', M.ManyToManyField('self'))], {'Thing': rows()})
Case('add many with a table', [other(), thing()], [ops.AddField('Thing', 'x', MM(db_table='{app}_between'))], {'Thing': rows()})
Case('remove many', [other(), thing(('x', MM()))], [ops.RemoveField('Thing', 'x')], many)
Case('rename many', [other(), thing(('x', MM()))], [ops.RenameField('Thing', 'x', 'y')], many)
Case('many other table', [other(), thing(('x', MM()))], [ops.AlterField('Thing', 'x', MM(db_table='{app}_between'))], many)
Case('many to another model', [other(), model('Third', ('code', C(5))), thing(('x', MM()))],
     [ops.AlterField('Thing', 'x', M.ManyToManyField('Third'))], {**many, 'Third': OTHERS})
Case('many for people', [other(), thing(('x', MM()))], [ops.AlterField('Thing', 'x', MM(blank=True, related_name='r'))], many)

# Tables and models.
Case('table', [thing(('x', M.IntegerField(db_index=True)))], [ops.AlterModelTable('Thing', '{app}_other "name`')], {'Thing': rows(x=[1])})
Case('table with keys', [other(), thing(('x', FK()))], [ops.AlterModelTable('Other', '{app}_renamed')], {'Other': OTHERS, 'Thing': rows(x_id=[1])})
Case('table with many', [other(), thing(('x', MM()))], [ops.AlterModelTable('Thing', '{app}_renamed')], many)
Case('table, and again', [thing(db_table='{app}_first')], [ops.AlterModelTable('Thing', None)], {'Thing': rows()})
Case('model', [thing(('x', M.IntegerField(unique=True)))], [ops.RenameModel('Thing', 'Item')], {'Thing': rows(x=[1, 2, 3])})
Case('model with keys', [other(), thing(('x', FK()))], [ops.RenameModel('Other', 'Item')], {'Other': OTHERS, 'Thing': rows(x_id=[1])})
Case('model with many', [other(), thing(('x', MM()))], [ops.RenameModel('Thing', 'Item')], many)
Case('model that many are to', [other(), thing(('x', MM()))], [ops.RenameModel('Other', 'Item')], many)
Case('model with many to itself', [thing(('x', M.ManyToManyField('self')))], [ops.RenameModel('Thing', 'Item')],
     {'Thing': rows(), 'Thing_x': [{'from_thing_id': 1, 'to_thing_id': 2}]})
Case('model with key to itself', [thing(('x', M.ForeignKey('self', M.CASCADE, null=True)))], [ops.RenameModel('Thing', 'Item')], {'Thing': rows(x_id=[None])})
Case('delete model', [other(), thing(('x', FK()))], [ops.DeleteModel('Thing')], {'Other': OTHERS, 'Thing': rows(x_id=[1])})
Case('delete model with many', [other(), thing(('x', MM()))], [ops.DeleteModel('Thing')], many)

# Sets that are unique, indexes, constraints.
pair = lambda **more: thing(('x', M.IntegerField()), ('y', C(10)), **more)
PAIRS = {'Thing': rows(x=[1, 2, 3], y=['a', 'b', 'c'])}
Case('unique together', [pair()], [ops.AlterUniqueTogether('Thing', {('x', 'y')})], PAIRS)
Case('no more unique together', [pair(unique_together={('x', 'y')})], [ops.AlterUniqueTogether('Thing', set())], PAIRS)
Case('others unique together', [pair(unique_together={('x', 'y')})], [ops.AlterUniqueTogether('Thing', {('y', 'x')})], PAIRS)
Case('key unique together', [other(), thing(('x', FK()), ('y', C(10)))], [ops.AlterUniqueTogether('Thing', {('x', 'y')})],
     {'Other': OTHERS, 'Thing': rows(x_id=[1, 2], y=['a', 'b', 'c'])})
Case('key no more unique together', [other(), thing(('x', FK()), ('y', C(10)), unique_together={('x', 'y')})], [ops.AlterUniqueTogether('Thing', set())],
     {'Other': OTHERS, 'Thing': rows(x_id=[1, 2], y=['a', 'b', 'c'])})
Case('rename one of unique together', [pair(unique_together={('x', 'y')})], [ops.RenameField('Thing', 'x', 'z')], PAIRS)
Case('alter one of unique together', [pair(unique_together={('x', 'y')})], [ops.AlterField('Thing', 'y', C(20))], PAIRS)
Case('add index', [pair()], [ops.AddIndex('Thing', M.Index(fields=['x', '-y'], name='{app}_idx'))], PAIRS)
Case('add index with a condition', [pair()], [ops.AddIndex('Thing', M.Index(fields=['x'], name='{app}_idx', condition=Q(y__exact='a')))], PAIRS)
Case('remove index', [pair(indexes=[M.Index(fields=['x', 'y'], name='{app}_idx')])], [ops.RemoveIndex('Thing', '{app}_idx')], PAIRS)
Case('remove index of a key', [other(), thing(('x', FK()), ('y', C(10)), indexes=[M.Index(fields=['x', 'y'], name='{app}_idx')])], [ops.RemoveIndex('Thing', '{app}_idx')],
     {'Other': OTHERS, 'Thing': rows(x_id=[1], y=['a'])}, only=('sqlite', 'postgresql'))
Case('alter one with index', [pair(indexes=[M.Index(fields=['x', 'y'], name='{app}_idx')])], [ops.AlterField('Thing', 'y', C(20, null=True))], PAIRS)
Case('rename one with index', [pair(indexes=[M.Index(fields=['x', 'y'], name='{app}_idx')])], [ops.RenameField('Thing', 'y', 'z')], PAIRS)
Case('remove another than the index', [pair(('z', C(10, null=True)), indexes=[M.Index(fields=['x', 'y'], name='{app}_idx')]) if False else
     thing(('x', M.IntegerField()), ('y', C(10)), ('z', C(10)), indexes=[M.Index(fields=['x', 'y'], name='{app}_idx')])],
     [ops.RemoveField('Thing', 'z')], {'Thing': rows(x=[1], y=['a'], z=['b'])})
Case('add check', [pair()], [ops.AddConstraint('Thing', M.CheckConstraint(check=Q(x__gte=1), name='{app}_check'))], PAIRS)
Case('remove check', [pair(constraints=[M.CheckConstraint(check=Q(x__gte=1), name='{app}_check')])], [ops.RemoveConstraint('Thing', '{app}_check')], PAIRS)
Case('add check of text', [pair()], [ops.AddConstraint('Thing', M.CheckConstraint(check=Q(y__lt="it's"), name='{app}_check'))], PAIRS)
Case('add unique constraint', [pair()], [ops.AddConstraint('Thing', M.UniqueConstraint(fields=['x', 'y'], name='{app}_unique'))], PAIRS)
Case('remove unique constraint', [pair(constraints=[M.UniqueConstraint(fields=['x', 'y'], name='{app}_unique')])], [ops.RemoveConstraint('Thing', '{app}_unique')], PAIRS)
Case('add unique constraint with a condition', [pair()],
     [ops.AddConstraint('Thing', M.UniqueConstraint(fields=['x'], name='{app}_unique', condition=Q(y__exact='a')))], PAIRS)
Case('remove unique constraint with a condition', [pair(constraints=[M.UniqueConstraint(fields=['x'], name='{app}_unique', condition=Q(y__exact='a'))])],
     [ops.RemoveConstraint('Thing', '{app}_unique')], PAIRS)
Case('add deferrable unique constraint', [pair()],
     [ops.AddConstraint('Thing', M.UniqueConstraint(fields=['x'], name='{app}_unique', deferrable=M.Deferrable.DEFERRED))], PAIRS)
Case('rename one with check', [pair(constraints=[M.CheckConstraint(check=Q(x__gte=1), name='{app}_check')])], [ops.RenameField('Thing', 'y', 'z')], PAIRS)
Case('alter one with constraints', [pair(constraints=[M.CheckConstraint(check=Q(x__gte=1), name='{app}_check'), M.UniqueConstraint(fields=['x', 'y'], name='{app}_unique')])],
     [ops.AlterField('Thing', 'x', M.BigIntegerField())], PAIRS)
Case('add field beside constraints', [pair(constraints=[M.CheckConstraint(check=Q(x__gte=1), name='{app}_check'), M.UniqueConstraint(fields=['x', 'y'], name='{app}_unique')])],
     [ops.AddField('Thing', 'z', M.IntegerField(null=True))], PAIRS)
Case('remove field beside constraints', [thing(('x', M.IntegerField()), ('y', C(10)), ('z', C(10)), unique_together={('x', 'y')},
     constraints=[M.CheckConstraint(check=Q(x__gte=1), name='{app}_check'), M.UniqueConstraint(fields=['x', 'y'], name='{app}_unique')])],
     [ops.RemoveField('Thing', 'z')], {'Thing': rows(x=[1, 2, 3], y=['a'], z=['b'])})
Case('order', [other(), thing(('x', FK()))], [ops.AlterOrderWithRespectTo('Thing', 'x')], {'Other': OTHERS, 'Thing': rows(x_id=[1])})
Case('no more order', [other(), thing(('x', FK()), order_with_respect_to='x')], [ops.AlterOrderWithRespectTo('Thing', None)], {'Other': OTHERS, 'Thing': rows(x_id=[1], _order=[0])})

# Several at once, and parents.
Case('several', [other(), pair()], [
    ops.AddField('Thing', 'z', FK(null=True)), ops.AlterField('Thing', 'y', C(20, db_index=True)), ops.RenameField('Thing', 'x', 'n'),
    ops.AlterField('Thing', 'n', M.BigIntegerField(unique=True)), ops.RemoveField('Thing', 'y'), ops.RenameModel('Thing', 'Item'),
    ops.AddField('Item', 'last', C(10, null=True)), ops.RemoveField('Item', 'z'),
], {**PAIRS, 'Other': OTHERS})
Case('unique, index, none', [pair()], [
    ops.AlterField('Thing', 'y', C(10, unique=True)), ops.AlterField('Thing', 'y', C(10, db_index=True)), ops.AlterField('Thing', 'y', C(10)),
], PAIRS)
Case('child', [other(), model('Child', ('other_ptr', M.OneToOneField('Other', M.CASCADE, auto_created=True, primary_key=True, parent_link=True)),
     ('x', M.IntegerField(null=True)), bases=('{app}.other',))], [ops.AlterField('Child', 'x', C(10, null=True))], {'Other': OTHERS})
Case('parent of a child', [auto(), model('Child', ('other_ptr', M.OneToOneField('Other', M.CASCADE, auto_created=True, primary_key=True, parent_link=True)),
     ('x', M.IntegerField(null=True)), bases=('{app}.other',))], [ops.AlterField('Other', 'id', M.BigAutoField(primary_key=True))], {'Other': OTHERS})


def filled(value, app):
    """Puts the app into the names of a case."""
    if isinstance(value, str):
        return value.replace('{app}', app)
    if isinstance(value, (list, tuple)):
        return type(value)(filled(v, app) for v in value)
    if isinstance(value, (M.Index, M.UniqueConstraint, M.CheckConstraint)):
        value.name = filled(value.name, app)
    if isinstance(value, M.ManyToManyField):
        value.db_table = filled(value.db_table, app)
    if isinstance(value, dict):
        for k in value:
            value[k] = filled(value[k], app)
    if isinstance(value, ops.base.Operation):
        for k, v in vars(value).items():
            if isinstance(v, (str, list, tuple, dict, M.Index, M.UniqueConstraint, M.CheckConstraint, M.Field)) and not k.startswith('_'):
                setattr(value, k, filled(v, app))
    return value


def condition(q):
    return [[child[0], child[1]] for child in q.children] if q else None


def field_json(f):
    out = {'Name': f.name, 'Type': 'OrderWrt' if isinstance(f, M.OrderWrt) else f.get_internal_type(), 'Null': f.null}
    if f.many_to_many:
        out['To'] = f.remote_field.model._meta.label
        out['DBTable'] = f.db_table or ''
        return out
    out.update(Column=f.column, PrimaryKey=f.primary_key, Unique=f._unique, Index=f.db_index, MaxLength=f.max_length or 0,
               MaxDigits=getattr(f, 'max_digits', 0) or 0, DecimalPlaces=getattr(f, 'decimal_places', 0) or 0)
    if f.remote_field:
        out.update(To=f.remote_field.model._meta.label, ToField=f.remote_field.field_name, NoConstraint=not f.db_constraint,
                   ParentLink=bool(f.remote_field.parent_link))
    return out


def model_json(m):
    o = m._meta
    return {
        'App': o.app_label, 'Name': o.object_name, 'Table': o.db_table, 'Fields': [field_json(f) for f in [*o.local_fields, *o.local_many_to_many]],
        'Bases': [b._meta.label for b in m.__bases__ if hasattr(b, '_meta') and not b._meta.abstract],
        'UniqueTogether': [list(t) for t in o.unique_together],
        'OrderWithRespectTo': o.order_with_respect_to.name if o.order_with_respect_to else '',
        'Indexes': [{'Name': i.name, 'Fields': i.fields, 'Where': condition(i.condition)} for i in o.indexes],
        'Constraints': [{
            'Name': c.name, 'Check': condition(getattr(c, 'check', None)), 'Where': condition(getattr(c, 'condition', None)),
            'Fields': list(getattr(c, 'fields', ())), 'Deferred': bool(getattr(c, 'deferrable', None)),
        } for c in o.constraints],
    }


def state_json(state, app):
    return [model_json(m) for m in state.apps.get_app_config(app).get_models()]


def value_json(v):
    if isinstance(v, datetime.datetime):
        return v.isoformat()
    return v if v is None or isinstance(v, (int, float, str, bool)) else str(v)


def op_json(op, before, after, app):
    out = {'Op': type(op).__name__, 'Model': getattr(op, 'model_name', None) or getattr(op, 'new_name', None) or getattr(op, 'name', '')}
    if isinstance(op, ops.RenameModel):
        out.update(Model=op.new_name, OldModel=op.old_name)
    elif isinstance(op, ops.RenameField):
        out.update(Model=op.model_name, Old=op.old_name, New=op.new_name)
    elif isinstance(op, (ops.AddField, ops.AlterField, ops.RemoveField)):
        out.update(Old=op.name, New=op.name)
        if not isinstance(op, ops.RemoveField) and op.field.has_default():
            out['Fill'] = value_json(op.field.default)
    elif isinstance(op, (ops.AddIndex, ops.AddConstraint)):
        out['New'] = (op.index if isinstance(op, ops.AddIndex) else op.constraint).name
    elif isinstance(op, (ops.RemoveIndex, ops.RemoveConstraint)):
        out['Old'] = op.name
    return {**out, 'Before': before, 'After': after}


def apply(alias, app, op, before, after):
    with connections[alias].schema_editor() as editor:
        op.database_forwards(app, editor, before, after)


def insert(alias, state, app, data):
    for name, list_of_rows in data.items():
        m = state.apps.get_model(app, name)
        for row in list_of_rows:
            m.objects.using(alias).create(**row)


def main():
    out = []
    vendor = connections['default'].vendor
    for number, case in enumerate(CASES):
        if case.only and vendor not in case.only or number % STEP:
            continue
        app = f'a{number:03}'
        state = ProjectState()
        for op in filled(case.base, app):
            before = state
            state = state.clone()
            op.state_forwards(app, state)
            for alias in ('default', 'ours'):
                apply(alias, app, op, before, state)
        for alias in ('default', 'ours'):
            insert(alias, state, app, case.rows)
        changes, error = [], ''
        for op in filled(case.change, app):
            before = state
            state = before.clone()
            was = state_json(before, app)
            op.state_forwards(app, state)
            after = state_json(state, app)
            if isinstance(op, ops.RenameField):
                # Django leaves the old name in the indexes of the state.
                for index in [i for m in after if m['Name'] == op.model_name for i in m['Indexes']]:
                    index['Fields'] = [op.new_name if f == op.old_name else f for f in index['Fields']]
            changes.append(op_json(op, was, after, app))
            if error:
                continue
            try:
                apply('default', app, op, before, state)
            except Exception as e:
                error = f'{type(e).__name__}: {e}'
        out.append({'Name': case.name, 'App': app, 'Changes': changes, 'Error': error})
    json.dump(out, sys.stdout)


main()
