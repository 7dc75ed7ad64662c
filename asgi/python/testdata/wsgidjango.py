"""Django with sync views, sessions in cookies and the middleware of a new project, in one file."""
import os
import sys

from django.conf import settings

if not settings.configured:
    settings.configure(
        SECRET_KEY="secret-key-of-a-test", ROOT_URLCONF=__name__, ALLOWED_HOSTS=["*"], USE_TZ=True, DATABASES={},
        SESSION_ENGINE="django.contrib.sessions.backends.signed_cookies",
        DATA_UPLOAD_MAX_MEMORY_SIZE=10 << 20, FILE_UPLOAD_MAX_MEMORY_SIZE=1 << 16, SECURE_PROXY_SSL_HEADER=("HTTP_X_FORWARDED_PROTO", "https"),
        MIDDLEWARE=[
            "django.middleware.security.SecurityMiddleware", "django.contrib.sessions.middleware.SessionMiddleware",
            "django.middleware.common.CommonMiddleware", "django.middleware.csrf.CsrfViewMiddleware",
            "django.middleware.clickjacking.XFrameOptionsMiddleware"])

import hashlib
import tempfile

import django
from django.core.signals import request_finished
from django.core.wsgi import get_wsgi_application
from django.http import FileResponse, HttpResponse, JsonResponse, StreamingHttpResponse
from django.urls import path, reverse
from django.utils.safestring import mark_safe
from django.views.decorators.csrf import csrf_exempt

finished = []
request_finished.connect(lambda **kwargs: finished.append(1), weak=False, dispatch_uid="test")


def hello(request):
    response = HttpResponse("Hello, World!", content_type="text/plain")
    response["X-Safe"] = mark_safe("safe")  # a subclass of str
    return response


def name(request, name):
    return JsonResponse({"name": name, "path": request.path, "url": reverse("name", args=[name]), "absolute": request.build_absolute_uri()})


@csrf_exempt
def form(request):
    files = {key: [f.name, f.size, hashlib.sha1(f.read()).hexdigest()] for key, f in request.FILES.items()}
    return JsonResponse({"post": request.POST.dict(), "files": files})


@csrf_exempt
def body(request):
    return JsonResponse({"length": len(request.body), "sha1": hashlib.sha1(request.body).hexdigest()})


def count(request):
    request.session["n"] = request.session.get("n", 0) + 1
    return HttpResponse(str(request.session["n"]))


def stream(request):
    return StreamingHttpResponse(("line %d\n" % i for i in range(5)), content_type="text/plain")


def file(request):
    f = tempfile.NamedTemporaryFile()
    f.write(b"0123456789" * 100000)
    f.seek(0)
    return FileResponse(f, filename="a.bin")


def fails(request):
    raise ValueError("from the view")


def how_many_finished(request):
    return HttpResponse(str(len(finished)))


urlpatterns = [
    path("", hello), path("name/<str:name>/", name, name="name"), path("form/", form), path("body/", body), path("count/", count),
    path("stream/", stream), path("file/", file), path("fails/", fails), path("finished/", how_many_finished)]

application = get_wsgi_application()
