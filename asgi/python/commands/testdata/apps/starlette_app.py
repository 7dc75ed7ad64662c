from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route


async def home(request):
    return PlainTextResponse("Starlette says hello to %s over %s" % (request.client.host, request.url.scheme))


app = Starlette(routes=[Route("/", home)])
