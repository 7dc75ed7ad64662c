"""Makes rows of the shop."""
from datetime import datetime, timezone
from decimal import Decimal
from zoneinfo import ZoneInfo

from shop.models import Category, Detail, Product, Store, Tag, Tagging


def fill():
    music = Category.objects.create(name="Music")
    jazz = Category.objects.create(name="Jazz", parent=music)
    new, old = Tag.objects.create(label="new"), Tag.objects.create(label="old")
    north = Store.objects.create(name="North", city="Wien", opened=datetime(2020, 3, 29, 2, 30, tzinfo=timezone.utc))
    Store.objects.create(name="Süd", city="Graz")
    for i, (name, price, extra) in enumerate([("Facing You", "19.90", {"live": "é", "set 1": [1, 2.5, None]}), ("Köln", "0.10", [])]):
        added = datetime(2021, 7, 1, 12, 0, 0, 123000 * i, tzinfo=ZoneInfo("Europe/Vienna"))
        p = Product.objects.create(name=name, price=Decimal(price), added=added, extra=extra, category=[jazz, music][i])
        Tagging.objects.create(product=p, tag=[new, old][i], weight=7)
        p.stores.add(north)
    Detail.objects.create(product=p, text="a\nlong <text>")
    Product.objects.create(name="No more", price=Decimal("999999.99"), status="gone", category=music,
                           added=datetime(1999, 12, 31, 23, 59, 59, tzinfo=timezone.utc))
