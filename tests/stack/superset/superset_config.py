# Settings of the Superset that the tests run against: on loopback, with throw-away secrets, nothing is sent by mail.
import os

HOME = os.environ["SUPERSET_HOME"]
SECRET_KEY = "stack-only-not-a-secret-0123456789abcdef0123456789abcdef"
SQLALCHEMY_DATABASE_URI = f"sqlite:///{HOME}/superset.db?check_same_thread=false"
TALISMAN_ENABLED = False
WTF_CSRF_ENABLED = True
RATELIMIT_ENABLED = False
AUTH_RATE_LIMITED = False
FEATURE_FLAGS = {"TAGGING_SYSTEM": True, "ENABLE_TEMPLATE_PROCESSING": True}
CACHE_CONFIG = {"CACHE_TYPE": "SimpleCache"}
DATA_CACHE_CONFIG = CACHE_CONFIG
FILTER_STATE_CACHE_CONFIG = CACHE_CONFIG
EXPLORE_FORM_DATA_CACHE_CONFIG = CACHE_CONFIG
CELERY_CONFIG = None
