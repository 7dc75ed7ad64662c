"""The project with Channels, whose router is asked for a lifespan, too."""

from asgi import application as site

from channels.auth import AuthMiddlewareStack
from channels.generic.websocket import AsyncJsonWebsocketConsumer, WebsocketConsumer
from channels.routing import ProtocolTypeRouter, URLRouter
from django.urls import path


class Echo(WebsocketConsumer):
    """A synchronous one, in a thread."""

    def connect(self):
        self.accept(subprotocol="chat" if "chat" in self.scope["subprotocols"] else None)

    def receive(self, text_data=None, bytes_data=None):
        if text_data == "leave":
            self.close(code=4001)
        else:
            self.send(text_data=text_data, bytes_data=bytes_data)


class Hello(AsyncJsonWebsocketConsumer):
    async def connect(self):
        if self.scope["url_route"]["kwargs"]["name"] == "nobody":
            await self.close()
            return
        await self.accept()
        await self.send_json(
            {
                "hello": self.scope["url_route"]["kwargs"]["name"],
                "user": str(self.scope["user"]),
                "version": self.scope["http_version"],
                "scheme": self.scope["scheme"],
            }
        )


application = ProtocolTypeRouter(
    {
        "http": site,
        "websocket": AuthMiddlewareStack(
            URLRouter([path("ws/echo/", Echo.as_asgi()), path("ws/hello/<str:name>/", Hello.as_asgi())])
        ),
    }
)
