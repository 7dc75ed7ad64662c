"""An application with what Quart has; clients.py tells what it must answer."""
import asyncio
import os

from quart import Quart, abort, g, jsonify, make_response, redirect, render_template_string, request, send_file, session, websocket

app = Quart(__name__, static_folder=os.path.dirname(os.path.abspath(__file__)), static_url_path="/static")
app.secret_key = "of a test"
done = []


@app.before_serving
async def before_serving():
    app.pool = "before serving"


@app.after_serving
async def after_serving():
    print("after serving", flush=True)


@app.while_serving
async def while_serving():
    app.connection = "while serving"
    yield
    print("no longer serving", flush=True)


@app.before_request
async def before():
    g.user = request.headers.get("X-User", "nobody")


@app.after_request
async def after(response):
    response.headers["X-User"] = g.user
    return response


@app.get("/")
async def home():
    return "home"


@app.get("/served")
async def served():
    return jsonify([app.pool, app.connection])


@app.get("/item/<int:number>")
async def item(number):
    return {"number": number, "query": request.args.getlist("a"), "url": request.url, "client": request.remote_addr,
            "root": request.root_path, "version": request.http_version}


@app.post("/json")
async def echo_json():
    return jsonify(await request.get_json())


@app.post("/form")
async def form():
    files = await request.files
    return jsonify({"title": (await request.form)["title"], "size": len(files["file"].read())})


@app.route("/upload", methods=["POST", "PUT"])
async def upload():
    size = 0
    async for part in request.body:
        size += len(part)
    return str(size)


@app.get("/in-thread")
def in_thread():
    import threading
    return str(threading.current_thread() is not threading.main_thread())


@app.get("/stream")
async def stream():
    async def parts():
        for number in range(10):
            yield b"part %d\n" % number
            await asyncio.sleep(0)
    return parts(), {"Content-Type": "text/plain"}


@app.get("/endless")
async def endless():
    async def parts():
        try:
            while True:
                yield b"x" * 1024
                await asyncio.sleep(0.01)
        finally:
            done.append("left")
    response = await make_response(parts())
    response.timeout = None
    return response


@app.get("/told/<what>")
async def told(what):
    """Answers when the named thing has happened."""
    while what not in done:
        await asyncio.sleep(0.01)
    return "told"


@app.get("/file")
async def file():
    return await send_file(__file__, conditional=True)


@app.get("/page")
async def page():
    return await render_template_string("{{ request.path }} &amp; {{ text }}", text="<b>")


@app.get("/session")
async def count():
    session["count"] = session.get("count", 0) + 1
    return str(session["count"])


@app.get("/background")
async def background():
    async def later():
        done.append("background")
    app.add_background_task(later)
    return "answered"


@app.get("/teapot")
async def teapot():
    abort(418)


@app.get("/redirect")
async def to_item():
    return redirect("/item/7?a=1")


@app.get("/fails")
async def fails():
    raise ValueError("a private detail")


@app.websocket("/ws/<room>")
async def room(room):
    if room == "closed":
        abort(403)
    await websocket.accept(headers={"X-WS": "1"}, subprotocol="json" if "json" in websocket.requested_subprotocols else None)
    try:
        while True:
            data = await websocket.receive()
            if data == "close":
                await websocket.close(4001, "enough")
                return
            await websocket.send(data[::-1] if isinstance(data, bytes) else "%s: %s" % (room, data))
    except asyncio.CancelledError:
        done.append("socket")
        raise
