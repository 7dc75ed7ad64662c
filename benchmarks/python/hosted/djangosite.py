"""A project of Django in one file, with views of both kinds.

BENCH_MIDDLEWARE is "default" for the middleware that startproject writes, or "none".
"""
import os

import django
from django.conf import settings
from django.core.handlers.asgi import ASGIHandler
from django.core.handlers.wsgi import WSGIHandler
from django.http import HttpResponse
from django.urls import path

MIDDLEWARE = {"none": [], "default": [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]}

settings.configure(
    SECRET_KEY="for benchmarks",
    ALLOWED_HOSTS=["127.0.0.1"],
    ROOT_URLCONF=__name__,
    INSTALLED_APPS=["django.contrib.auth", "django.contrib.contenttypes", "django.contrib.sessions", "django.contrib.messages"],
    MIDDLEWARE=MIDDLEWARE[os.environ["BENCH_MIDDLEWARE"]],
    DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
)


async def async_view(request):
    return HttpResponse("Hello, World!", content_type="text/plain")


def sync_view(request):
    return HttpResponse("Hello, World!", content_type="text/plain")


urlpatterns = [path("async/", async_view), path("sync/", sync_view)]

django.setup(set_prefix=False)
asgi = ASGIHandler()
wsgi = WSGIHandler()
