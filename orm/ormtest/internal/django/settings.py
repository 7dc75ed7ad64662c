"""Settings of the project that answers for Django; the test sets the environment."""
import json
import os

SECRET_KEY = "x"
INSTALLED_APPS = ["shop"]
# A dict as Django wants it: ENGINE, NAME, HOST, PORT, USER, PASSWORD.
DATABASES = {"default": json.loads(os.environ.get("ORMTEST_DATABASE", '{"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}'))}
USE_TZ = True
TIME_ZONE = "UTC"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_I18N = False
