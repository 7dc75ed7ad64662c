from django.contrib import admin
from django.urls import include, path

from shop import views

urlpatterns = [
    path("", views.home, name="home"),
    path("records/<slug:slug>/", views.record, name="record"),
    path("records/<slug:slug>/order/", views.order, name="order"),
    path("orders/", views.orders, name="orders"),
    path("accounts/", include("django.contrib.auth.urls")),
    path("admin/", admin.site.urls),
]
