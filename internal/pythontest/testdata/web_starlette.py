"""An application with what Starlette has; clients.py tells what it must answer."""
import asyncio
import contextlib
import os

from starlette.applications import Starlette
from starlette.background import BackgroundTask
from starlette.endpoints import HTTPEndpoint, WebSocketEndpoint
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.base import BaseHTTPMiddleware
from starlette.middleware.cors import CORSMiddleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.responses import FileResponse, JSONResponse, PlainTextResponse, RedirectResponse, Response, StreamingResponse
from starlette.routing import Mount, Route, WebSocketRoute
from starlette.staticfiles import StaticFiles

HERE = os.path.dirname(os.path.abspath(__file__))
done = []
release = None
gone = []


async def home(request):
    return PlainTextResponse("home")


async def item(request):
    return JSONResponse({**request.path_params, "query": request.query_params.multi_items(), "url": str(request.url),
                         "named": str(request.url_for("item", number=5)), "client": request.client.host, "method": request.method})


async def echo_json(request):
    return JSONResponse(await request.json())


async def upload(request):
    size = 0
    async for part in request.stream():
        size += len(part)
    return PlainTextResponse(str(size))


def in_thread(request):
    import threading
    return PlainTextResponse(str(threading.current_thread() is not threading.main_thread()))


async def stream(request):
    async def parts():
        for number in range(10):
            yield "part %d\n" % number
            await asyncio.sleep(0)
    return StreamingResponse(parts(), media_type="text/plain")


def stream_of_thread(request):
    return StreamingResponse(("part %d\n" % number for number in range(10)), media_type="text/plain")


async def endless(request):
    async def parts():
        try:
            while True:
                yield b"x" * 1024
                await asyncio.sleep(0.01)
        finally:
            gone.append("endless")
    return StreamingResponse(parts())


async def disconnects(request):
    while not await request.is_disconnected():
        await asyncio.sleep(0.01)
    gone.append("disconnects")
    return Response()


async def told(request):
    """Answers when the named thing has happened."""
    while request.path_params["what"] not in gone + done:
        await asyncio.sleep(0.01)
    return PlainTextResponse("told")


async def file(request):
    return FileResponse(__file__, filename="app é.py")


async def background(request):
    async def later():
        await asyncio.sleep(0.05)
        done.append("background")
    return PlainTextResponse("answered", background=BackgroundTask(later))


async def cookies(request):
    response = PlainTextResponse(" ".join("%s=%s" % pair for pair in sorted(request.cookies.items())))
    response.set_cookie("first", "1")
    response.set_cookie("second", "2", httponly=True)
    response.delete_cookie("old")
    return response


async def fails(request):
    raise ValueError("a private detail")


async def teapot(request):
    raise HTTPException(418, "short and stout", headers={"X-Tea": "yes"})


async def state(request):
    return PlainTextResponse(getattr(request.state, "pool", "none"))


class Methods(HTTPEndpoint):
    async def get(self, request):
        return PlainTextResponse("got")

    async def delete(self, request):
        return Response(status_code=204)


class Named(BaseHTTPMiddleware):
    async def dispatch(self, request, call_next):
        response = await call_next(request)
        response.headers["X-Middleware"] = "here"
        return response


class Json(WebSocketEndpoint):
    encoding = "json"

    async def on_connect(self, websocket):
        await websocket.accept(subprotocol="json" if "json" in websocket.scope["subprotocols"] else None, headers=[(b"x-ws", b"1")])

    async def on_receive(self, websocket, data):
        await websocket.send_json({"got": data, "path": websocket.path_params["room"], "query": dict(websocket.query_params)})

    async def on_disconnect(self, websocket, close_code):
        done.append("closed %d" % close_code)


async def ws_closes(websocket):
    await websocket.accept()
    await websocket.send_text("bye")
    await websocket.close(4001, "enough")


async def ws_denies(websocket):
    await websocket.close()


async def ws_fails(websocket):
    await websocket.accept()
    raise ValueError("a private detail")


async def ws_iterates(websocket):
    await websocket.accept()
    async for message in websocket.iter_bytes():
        await websocket.send_bytes(message[::-1])


@contextlib.asynccontextmanager
async def lifespan(app):
    if os.environ.get("SUITE_STATE"):
        yield {"pool": "from lifespan"}
    else:
        yield


# BaseHTTPMiddleware keeps a disconnect from what it wraps.
based = Starlette(middleware=[Middleware(Named)], routes=[Route("/", home), Route("/stream", stream), Route("/fails", fails)])

app = Starlette(lifespan=lifespan, middleware=[Middleware(GZipMiddleware, minimum_size=2000),
                                               Middleware(CORSMiddleware, allow_origins=["https://other.example"])], routes=[
    Route("/", home), Route("/item/{number:int}", item, name="item"), Route("/json", echo_json, methods=["POST"]),
    Route("/upload", upload, methods=["POST", "PUT"]), Route("/thread", in_thread), Route("/stream", stream),
    Route("/stream-of-thread", stream_of_thread), Route("/endless", endless), Route("/disconnects", disconnects),
    Route("/told/{what}", told), Route("/file", file), Route("/background", background), Route("/cookies", cookies),
    Route("/fails", fails), Route("/teapot", teapot), Route("/state", state), Route("/methods", Methods),
    Route("/redirect", lambda request: RedirectResponse("/item/7?a=1")), Route("/long", lambda request: PlainTextResponse("long " * 1000)),
    Mount("/based", app=based), Mount("/static", StaticFiles(directory=HERE)), Mount("/below", routes=[Route("/item/{number:int}", item)]),
    WebSocketRoute("/ws/json/{room}", Json), WebSocketRoute("/ws/closes", ws_closes), WebSocketRoute("/ws/denies", ws_denies),
    WebSocketRoute("/ws/fails", ws_fails), WebSocketRoute("/ws/iterates", ws_iterates),
])
