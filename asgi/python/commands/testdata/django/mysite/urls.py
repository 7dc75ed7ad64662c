from django.http import HttpResponse
from django.urls import path


def home(request):
    return HttpResponse("Django says hello to %s over %s" % (request.META["REMOTE_ADDR"], request.scheme), content_type="text/plain")


async def slowly(request):
    return HttpResponse("Django answers from a coroutine", content_type="text/plain")


urlpatterns = [path("", home), path("async/", slowly)]
