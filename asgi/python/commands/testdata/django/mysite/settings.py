import os
from pathlib import Path

BASE_DIR = Path(__file__).resolve().parent.parent
SECRET_KEY = "only for tests"
DEBUG = False
ALLOWED_HOSTS = ["*"]
ROOT_URLCONF = "mysite.urls"
MIDDLEWARE = ["django.middleware.security.SecurityMiddleware", "django.middleware.common.CommonMiddleware"]
WSGI_APPLICATION = "mysite.wsgi.application"
if os.environ.get("SHOP_ASGI"):
    ASGI_APPLICATION = "mysite.asgi.application"
USE_TZ = True
