"""Prints the settings of a file of Gunicorn's as JSON: the first argument names the file, the others the settings."""
import importlib
import importlib.machinery
import importlib.util
import json
import os
import sys

where, names = sys.argv[1], sys.argv[2:]
answer = os.fdopen(os.dup(1), "w", encoding="ascii")
os.dup2(2, 1)  # what the file prints is no answer
sys.argv[1:] = []
sys.dont_write_bytecode = True
sys.path[0] = os.getcwd()
if where.startswith("python:"):
    module = importlib.import_module(where[len("python:"):])
else:
    path = where[len("file:"):] if where.startswith("file:") else where
    loader = importlib.machinery.SourceFileLoader("__config__", path)
    module = importlib.util.module_from_spec(importlib.util.spec_from_file_location("__config__", path, loader=loader))
    sys.modules["__config__"] = module
    loader.exec_module(module)


def shown(value):
    if isinstance(value, type):
        return {"value": value.__module__ + "." + value.__qualname__}
    if callable(value):
        return {"hook": True}
    try:
        json.dumps(value)
    except (TypeError, ValueError):
        value = str(value)
    return {"value": value}


json.dump({name: shown(value) for name, value in vars(module).items() if name in names}, answer)
