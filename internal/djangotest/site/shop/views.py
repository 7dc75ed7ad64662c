from django.http import HttpResponse, StreamingHttpResponse
from django.views import View
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

print("the project prints when it is loaded")


def home(request):
    return HttpResponse("Python: home\n")


def archive(request, year):
    return HttpResponse("Python: archive %d\n" % year)


def old(request, *args, **kwargs):
    return HttpResponse("Python: old\n")


def about(request):
    return HttpResponse("Python: about\n")


def feed(request):
    return StreamingHttpResponse(["Python: ", "feed\n"])


@csrf_exempt
@require_http_methods(["GET", "POST"])
def new(request):
    return HttpResponse("Python: new by %s\n" % request.method)


async def stock(request, slug, pk):
    return HttpResponse("Python: stock of %s\n" % slug)


def item(request, id, rest):
    return HttpResponse("Python: item %s\n" % rest)


class ProductList(View):
    def get(self, request):
        return HttpResponse("Python: products\n")


class ProductDetail(View):
    def get(self, request, slug):
        return HttpResponse("Python: product %s\n" % slug)

    def post(self, request, slug):
        return HttpResponse("Python: changed %s\n" % slug)
