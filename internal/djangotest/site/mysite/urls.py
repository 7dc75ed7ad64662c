from django.conf.urls.i18n import i18n_patterns
from django.contrib import admin
from django.urls import include, path, re_path, register_converter

from shop import converters, views

register_converter(converters.FourDigitYear, "yyyy")

urlpatterns = [
    path("", views.home, name="home"),
    path("admin/", admin.site.urls),
    path("accounts/", include("django.contrib.auth.urls")),
    path("shop/", include("shop.urls")),
    path("wholesale/", include("shop.urls", namespace="wholesale")),
    path("archive/<yyyy:year>/", views.archive, name="archive"),
    re_path(r"^old/(?P<slug>[-\w]+)/(?:page-(?P<page>\d+)/)?$", views.old, name="old"),
    re_path(r"^news/(\d{4})/$", views.old),
    re_path(r"^legacy/(?!secret)(?P<rest>.*)$", views.old, name="legacy"),
    re_path(r"feed\.(?:rss|atom)$", views.feed, name="feed"),
]
urlpatterns += i18n_patterns(path("about/", views.about, name="about"))
