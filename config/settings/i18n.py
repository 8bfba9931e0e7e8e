"""Language and time: instants are UTC; local times are computed from rules (scheduling/rules)."""

__all__ = ["FORMAT_MODULE_PATH", "LANGUAGE_CODE", "TIME_ZONE", "USE_I18N", "USE_TZ"]

LANGUAGE_CODE = "en"
USE_I18N = True
# Fri 20 Nov 2026, 13:30: short, and no doubt about day and month.
FORMAT_MODULE_PATH = "config.formats"
USE_TZ = True
TIME_ZONE = "UTC"
