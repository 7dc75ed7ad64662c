"""Applications that differ in how they are found, and in what they do with the lifespan. What they
note goes to the file that SUITE_NOTES names."""
import asyncio
import functools
import os


def note(*words):
    with open(os.environ["SUITE_NOTES"], "a") as file:
        print(*words, file=file)


async def answer(send, text):
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": text.encode()})


def lifespan(function):
    """An application whose lifespan is function, and which answers requests with its name."""
    async def app(scope, receive, send):
        if scope["type"] == "lifespan":
            return await function(scope, receive, send)
        await answer(send, function.__name__)
    return app


async def starts(receive, send):
    note((await receive())["type"])
    await send({"type": "lifespan.startup.complete"})


async def stops(receive, send):
    note((await receive())["type"])
    await send({"type": "lifespan.shutdown.complete"})


@lifespan
async def complete(scope, receive, send):
    await starts(receive, send)
    await stops(receive, send)
    note("returned")


@lifespan
async def scope_types(scope, receive, send):
    note(scope["type"], sorted(scope["asgi"]) == ["spec_version", "version"], scope["asgi"]["version"], type(scope.get("state")).__name__,
         sorted(set(scope) - {"type", "asgi", "state"}))
    await starts(receive, send)
    await stops(receive, send)


@lifespan
async def startup_failed(scope, receive, send):
    await receive()
    await send({"type": "lifespan.startup.failed", "message": "no database"})


@lifespan
async def startup_failed_plainly(scope, receive, send):
    await receive()
    await send({"type": "lifespan.startup.failed"})


@lifespan
async def raises_at_once(scope, receive, send):
    raise ValueError("no lifespan here")


@lifespan
async def returns_at_once(scope, receive, send):
    pass


@lifespan
async def raises_in_startup(scope, receive, send):
    await receive()
    raise ValueError("started badly")


@lifespan
async def returns_after_startup(scope, receive, send):
    await starts(receive, send)


@lifespan
async def raises_late(scope, receive, send):
    await starts(receive, send)
    raise ValueError("late")


@lifespan
async def shutdown_failed(scope, receive, send):
    await starts(receive, send)
    await receive()
    await send({"type": "lifespan.shutdown.failed", "message": "could not save"})


@lifespan
async def raises_in_shutdown(scope, receive, send):
    await starts(receive, send)
    note((await receive())["type"])
    raise ValueError("stopped badly")


@lifespan
async def returns_in_shutdown(scope, receive, send):
    await starts(receive, send)
    note((await receive())["type"])


@lifespan
async def wrong_messages(scope, receive, send):
    await receive()
    for event in ({"type": "http.response.start", "status": 200}, {"type": "lifespan.shutdown.complete"}, {"type": "unknown"}, {}):
        try:
            await send(event)
        except Exception:
            note("refused")
        else:
            note("taken", event)
    await send({"type": "lifespan.startup.complete"})
    await stops(receive, send)


@lifespan
async def task_of_startup(scope, receive, send):
    """A task that start-up makes goes on beside the requests."""
    ticks = asyncio.Event()

    async def tick():
        for _ in range(3):
            await asyncio.sleep(0)
        ticks.set()
    note((await receive())["type"])
    task = asyncio.ensure_future(tick())
    await send({"type": "lifespan.startup.complete"})
    await ticks.wait()
    await task
    note("ticked")
    await stops(receive, send)


async def plain(scope, receive, send):
    """Without a lifespan, as Django has it."""
    if scope["type"] != "http":
        raise ValueError("only HTTP")
    await answer(send, "plain %s %s" % (scope["root_path"], scope["path"]))


class Double:
    """ASGI 2: called with the scope, then with receive and send."""

    def __init__(self, scope):
        self.scope = scope
        if scope["type"] == "lifespan":
            raise ValueError("only HTTP")

    async def __call__(self, receive, send):
        await answer(send, "double")


def double_function(scope):
    async def instance(receive, send):
        if scope["type"] == "http":
            await answer(send, "double function")
    return instance


class Single:
    async def __call__(self, scope, receive, send):
        await plain(scope, receive, send)

    async def method(self, scope, receive, send):
        await plain(scope, receive, send)

    @staticmethod
    async def static(scope, receive, send):
        await plain(scope, receive, send)


instance = Single()
partial = functools.partial(plain)


def factory():
    return plain


def factory_raises():
    raise ValueError("no application today")
