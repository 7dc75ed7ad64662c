from django.db import models


class Article(models.Model):
    title = models.CharField(max_length=100)
    body = models.TextField(blank=True, default="")
    product = models.ForeignKey("shop.Product", models.CASCADE)
