"""Clients of the applications web_*.py: "clients.py URL GROUP [SKIP…]" asks them over sockets, and prints
a line for each check, "ok NAME" or "failed NAME: why"."""
import asyncio
import hashlib
import io
import json
import os
import sys
import traceback

import httpx
import websockets

URL, GROUP, *SKIPPED = sys.argv[1:]
WS = URL.replace("http", "ws", 1)
HERE = os.path.dirname(os.path.abspath(__file__))
CHECKS = {"starlette": [], "fastapi": [], "django": [], "channels": [], "quart": []}


def check(group):
    def add(function):
        CHECKS[group].append(function)
        return function
    return add


def same(got, want, what=""):
    assert got == want, "%s: got %.500r, want %.500r" % (what, got, want)


def get(c, path, status=200, text=None, **more):
    r = c.get(path, **more)
    same(r.status_code, status, path)
    if text is not None:
        same(r.text, text, path)
    return r


async def refused(path):
    try:
        async with websockets.connect(WS + path):
            pass
    except websockets.exceptions.InvalidStatusCode as error:
        return error.status_code
    return "accepted"


async def ends(ws):
    """Returns how a socket is closed."""
    try:
        while True:
            await ws.recv()
    except websockets.exceptions.ConnectionClosed:
        return ws.close_code, ws.close_reason


# Starlette.


@check("starlette")
def routes(c):
    get(c, "/", text="home")
    get(c, "/nowhere", 404)
    get(c, "/item/x", 404)
    same(c.post("/").status_code, 405)
    same(c.head("/").text, "")
    same(get(c, "/redirect", 307).headers["location"], "/item/7?a=1")


@check("starlette")
def requests(c):
    got = get(c, "/item/7?a=1&a=2&b=%C3%A9").json()
    same(got, {"number": 7, "query": [["a", "1"], ["a", "2"], ["b", "é"]], "url": URL + "/item/7?a=1&a=2&b=%C3%A9",
               "named": URL + "/item/5", "client": "127.0.0.1", "method": "GET"})
    same(get(c, "/below/item/7").json()["url"], URL + "/below/item/7")
    same(c.post("/json", json={"é": [1, None]}).json(), {"é": [1, None]})
    same(c.put("/upload", content=b"x" * 3000000).text, "3000000")
    same(c.post("/upload", content=(b"y" * 1000 for _ in range(500))).text, "500000")
    get(c, "/thread", text="True")


@check("starlette")
def responses(c):
    text = "".join("part %d\n" % n for n in range(10))
    get(c, "/stream", text=text)
    get(c, "/stream-of-thread", text=text)
    c.headers["Accept-Encoding"] = "identity"
    r = get(c, "/file")
    same(r.content, open(os.path.join(HERE, "web_starlette.py"), "rb").read(), "file")
    same(r.headers["content-length"], str(len(r.content)))
    assert "filename*=utf-8''app%20%C3%A9.py" in r.headers["content-disposition"], r.headers
    same(c.head("/file").headers["content-length"], r.headers["content-length"])
    get(c, "/static/web_starlette.py", text=r.text)
    get(c, "/static/web_starlette.py", 304, headers={"If-None-Match": r.headers["etag"]})
    get(c, "/static/../suite.py", 404)
    r = get(c, "/long", text="long " * 1000, headers={"Accept-Encoding": "gzip"})
    same(r.headers["content-encoding"], "gzip")
    get(c, "/methods", text="got")
    same(c.delete("/methods").status_code, 204)
    same(c.put("/methods").status_code, 405)


@check("starlette")
def middleware(c):
    r = get(c, "/", headers={"Origin": "https://other.example"})
    same(get(c, "/based/", text="home").headers["x-middleware"], "here")
    get(c, "/based/stream", text="".join("part %d\n" % n for n in range(10)))
    get(c, "/based/fails", 500)
    same(r.headers["access-control-allow-origin"], "https://other.example")
    same(c.options("/", headers={"Origin": "https://other.example", "Access-Control-Request-Method": "GET"}).status_code, 200)


@check("starlette")
def cookies(c):
    r = get(c, "/cookies", text="a=1 b=2", headers={"Cookie": "b=2; a=1"})
    same([v.split(";")[0] for v in r.headers.get_list("set-cookie")], ["first=1", "second=2", 'old=""'])


@check("starlette")
def errors(c):
    get(c, "/fails", 500, "Internal Server Error")
    r = get(c, "/teapot", 418, "short and stout")
    same(r.headers["x-tea"], "yes")
    get(c, "/", text="home")


@check("starlette")
def background(c):
    get(c, "/background", text="answered")
    get(c, "/told/background", text="told")


@check("starlette")
def clients_that_leave(c):
    with c.stream("GET", "/endless") as r:
        next(r.iter_raw())
    get(c, "/told/endless", text="told")
    try:
        c.get("/disconnects", timeout=0.3)
    except httpx.TimeoutException:
        pass
    get(c, "/told/disconnects", text="told")


@check("starlette")
def state(c):
    get(c, "/state", text="from lifespan")


@check("starlette")
async def sockets(c):
    async with websockets.connect(WS + "/ws/json/blue?x=1", subprotocols=["json"]) as ws:
        same(ws.subprotocol, "json")
        same(ws.response_headers["x-ws"], "1")
        for value in ("é", [1], None):
            await ws.send(json.dumps(value))
            same(json.loads(await ws.recv()), {"got": value, "path": "blue", "query": {"x": "1"}})
        await ws.close(4009)
    async with httpx.AsyncClient(base_url=URL) as client:
        same((await client.get("/told/closed 4009")).text, "told")
    async with websockets.connect(WS + "/ws/json/blue") as ws:
        await ws.send("no json")
        same(await ends(ws), (1003, ""))
    async with websockets.connect(WS + "/ws/closes") as ws:
        same(await ws.recv(), "bye")
        same(await ends(ws), (4001, "enough"))
    async with websockets.connect(WS + "/ws/fails") as ws:
        assert (await ends(ws))[0] in (1006, 1011), ws.close_code
    async with websockets.connect(WS + "/ws/iterates", max_size=None) as ws:
        await ws.send(b"abc")
        same(await ws.recv(), b"cba")
        await ws.send([b"ab", b"cd"])  # in fragments
        same(await ws.recv(), b"dcba")
        await ws.send(b"x" * 3000000)
        same(len(await ws.recv()), 3000000)
    same(await refused("/ws/denies"), 403)
    same(await refused("/ws/nowhere"), 403)


# FastAPI.


@check("fastapi")
def records(c):
    same(get(c, "/records/7?q=x", headers={"X-Shop": "one"}).json(), {"number": 7, "q": "x", "shop": "one"})
    get(c, "/records/700", 404)
    r = get(c, "/records/seven", 422)
    same(r.json()["detail"][0]["loc"], ["path", "number"])
    r = c.post("/records", json={"title": "Kind of Blue", "price": "9.5"})
    same((r.status_code, r.json()), (201, {"title": "Kind of Blue", "price": 9.5, "tags": []}))
    r = c.post("/records", content=b"no json", headers={"Content-Type": "application/json"})
    same(r.status_code, 422)
    same(get(c, "/openapi.json").json()["info"]["title"], "Records")
    get(c, "/docs")


@check("fastapi")
def dependencies(c):
    get(c, "/depends", text='"session"')
    same(c.post("/background").status_code, 202)
    for _ in range(500):
        notes = get(c, "/notes").json()
        if "background" in notes and "closed" in notes:
            return
    raise AssertionError(notes)


@check("fastapi")
async def sockets_of_fastapi(c):
    async with websockets.connect(WS + "/ws/blue?token=right") as ws:
        await ws.send('{"a": 1}')
        same(json.loads(await ws.recv()), {"room": "blue", "got": {"a": 1}})
    same(await refused("/ws/blue"), 403)
    async with httpx.AsyncClient(base_url=URL) as client:
        for _ in range(500):
            notes = (await client.get("/notes")).json()
            if "left 1000" in notes:
                return
    raise AssertionError(notes)


# Django.


@check("django")
def views(c):
    r = get(c, "/async/x", text="async x")
    same((r.headers["x-async-middleware"], r.headers["x-sync-middleware"]), ("async", "sync"))
    r = get(c, "/sync", text="sync")
    same((r.headers["x-async-middleware"], r.headers["x-sync-middleware"]), ("async", "sync"))
    get(c, "/async/%C3%A9%20b", text="async é b")
    get(c, "/nowhere", 404)
    same(c.head("/sync").content, b"")
    r = get(c, "/fails", 500)
    assert "private" not in r.text, r.text


@check("django")
def meta(c):
    got = get(c, "/meta/a%2Fb/%C3%A9?x=1&x=%20", headers={"X-Some": "a", "X_Spoofed": "root"}).json()
    want = {"REQUEST_METHOD": "GET", "PATH_INFO": "/meta/a/b/é", "SCRIPT_NAME": "", "QUERY_STRING": "x=1&x=%20", "REMOTE_ADDR": "127.0.0.1",
            "REMOTE_HOST": "127.0.0.1", "HTTP_X_SOME": "a", "HTTP_HOST": URL.split("//")[1], "CONTENT_TYPE": None, "CONTENT_LENGTH": None,
            "HTTP_X_FORWARDED_FOR": None, "HTTP_X_SPOOFED": None, "absolute": URL + "/meta/a/b/%C3%A9?x=1&x=%20", "secure": False,
            "get": {"x": ["1", " "]}, "path": "/meta/a/b/é", "reverse": "/async/x"}
    got["HTTP_X_SPOOFED"] = None if "--underscores" in SKIPPED else got["HTTP_X_SPOOFED"]
    same(got, want)


@check("django")
def uploads(c):
    small, large = b"small \x00\xff", os.urandom(3 << 20)
    r = c.post("/upload", data={"title": "é"}, files={"small": ("s.bin", io.BytesIO(small), "x/y"), "large": ("é.bin", io.BytesIO(large))})
    same(r.json(), {"post": {"title": "é"}, "files": {
        "small": ["s.bin", "x/y", len(small), hashlib.sha256(small).hexdigest()],
        "large": ["é.bin", "application/octet-stream", len(large), hashlib.sha256(large).hexdigest()]}})
    for data in (b"", b"x", b"y" * 70000, os.urandom(1 << 20)):
        same(c.post("/body", content=data).text, hashlib.sha256(data).hexdigest())
    same(c.post("/body", content=(b"z" * 999 for _ in range(99))).text, hashlib.sha256(b"z" * 999 * 99).hexdigest())
    same(c.post("/body", content=b"x" * (3 << 20)).status_code, 400)
    same(c.post("/reads", content=b"line\n" * 1000).text, "5000")


@check("django")
def responses_of_django(c):
    get(c, "/stream", text="".join("part %d\n" % n for n in range(5)))
    r = get(c, "/file")
    same(r.content, open(os.path.join(HERE, "web_django.py"), "rb").read(), "file")
    assert "filename*=utf-8''%C3%A9.py" in r.headers["content-disposition"], r.headers
    same([v.split(";")[0] for v in get(c, "/cookies").headers.get_list("set-cookie")], ["a=1", "b=2"])
    get(c, "/slow", text="slow")


@check("django")
def sessions_and_forms(c):
    for n in "123":
        get(c, "/session", text=n)
    token = get(c, "/form").text
    same(c.post("/form", data={"a": "1"}).status_code, 403)
    same(c.post("/form", data={"csrfmiddlewaretoken": token}).text, "posted")


@check("django")
async def sockets_of_django(c):
    """Django alone has none: the client is refused, and the next request is served."""
    status = await refused("/async/x")
    assert status in (403, 500), status
    get(c, "/sync", text="sync")


@check("channels")
def http_beside(c):
    get(c, "/sync", text="sync")
    r = get(c, "/events", text="data: 0\n\ndata: 1\n\ndata: 2\n\n")
    same(r.headers["content-type"], "text/event-stream")


@check("channels")
async def groups(c):
    async with websockets.connect(WS + "/room/blue", subprotocols=["json"]) as one, websockets.connect(WS + "/room/blue") as two, \
            websockets.connect(WS + "/room/red") as other:
        same((one.subprotocol, two.subprotocol), ("json", None))
        await one.send('"hello"')
        same([await one.recv(), await two.recv()], ['{"said": "hello"}'] * 2)
        await two.send('"close"')
        same(await ends(two), (4000, ""))
        await other.send('"red"')
        same(await other.recv(), '{"said": "red"}')
        same(json.loads(await one.recv())["said"][:4], "left")
    same(await refused("/room/blue?refuse"), 403)


@check("channels")
async def consumers(c):
    async with websockets.connect(WS + "/echo") as ws:
        await ws.send("héllo")
        same(await ws.recv(), "HÉLLO")
        await ws.send(b"abc")
        same(await ws.recv(), b"cba")
        await ws.send("fail")
        assert (await ends(ws))[0] in (1006, 1011), ws.close_code
    async with websockets.connect(WS + "/low") as ws:
        await ws.send("low")
        same(await ws.recv(), "low")
    assert await refused("/nowhere") in (403, 500)


# Quart.


@check("quart")
def routes_of_quart(c):
    r = get(c, "/", text="home", headers={"X-User": "ann"})
    same(r.headers["x-user"], "ann")
    same(get(c, "/served").json(), ["before serving", "while serving"])
    same(get(c, "/item/7?a=1&a=%C3%A9").json(), {"number": 7, "query": ["1", "é"], "url": URL + "/item/7?a=1&a=é", "client": "127.0.0.1",
                                                 "root": "", "version": "1.1"})
    get(c, "/nowhere", 404)
    get(c, "/teapot", 418)
    same(c.head("/").text, "")
    same(c.post("/").status_code, 405)
    same(get(c, "/redirect", 302).headers["location"], "/item/7?a=1")
    assert "private" not in get(c, "/fails", 500).text
    get(c, "/page", text="/page &amp; &lt;b&gt;")
    get(c, "/in-thread", text="True")
    for n in "123":
        get(c, "/session", text=n)


@check("quart")
def bodies_of_quart(c):
    same(c.post("/json", json={"é": [1, None]}).json(), {"é": [1, None]})
    same(c.post("/form", data={"title": "é"}, files={"file": b"x" * 300000}).json(), {"title": "é", "size": 300000})
    same(c.put("/upload", content=b"x" * 3000000).text, "3000000")
    same(c.post("/upload", content=(b"y" * 1000 for _ in range(500))).text, "500000")
    get(c, "/stream", text="".join("part %d\n" % n for n in range(10)))
    r = get(c, "/file")
    same(r.content, open(os.path.join(HERE, "web_quart.py"), "rb").read(), "file")
    get(c, "/file", 206, r.text[10:20], headers={"Range": "bytes=10-19"})
    get(c, "/static/web_quart.py", text=r.text)
    get(c, "/background", text="answered")
    get(c, "/told/background", text="told")


@check("quart")
def clients_that_leave_quart(c):
    with c.stream("GET", "/endless") as r:
        next(r.iter_raw())
    get(c, "/told/left", text="told")


@check("quart")
async def sockets_of_quart(c):
    async with websockets.connect(WS + "/ws/blue", subprotocols=["json"]) as ws:
        same((ws.subprotocol, ws.response_headers["x-ws"]), ("json", "1"))
        await ws.send("é")
        same(await ws.recv(), "blue: é")
        await ws.send(b"abc")
        same(await ws.recv(), b"cba")
        await ws.send("close")
        same(await ends(ws), (4001, "enough"))
    async with websockets.connect(WS + "/ws/blue"):
        pass
    async with httpx.AsyncClient(base_url=URL) as client:
        same((await client.get("/told/socket")).text, "told")
    same(await refused("/ws/closed"), 403)
    assert await refused("/nowhere") in (403, 404)


def ask(function):
    with httpx.Client(base_url=URL, timeout=60) as c:
        result = function(c)
        if result is not None:
            asyncio.run(result)


def main():
    # A server may close a kept connection when the application raises after its whole response, as Starlette
    # does behind its error page, while the next request is on its way.
    attempts = 3 if "--closes" in SKIPPED else 1
    for function in CHECKS[GROUP]:
        name = function.__name__
        if name in SKIPPED:
            continue
        for left in reversed(range(attempts)):
            try:
                ask(function)
            except (httpx.ReadError, httpx.RemoteProtocolError) if left else ():
                continue
            except Exception:
                print("failed %s: %s" % (name, json.dumps(traceback.format_exc(limit=-3))))
            else:
                print("ok", name)
            break


main()
