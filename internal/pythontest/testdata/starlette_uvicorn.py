"""Serves starlette_suite.py with Uvicorn on two sockets, as one process: plain, and with the certificate and key
that the arguments name."""
import asyncio
import signal
import socket
import sys

import uvicorn
import uvloop

import starlette_suite


class Server(uvicorn.Server):
    def install_signal_handlers(self):
        asyncio.get_running_loop().add_signal_handler(signal.SIGINT, stop)


def listen(scheme):
    s = socket.create_server(("127.0.0.1", 0))
    starlette_suite.addresses[scheme] = s.getsockname()
    return s


def server(**more):
    return Server(uvicorn.Config(starlette_suite.app, http="httptools", ws="websockets", lifespan="off",
                                 log_config=None, **more))


def stop():
    for s in servers:
        s.should_exit = True


async def main():
    sockets = [listen("http"), listen("https")]
    print("Uvicorn running on http://%s:%d" % sockets[0].getsockname(), flush=True)
    await asyncio.gather(*(s.serve(sockets=[sock]) for s, sock in zip(servers, sockets)))


servers = [server(), server(ssl_certfile=sys.argv[1], ssl_keyfile=sys.argv[2])]
uvloop.install()
asyncio.run(main())
