from django.contrib import admin

from .models import Order, Record


@admin.register(Record)
class RecordAdmin(admin.ModelAdmin):
    list_display = ["title", "artist", "year", "price", "stock"]
    list_editable = ["stock"]
    list_filter = ["year"]
    search_fields = ["title", "artist"]
    prepopulated_fields = {"slug": ["title"]}


@admin.register(Order)
class OrderAdmin(admin.ModelAdmin):
    list_display = ["record", "customer", "quantity", "placed"]
    list_select_related = ["record", "customer"]
