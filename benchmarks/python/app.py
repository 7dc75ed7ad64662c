"""The site of internal/peers as an application of Starlette."""
import asyncio
import gc

from starlette.applications import Starlette
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocketDisconnect

EVERY = 0.1  # seconds between two events
BLOB = b"x" * (1 << 20)


async def plaintext(request):
    return PlainTextResponse("Hello, World!")


async def blob(request):
    return Response(BLOB, media_type="application/octet-stream")


async def upload(request):
    n = 0
    async for chunk in request.stream():
        n += len(chunk)
    return PlainTextResponse(str(n))


class Hub:
    """One broadcaster for all clients; the first one starts it."""

    def __init__(self):
        self.members = set()
        self.task = None

    def join(self):
        if self.task is None:
            self.task = asyncio.create_task(self.broadcast())
        queue = asyncio.Queue()
        self.members.add(queue)
        return queue

    async def broadcast(self):
        n, loop = 0, asyncio.get_running_loop()
        start = loop.time()
        while True:
            await asyncio.sleep(max(0, start + (n + 1) * EVERY - loop.time()))
            for queue in self.members:
                queue.put_nowait(f"{n:08}" + "." * 56)
            n += 1


hub = Hub()


async def events(request):
    queue = hub.join()

    async def stream():
        try:
            while True:
                yield f"data: {await queue.get()}\n\n"
        finally:
            hub.members.discard(queue)
    return StreamingResponse(stream(), media_type="text/event-stream", headers={"Cache-Control": "no-cache"})


async def echo(websocket):
    await websocket.accept()
    try:
        while True:
            await websocket.send_text(await websocket.receive_text())
    except WebSocketDisconnect:
        pass


async def collect(request):
    gc.collect()
    return PlainTextResponse(f"{len(gc.get_objects())} objects")


app = Starlette(routes=[
    Route("/plaintext", plaintext), Route("/blob", blob), Route("/upload", upload, methods=["POST"]), Route("/events", events),
    WebSocketRoute("/echo", echo), Route("/collect", collect)])
