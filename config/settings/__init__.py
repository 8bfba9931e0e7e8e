"""Settings, a file per concern. Everything comes from the environment (docs/configuration.md).

`SLOTKEEPER_ENV` is `production` unless something says otherwise: a forgotten variable must not
switch the debug mode on.
"""

# ruff: noqa: F403
from config.settings.admin import *
from config.settings.apps import *
from config.settings.channels import *
from config.settings.cors import *
from config.settings.database import *
from config.settings.environment import *
from config.settings.erasure import *
from config.settings.i18n import *
from config.settings.logs import *
from config.settings.mail import *
from config.settings.oauth import *
from config.settings.optout import *
from config.settings.rest import *
from config.settings.sealing import *
from config.settings.security import *
from config.settings.tasks import *
from config.settings.telemetry import *
from config.settings.throttle import *
