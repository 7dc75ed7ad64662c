from django.contrib import admin
from django.urls import path

from shop import views

urlpatterns = [
    path("sync/", views.sync_view),
    path("async/", views.async_view),
    path("stream/", views.stream),
    path("events/", views.events),
    path("upload/", views.upload),
    path("broken/", views.broken),
    path("admin/", admin.site.urls),
]
