"""Serves app.py with Uvicorn or Daphne, on a port that it prints.

    python3 serve.py uvicorn|daphne [--workers N] [--cert FILE --key FILE]

Their own commands print no port, or take none that is free. Limits are their defaults; clients may stay
idle for as long as those of the Go servers, and no log is written for each request.
"""
import argparse
import socket

IDLE = 120  # seconds


def uvicorn(args):
    import uvicorn
    from uvicorn.supervisors import Multiprocess
    config = uvicorn.Config("app:app", loop="uvloop", http="httptools", ws="websockets", access_log=False, log_level="warning",
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

    from app import app
    endpoint = "tcp:0:interface=127.0.0.1:backlog=2048"
    if args.cert:
        endpoint = f"ssl:0:privateKey={args.key}:certKey={args.cert}:interface=127.0.0.1:backlog=2048"
    server = Server(app, endpoints=[endpoint], verbosity=0)
    server.ready_callable = lambda: tell(*server.listening_addresses[0])
    server.run()


def tell(host, port):
    print(f"{host}:{port}", flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("server", choices=["uvicorn", "daphne"])
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--cert")
    parser.add_argument("--key")
    args = parser.parse_args()
    {"uvicorn": uvicorn, "daphne": daphne}[args.server](args)
