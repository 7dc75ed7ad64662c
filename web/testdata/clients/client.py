# A client of Python's websockets for websocket_clients_test.go: exits with an error if anything is
# not as it should be.
import asyncio, os, sys
import websockets
from websockets.extensions.permessage_deflate import ClientPerMessageDeflateFactory as Deflate

MESSAGES = ["", "hä?", "ä" * 300_000, b"", b"\x00\xff", os.urandom(100_000), "the same again and again, " * 2000]
OFFERS = [
    None,
    [Deflate()],
    [Deflate(server_max_window_bits=9, client_max_window_bits=True)],
    [Deflate(server_no_context_takeover=True, client_no_context_takeover=True, client_max_window_bits=10)],
]


async def talk(url, extensions):
    async with websockets.connect(url, subprotocols=["v0", "chat"], compression=None, extensions=extensions, max_size=2**24) as ws:
        assert ws.subprotocol == "chat", ws.subprotocol
        assert len(ws.extensions) == (1 if extensions else 0), ws.extensions
        for message in MESSAGES:
            await ws.send(message)
            got = await ws.recv()
            assert got == message, (message[:40], got[:40])
        await ws.send(["in ", "", "three", " fragments"])
        assert await ws.recv() == "in three fragments"
        await (await ws.ping(b"?"))
    assert ws.close_code == 1000, ws.close_code


async def main(url):
    for extensions in OFFERS:
        await talk(url, extensions)
    async with websockets.connect(url) as ws:
        await ws.send("close")
        try:
            await ws.recv()
            raise AssertionError("the socket is open")
        except websockets.ConnectionClosed:
            assert (ws.close_code, ws.close_reason) == (4321, "as told"), (ws.close_code, ws.close_reason)
    for path, origin, status in [("denied", None, 401), ("", "https://evil.example", 403)]:
        try:
            await websockets.connect(url + path, origin=origin)
            raise AssertionError("not refused")
        except websockets.InvalidStatusCode as e:
            assert e.status_code == status, e.status_code


asyncio.run(asyncio.wait_for(main(sys.argv[1]), 60))
