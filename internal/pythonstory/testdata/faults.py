"""An application that says what happens to it, on its standard output."""

import asyncio
import os

sent = 0
chunk = b"x" * 65536


async def app(scope, receive, send):
    assert scope["type"] in ("http", "websocket")
    path = scope["path"]
    if scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.accept"})
        if path == "/endless":
            await endless(lambda: send({"type": "websocket.send", "bytes": chunk}))
        await asyncio.get_running_loop().create_future()  # takes nothing of what comes
    if path == "/endless":
        await start(send)
        await endless(lambda: send({"type": "http.response.body", "body": chunk, "more_body": True}))
    if path == "/unread":
        await released(scope["query_string"].decode())
    if path == "/wait":
        await start(send)
        await send({"type": "http.response.body", "body": b"%d\n" % os.getpid(), "more_body": True})
        while True:
            event = await receive()
            if event["type"] == "http.disconnect":
                print("has left", flush=True)
                return
            if not event["more_body"]:
                go_on = asyncio.ensure_future(released(scope["query_string"].decode()))
                leaves = asyncio.ensure_future(receive())
                await asyncio.wait([go_on, leaves], return_when=asyncio.FIRST_COMPLETED)
                go_on.cancel()
                if leaves.done():
                    print("has left", flush=True)
                    return
                leaves.cancel()
                await send({"type": "http.response.body", "body": b"done\n"})
                return
    if path == "/work":
        await asyncio.sleep(0.002)
    await start(send)
    await send({"type": "http.response.body", "body": b"%d %d" % (sent, os.getpid())})


async def released(file):
    while not file or not os.path.exists(file):
        await asyncio.sleep(0.005)


async def start(send):
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/plain")]})


async def endless(send):
    global sent
    sent = 0
    try:
        while True:
            await send()
            sent += len(chunk)
    finally:
        print("has left", flush=True)
