"""Prints what the installed Django knows of languages, as JSON."""
import importlib
import json
import pkgutil

import django.conf.locale
from django.conf import global_settings

NAMES = [
    "DATE_FORMAT", "TIME_FORMAT", "DATETIME_FORMAT", "YEAR_MONTH_FORMAT", "MONTH_DAY_FORMAT",
    "SHORT_DATE_FORMAT", "SHORT_DATETIME_FORMAT", "FIRST_DAY_OF_WEEK", "DECIMAL_SEPARATOR",
    "THOUSAND_SEPARATOR", "NUMBER_GROUPING", "DATE_INPUT_FORMATS", "TIME_INPUT_FORMATS",
    "DATETIME_INPUT_FORMATS",
]


def formats(module):
    return {name: getattr(module, name) for name in NAMES if hasattr(module, name)}


modules = {}
for info in pkgutil.iter_modules(django.conf.locale.__path__):
    try:
        modules[info.name] = formats(importlib.import_module("django.conf.locale.%s.formats" % info.name))
    except ImportError:
        pass

print(json.dumps({
    "languages": django.conf.locale.LANG_INFO,
    "supported": [code for code, _ in global_settings.LANGUAGES],
    "settings": formats(global_settings),
    "modules": modules,
}))
