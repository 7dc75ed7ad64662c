import sys


async def app(scope, receive, send):
    assert scope["type"] == "lifespan"
    await receive()
    print("INFO:refuses:looking for the database", file=sys.stderr)
    await send({"type": "lifespan.startup.failed", "message": "The database is not there."})
