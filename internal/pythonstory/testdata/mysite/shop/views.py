import asyncio
import hashlib
import os
import threading
import time

from django.http import HttpResponse, JsonResponse, StreamingHttpResponse
from django.views.decorators.csrf import csrf_exempt


def told(request, kind):
    return JsonResponse(
        {
            "view": kind,
            "version": getattr(request, "scope", {}).get("http_version"),
            "scheme": request.scheme,
            "path": request.path,
            "query": request.GET.dict(),
            "host": request.get_host(),
        }
    )


def sync_view(request):
    assert threading.current_thread() is not threading.main_thread() or not hasattr(request, "scope")
    return told(request, "sync")


async def async_view(request):
    await asyncio.sleep(0)
    return told(request, "async")


def parts(until):
    """One part, and the other when a file is there."""
    yield "data: first\n\n"
    give_up = time.monotonic() + 20
    while until and not os.path.exists(until) and time.monotonic() < give_up:
        time.sleep(0.005)
    yield "data: second\n\n"


def events(request):
    return StreamingHttpResponse(parts(request.GET.get("until")), content_type="text/event-stream")


def stream(request):
    return StreamingHttpResponse(b"%05d\n" % n for n in range(int(request.GET["lines"])))


@csrf_exempt
def upload(request):
    return JsonResponse({name: hashlib.sha256(f.read()).hexdigest() for name, f in request.FILES.items()})


def broken(request):
    raise RuntimeError("broken on purpose")
