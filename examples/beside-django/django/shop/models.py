from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models


class Record(models.Model):
    slug = models.SlugField(unique=True)
    title = models.CharField(max_length=200)
    artist = models.CharField(max_length=200)
    year = models.PositiveSmallIntegerField()
    price = models.DecimalField(max_digits=8, decimal_places=2)
    stock = models.PositiveIntegerField(default=0)
    added = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["artist", "title"]

    def __str__(self):
        return f"{self.artist}: {self.title}"


class Order(models.Model):
    record = models.ForeignKey(Record, on_delete=models.PROTECT, related_name="orders")
    customer = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="orders")
    quantity = models.PositiveIntegerField(default=1, validators=[MinValueValidator(1)])
    placed = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-placed", "-id"]

    def __str__(self):
        return f"{self.quantity} × {self.record}"
