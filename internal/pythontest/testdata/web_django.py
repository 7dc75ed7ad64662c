"""A project of Django and Channels in one file; clients.py tells what it must answer."""
import asyncio
import hashlib
import os
import time

from django.conf import settings

settings.configure(
    DEBUG=False, SECRET_KEY="not secret", ROOT_URLCONF="web_django", ALLOWED_HOSTS=["*"], USE_TZ=True,
    INSTALLED_APPS=["channels"], CHANNEL_LAYERS={"default": {"BACKEND": "channels.layers.InMemoryChannelLayer"}},
    SESSION_ENGINE="django.contrib.sessions.backends.signed_cookies", FILE_UPLOAD_MAX_MEMORY_SIZE=1 << 20,
    DATA_UPLOAD_MAX_MEMORY_SIZE=2 << 20,
    MIDDLEWARE=["web_django.SyncMiddleware", "django.contrib.sessions.middleware.SessionMiddleware", "web_django.async_middleware",
                "django.middleware.csrf.CsrfViewMiddleware"],
)

import django

django.setup()

from asgiref.sync import async_to_sync
from channels.consumer import SyncConsumer
from channels.generic.http import AsyncHttpConsumer
from channels.generic.websocket import AsyncJsonWebsocketConsumer, WebsocketConsumer
from channels.routing import ProtocolTypeRouter, URLRouter
from django.core.asgi import get_asgi_application
from django.http import FileResponse, HttpResponse, JsonResponse, StreamingHttpResponse
from django.middleware.csrf import get_token
from django.urls import path, re_path, reverse
from django.utils.decorators import sync_and_async_middleware
from django.views.decorators.csrf import csrf_exempt


@sync_and_async_middleware
def async_middleware(get_response):
    if asyncio.iscoroutinefunction(get_response):
        async def middleware(request):
            response = await get_response(request)
            response["X-Async-Middleware"] = "async"
            return response
    else:
        def middleware(request):
            response = get_response(request)
            response["X-Async-Middleware"] = "sync"
            return response
    return middleware


class SyncMiddleware:
    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        response["X-Sync-Middleware"] = "sync"
        return response


async def async_view(request, name):
    await asyncio.sleep(0)
    return HttpResponse("async " + name)


def sync_view(request):
    return HttpResponse("sync")


def meta(request):
    wanted = ("REQUEST_METHOD", "PATH_INFO", "SCRIPT_NAME", "QUERY_STRING", "REMOTE_ADDR", "REMOTE_HOST", "HTTP_X_SOME", "HTTP_HOST", "CONTENT_TYPE",
              "CONTENT_LENGTH", "HTTP_X_FORWARDED_FOR", "HTTP_X_SPOOFED")
    return JsonResponse({**{name: request.META.get(name) for name in wanted}, "absolute": request.build_absolute_uri(),
                         "secure": request.is_secure(), "get": dict(request.GET.lists()), "path": request.path, "reverse": reverse("async", args=["x"])})


@csrf_exempt
def upload(request):
    return JsonResponse({"post": request.POST.dict(), "files": {
        name: [f.name, f.content_type, f.size, hashlib.sha256(f.read()).hexdigest()] for name, f in request.FILES.items()}})


@csrf_exempt
def body(request):
    return HttpResponse(hashlib.sha256(request.body).hexdigest())


@csrf_exempt
def reads(request):
    return HttpResponse(str(sum(len(line) for line in request)))


def form(request):
    return HttpResponse(get_token(request) if request.method == "GET" else "posted")


def stream(request):
    def parts():
        for number in range(5):
            yield "part %d\n" % number
    return StreamingHttpResponse(parts(), content_type="text/plain")


def file(request):
    return FileResponse(open(__file__, "rb"), as_attachment=True, filename="é.py")


def session(request):
    request.session["count"] = request.session.get("count", 0) + 1
    return HttpResponse(str(request.session["count"]))


def fails(request):
    raise ValueError("a private detail")


def slow(request):
    time.sleep(0.05)
    return HttpResponse("slow")


def cookies(request):
    response = HttpResponse()
    response.set_cookie("a", "1")
    response.set_cookie("b", "2", httponly=True, samesite="Lax")
    return response


urlpatterns = [
    path("async/<str:name>", async_view, name="async"), path("sync", sync_view), path("meta/<path:rest>", lambda r, rest: meta(r)),
    path("upload", upload), path("body", body), path("reads", reads), path("form", form), path("stream", stream), path("file", file),
    path("session", session), path("fails", fails), path("slow", slow), path("cookies", cookies),
]

application = get_asgi_application()


class Room(AsyncJsonWebsocketConsumer):
    async def connect(self):
        if self.scope["query_string"] == b"refuse":
            return await self.close()
        self.room = self.scope["url_route"]["kwargs"]["room"]
        await self.channel_layer.group_add(self.room, self.channel_name)
        await self.accept("json" if "json" in self.scope["subprotocols"] else None)

    async def receive_json(self, content):
        if content == "close":
            return await self.close(code=4000)
        await self.channel_layer.group_send(self.room, {"type": "room.said", "said": content})

    async def room_said(self, event):
        await self.send_json({"said": event["said"]})

    async def disconnect(self, code):
        await self.channel_layer.group_discard(self.room, self.channel_name)
        await self.channel_layer.group_send(self.room, {"type": "room.said", "said": "left %s" % code})


class Echo(WebsocketConsumer):
    def receive(self, text_data=None, bytes_data=None):
        if text_data == "fail":
            raise ValueError("a private detail")
        self.send(text_data and text_data.upper(), bytes_data and bytes_data[::-1])


class Events(AsyncHttpConsumer):
    async def handle(self, body):
        await self.send_headers(headers=[(b"Content-Type", b"text/event-stream")])
        for number in range(3):
            await self.send_body(b"data: %d\n\n" % number, more_body=True)
        await self.send_body(b"")


class Low(SyncConsumer):
    def websocket_connect(self, event):
        self.send({"type": "websocket.accept"})

    def websocket_receive(self, event):
        self.send({"type": "websocket.send", "text": event["text"]})

    def websocket_disconnect(self, event):
        pass


channels = ProtocolTypeRouter({
    "http": URLRouter([path("events", Events.as_asgi()), re_path("", application)]),
    "websocket": URLRouter([path("room/<str:room>", Room.as_asgi()), path("echo", Echo.as_asgi()), path("low", Low.as_asgi())]),
})
