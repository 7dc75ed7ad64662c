import asyncio

from django.utils.decorators import sync_and_async_middleware


@sync_and_async_middleware
def told_by(get_response):
    """Says in a header which way the request came."""
    if asyncio.iscoroutinefunction(get_response):

        async def middleware(request):
            response = await get_response(request)
            response["X-Middleware"] = "async"
            return response

    else:

        def middleware(request):
            response = get_response(request)
            response["X-Middleware"] = "sync"
            return response

    return middleware
