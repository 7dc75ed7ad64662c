"""Tells what process it runs in: applications for ASGI and WSGI."""
import gc
import json
import os
import subprocess
import sys

IMPORTED = {name: value for name, value in os.environ.items() if name.startswith("MALLOC_")}


def answer():
    child = subprocess.run([sys.executable, "-c", "import os; print(*(n for n in os.environ if n.startswith('MALLOC_')))"],
                           check=True, capture_output=True, text=True)
    return json.dumps({"frozen": gc.get_freeze_count() > 0, "malloc": IMPORTED, "child": child.stdout.split()}).encode()


async def asgi(scope, receive, send):
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"application/json")]})
    await send({"type": "http.response.body", "body": answer()})


def wsgi(environ, start_response):
    start_response("200 OK", [("Content-Type", "application/json")])
    return [answer()]
