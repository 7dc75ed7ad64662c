"""An ASGI application that tells what it was asked."""
import asyncio
import json
import os


async def application(scope, receive, send):
    if scope["type"] == "lifespan":
        while True:
            message = await receive()
            await send({"type": message["type"] + ".complete"})
            if message["type"] == "lifespan.shutdown":
                return
    if scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.accept"})
        message = await receive()
        await send({"type": "websocket.send", "text": "you said " + message["text"]})
        await send({"type": "websocket.close"})
        return
    if scope["path"].endswith("/slow"):
        await asyncio.sleep(0.3)
    if scope["path"].endswith("/never"):
        await asyncio.sleep(3600)
    headers = {name.decode(): value.decode() for name, value in scope["headers"]}
    told = {
        "pid": os.getpid(), "cwd": os.getcwd(), "version": scope["http_version"], "scheme": scope["scheme"],
        "client": scope["client"], "root_path": scope["root_path"], "path": scope["path"], "headers": headers,
        "environ": {name: value for name, value in os.environ.items() if name.startswith("SHOP_")},
        "tls": "tls" in scope.get("extensions", {}),
    }
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"application/json")]})
    await send({"type": "http.response.body", "body": json.dumps(told).encode()})


def create_app():
    return application


async def refusing(scope, receive, send):
    await receive()
    await send({"type": "lifespan.startup.failed", "message": "there is no database"})
