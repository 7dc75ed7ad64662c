from django.db import models


class Record(models.Model):
    title = models.CharField(max_length=100)
    sleeve = models.FileField(upload_to="sleeves", blank=True)

    def __str__(self):
        return self.title
