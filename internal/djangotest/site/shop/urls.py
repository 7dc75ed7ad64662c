from django.urls import path

from . import views

app_name = "shop"
urlpatterns = [
    path("", views.ProductList.as_view(), name="list"),
    path("new/", views.new, name="new"),
    path("<slug:slug>/", views.ProductDetail.as_view(), name="detail"),
    path("<slug:slug>/stock/<int:pk>", views.stock, name="stock"),
    path("items/<uuid:id>/<path:rest>", views.item, name="item"),
]
