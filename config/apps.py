from django.apps import AppConfig


class ConfigConfig(AppConfig):
    """For the commands that concern all apps: `prepare`, `demo_ids`."""

    name = "config"
