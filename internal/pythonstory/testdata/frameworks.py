"""Small applications of other frameworks."""

import asyncio
import contextlib


def starlette():
    from starlette.applications import Starlette
    from starlette.background import BackgroundTask
    from starlette.middleware import Middleware
    from starlette.middleware.base import BaseHTTPMiddleware
    from starlette.responses import FileResponse, JSONResponse, StreamingResponse
    from starlette.routing import Route, WebSocketRoute

    done = []

    @contextlib.asynccontextmanager
    async def lifespan(app):
        print("starlette starts", flush=True)
        yield {"shelf": ["Nuages"]}
        print("starlette stops", flush=True)

    async def shelf(request):
        request.state.shelf.append("Blue Train")
        return JSONResponse(request.state.shelf, background=BackgroundTask(done.append, request.url.path))

    async def background(request):
        return JSONResponse(done)

    async def ticks(request):
        async def tick():
            for n in range(3):
                yield "tick %d\n" % n
                await asyncio.sleep(0)

        return StreamingResponse(tick())

    async def source(request):
        return FileResponse(__file__)

    async def echo(websocket):
        await websocket.accept()
        async for text in websocket.iter_text():
            await websocket.send_text(text + " of " + websocket.state.shelf[0])

    async def add_header(request, call_next):
        response = await call_next(request)
        response.headers["X-Layer"] = "base"
        return response

    return Starlette(
        routes=[
            Route("/shelf", shelf),
            Route("/background", background),
            Route("/ticks", ticks),
            Route("/source", source),
            WebSocketRoute("/echo", echo),
        ],
        middleware=[Middleware(BaseHTTPMiddleware, dispatch=add_header)],
        lifespan=lifespan,
    )


def fastapi():
    from fastapi import FastAPI

    app = FastAPI()

    @app.get("/records/{number}")
    async def record(number: int, q: str = ""):
        return {"number": number, "q": q}

    return app


def flask():
    import flask

    app = flask.Flask(__name__)

    @app.route("/hello/<name>", methods=["GET", "POST"])
    def hello(name):
        return {"name": name, "form": flask.request.form.to_dict(), "script": flask.request.script_root}

    @app.route("/stream")
    def stream():
        return flask.Response(("line %d\n" % n for n in range(1000)), mimetype="text/plain")

    @app.route("/broken")
    def broken():
        raise RuntimeError("broken on purpose")

    return app
