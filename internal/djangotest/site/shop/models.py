from django.db import models


class Product(models.Model):
    name = models.CharField(max_length=100)
    slug = models.SlugField(unique=True)


class Sale(models.Model):
    product = models.ForeignKey(Product, on_delete=models.CASCADE)
