"""Runs one of Starlette's tests that watch an application's start-up and shutdown: those of this process.

The server starts it as any application. Its start-up begins the test, in a thread, and is that of the application
for which the test enters a client; what the client leaves is the server, which it asks to stop.
"""
import asyncio
import json
import os
import threading

import httpx
import starlette_suite

order = json.loads(os.environ["STARLETTE_ORDER"])
entered = threading.Event()
started = threading.Event()  # or it has failed
ended = threading.Event()
client = None
error = None


class Client(starlette_suite.Client):
    def __enter__(self):
        global client
        client = self
        entered.set()
        started.wait(starlette_suite.PATIENCE)
        if error is not None:
            raise error
        return self

    def __exit__(self, *args):
        stop()
        assert ended.wait(starlette_suite.PATIENCE), "the application was not told to stop"
        if error is not None:
            raise error


def stop():
    httpx.post("http://%s/-/stop" % order["addresses"]["http"], trust_env=False)


def run_tests():
    lines = []
    starlette_suite.run_tests(order, lines.append)
    with open(order["result"], "w") as f:
        json.dump([line for line in lines if line is not None], f)
    entered.set()
    if not ended.is_set():
        stop()


async def app(scope, receive, send):
    global error
    if scope["type"] != "lifespan":
        return await starlette_suite.app(scope, receive, send)

    async def note(message):
        await send(message)
        if message["type"] == "lifespan.startup.complete":
            started.set()

    starlette_suite.Client = Client
    threading.Thread(target=run_tests).start()
    await asyncio.get_running_loop().run_in_executor(None, entered.wait)
    try:
        await client.app(scope, receive, note)
    except BaseException as exc:
        error = exc
        raise
    finally:
        started.set()
        ended.set()
