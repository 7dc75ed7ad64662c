"""The settings of a Django project whose database is adopted."""
import json
import os

SECRET_KEY = "secret-key-of-a-test"
DATABASES = {"default": json.loads(os.environ["ADOPT_DATABASE"])}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True
TIME_ZONE = "Europe/Vienna"
INSTALLED_APPS = ["django.contrib.contenttypes", "django.contrib.auth", "django.contrib.sessions", "shop", "news"]
