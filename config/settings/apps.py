"""Which app lives in which schema, the middleware, the URLconfs, templates and static files."""

from config.settings.environment import BASE_DIR

__all__ = [
    "DATABASE_ROUTERS",
    "DEFAULT_AUTO_FIELD",
    "INSTALLED_APPS",
    "MIDDLEWARE",
    "PUBLIC_SCHEMA_URLCONF",
    "ROOT_URLCONF",
    "SHARED_APPS",
    "STATICFILES_DIRS",
    "STATIC_ROOT",
    "STATIC_URL",
    "STORAGES",
    "TEMPLATES",
    "TENANT_APPS",
    "TENANT_DOMAIN_MODEL",
    "TENANT_MODEL",
    "WHITENOISE_USE_FINDERS",
    "WSGI_APPLICATION",
]

# In both kinds of schema: operators sign in to the public one, staff and clients to their tenant's.
_SIGN_IN_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.admin",
    "accounts",
]

# The public schema.
SHARED_APPS = [
    # Before django_tenants, whose create_tenant asks questions and makes no brand.
    "tenants",
    "django_tenants",
    *_SIGN_IN_APPS,
]

# Each tenant's schema. Nothing here may refer to a table of the public schema (docs/adr/0002).
TENANT_APPS = [
    *_SIGN_IN_APPS,
    "tenants.audit",
    "tenants.brands",
    "accounts.access",
    "oauth2_provider",
    "scheduling",
    "notifications",
    "bookings",
    "visits",
    "api",
]

# Without tables.
_TOOLS = [
    "config",
    "unfold",
    "unfold.contrib.filters",
    "unfold.contrib.forms",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
]

INSTALLED_APPS = [*_TOOLS, *dict.fromkeys([*SHARED_APPS, *TENANT_APPS])]

TENANT_MODEL = "tenants.Tenant"
TENANT_DOMAIN_MODEL = "tenants.Domain"
DATABASE_ROUTERS = ["django_tenants.routers.TenantSyncRouter"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

ROOT_URLCONF = "config.urls.tenant"
PUBLIC_SCHEMA_URLCONF = "config.urls.platform"
WSGI_APPLICATION = "config.wsgi.application"

MIDDLEWARE = [
    "api.middleware.request_id.RequestIdMiddleware",
    "api.middleware.telemetry.TelemetryMiddleware",
    # Before all that answers by itself: no answer goes without their headers.
    "api.middleware.headers.ContentPolicyMiddleware",
    "api.middleware.headers.HeadersMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "api.middleware.health.HealthMiddleware",
    "api.middleware.tenant.TenantMiddleware",
    # Inside the tenant, whose applications list the origins; around all else, so that errors have the headers too.
    "corsheaders.middleware.CorsMiddleware",
    # Inside CORS, so that a page can read that it asks too often, and is never told so of a preflight.
    "api.middleware.throttle.ThrottleMiddleware",
    "api.middleware.errors.ErrorMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "config" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

STATIC_URL = "/static/"
STATIC_ROOT = None
STATICFILES_DIRS = [BASE_DIR / "config" / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
# WhiteNoise serves the files from where the apps keep them: there is no collectstatic step.
WHITENOISE_USE_FINDERS = True
