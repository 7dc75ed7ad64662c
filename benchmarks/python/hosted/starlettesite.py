"""A site of Starlette: JSON, and one of 50 routes with a number in its path."""
from starlette.applications import Starlette
from starlette.responses import JSONResponse, PlainTextResponse
from starlette.routing import Route


async def json(request):
    return JSONResponse({"message": "Hello, World!"})


async def item(request):
    return PlainTextResponse(f"item {request.path_params['id']}")


app = Starlette(routes=[Route("/json", json)] + [Route(f"/r{n:02}/{{id:int}}/", item) for n in range(50)])
