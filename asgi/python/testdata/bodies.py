"""An application of long bodies.

    /count      the length of the body
    /digest     the SHA-256 of the body, in hexadecimal
    /echo       the body, part by part, while it comes
    /early      an answer before the body is read
    /blob/N     N bytes, as blob() makes them
    /leave      waits for the end of the body, which never comes
    /whole      8 MiB at once, whose end never leaves
    /pipe       what comes of sending a pipe as a file
    /left       answers when the client of /leave or /whole has gone, with what its application was told
"""
import asyncio
import hashlib
import os

left = None


def blob(n):
    return bytes(i * i // 7 % 251 for i in range(4099)) * (n // 4099 + 1)


async def app(scope, receive, send):
    global left
    if scope["type"] == "lifespan":
        left = asyncio.get_running_loop().create_future()
        while True:
            message = await receive()
            await send({"type": message["type"] + ".complete"})
            if message["type"] == "lifespan.shutdown":
                return
    path = scope["path"]
    if path == "/echo":
        await send({"type": "http.response.start", "status": 200, "headers": []})
        async for part in parts(receive):
            await send({"type": "http.response.body", "body": part, "more_body": True})
        await send({"type": "http.response.body"})
        return
    if path == "/pipe":
        file, end = os.pipe()
        os.close(end)
        await send({"type": "http.response.start", "status": 200, "headers": []})
        try:
            await send({"type": "http.response.zerocopysend", "file": file, "offset": 0})
        except ValueError as exc:
            await send({"type": "http.response.body", "body": str(exc).encode()})
        finally:
            os.close(file)
        return
    if path == "/digest":
        digest = hashlib.sha256()
        async for part in parts(receive):
            digest.update(part)
        body = digest.hexdigest().encode()
    elif path == "/count":
        body = b"%d" % sum([len(part) async for part in parts(receive)])
    elif path == "/early":
        body = b"early"
    elif path == "/leave":
        message = {"type": "http.request"}
        while message["type"] == "http.request":
            message = await receive()
        left.set_result(message["type"])
        return
    elif path == "/whole":
        await send({"type": "http.response.start", "status": 200, "headers": []})
        try:
            await send({"type": "http.response.body", "body": bytes(8 << 20)})
        except OSError as exc:
            left.set_result(str(exc))
        return
    elif path == "/left":
        body = (await left).encode()
    else:
        n = int(path.rpartition("/")[2])
        body = blob(n)[:n]
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"%d" % len(body))]})
    await send({"type": "http.response.body", "body": body})


async def parts(receive):
    more = True
    while more:
        message = await receive()
        yield message.get("body", b"")
        more = message.get("more_body", False)
