"""Serves an application with Uvicorn, Daphne or Gunicorn, on a port that it prints.

    python3 serve.py uvicorn|daphne|gunicorn-KIND [--app MODULE:NAME] [--workers N] [--threads N] [--cert FILE --key FILE]

KIND is that of Gunicorn's workers: sync, gthread or uvicorn. Their own commands print no port, or take none
that is free. Limits are their defaults; clients may stay idle for as long as those of the Go servers, and no
log is written for each request.
"""
import argparse
import importlib
import socket

IDLE = 120  # seconds


def uvicorn(args):
    import uvicorn
    from uvicorn.supervisors import Multiprocess
    config = uvicorn.Config(args.app, loop="uvloop", http="httptools", ws="websockets", access_log=False, log_level="warning",
                            timeout_keep_alive=IDLE, workers=args.workers, ssl_certfile=args.cert, ssl_keyfile=args.key,
                            ws_max_size=1 << 20, ws_per_message_deflate=False)
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(("127.0.0.1", 0))
    listener.listen(config.backlog)
    listener.set_inheritable(True)
    tell(*listener.getsockname())
    server = uvicorn.Server(config)
    if args.workers > 1:
        Multiprocess(config, target=server.run, sockets=[listener]).run()
    else:
        server.run(sockets=[listener])


def daphne(args):
    from daphne.server import Server

    module, _, name = args.app.partition(":")
    app = getattr(importlib.import_module(module), name)
    endpoint = "tcp:0:interface=127.0.0.1:backlog=2048"
    if args.cert:
        endpoint = f"ssl:0:privateKey={args.key}:certKey={args.cert}:interface=127.0.0.1:backlog=2048"
    server = Server(app, endpoints=[endpoint], verbosity=0)
    server.ready_callable = lambda: tell(*server.listening_addresses[0])
    server.run()


def gunicorn(args, kind):
    from gunicorn.app.base import BaseApplication
    from gunicorn.util import import_app

    class Application(BaseApplication):
        def load_config(self):
            for name, value in {
                "bind": "127.0.0.1:0", "worker_class": {"uvicorn": "uvicorn.workers.UvicornWorker"}.get(kind, kind),
                "workers": args.workers, "threads": args.threads if kind == "gthread" else 1, "keepalive": IDLE,
                "loglevel": "warning", "when_ready": lambda server: tell(*server.LISTENERS[0].sock.getsockname()),
            }.items():
                self.cfg.set(name, value)

        def load(self):
            return import_app(args.app)

    Application().run()


def tell(host, port):
    print(f"{host}:{port}", flush=True)


if __name__ == "__main__":
    servers = {"uvicorn": uvicorn, "daphne": daphne}
    for kind in "sync", "gthread", "uvicorn":
        servers["gunicorn-" + kind] = lambda args, kind=kind: gunicorn(args, kind)
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("server", choices=servers)
    parser.add_argument("--app", default="app:app")
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--threads", type=int, default=4)
    parser.add_argument("--cert")
    parser.add_argument("--key")
    args = parser.parse_args()
    servers[args.server](args)
