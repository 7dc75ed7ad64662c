from django.db import models


class Category(models.Model):
    name = models.CharField(max_length=50, unique=True)
    parent = models.ForeignKey("self", models.SET_NULL, null=True, blank=True, related_name="children")


class Tag(models.Model):
    label = models.CharField(max_length=20)


class Place(models.Model):
    name = models.CharField(max_length=80)
    opened = models.DateTimeField(null=True, blank=True)


class Store(Place):
    city = models.CharField(max_length=40, db_index=True)


class Product(models.Model):
    name = models.CharField(max_length=200)
    price = models.DecimalField(max_digits=8, decimal_places=2)
    status = models.CharField(max_length=10, default="new")
    added = models.DateTimeField()
    extra = models.JSONField(null=True)
    category = models.ForeignKey(Category, models.CASCADE, related_name="products")
    tags = models.ManyToManyField(Tag, through="Tagging", related_name="products")
    stores = models.ManyToManyField(Store, related_name="products")

    class Meta:
        constraints = [
            models.CheckConstraint(check=models.Q(price__gte=0), name="shop_product_price"),
            models.UniqueConstraint(fields=["name", "category"], name="shop_product_once"),
        ]
        indexes = [models.Index(fields=["name"], condition=models.Q(status="new"), name="shop_product_new")]


class Tagging(models.Model):
    product = models.ForeignKey(Product, models.CASCADE)
    tag = models.ForeignKey(Tag, models.CASCADE)
    weight = models.PositiveSmallIntegerField(default=1)

    class Meta:
        unique_together = [("product", "tag")]


class Detail(models.Model):
    product = models.OneToOneField(Product, models.CASCADE, related_name="detail")
    text = models.TextField()
