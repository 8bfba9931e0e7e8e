"""Rows of the tables of providers of short texts: SMS, push and chat."""

from collections.abc import Mapping
from urllib.parse import urlsplit

from notifications.channels.apprise_link import AppriseLink, Notice, Plugin
from notifications.channels.fields import Field
from notifications.channels.providers import Link, Provider


def texting(
    key: str,
    label: str,
    help: str,  # noqa: A002 - as on a form's field
    plugin: Plugin,
    *fields: Field,
) -> Provider[Link[Notice]]:
    """A provider whom `plugin` talks to."""
    secrets = [field.name for field in fields if field.is_secret]

    def link(values: Mapping[str, str]) -> Link[Notice]:
        own = [values[name] for name in secrets if name in values]
        return AppriseLink(label=label, plugin=plugin, values=values, secrets=own)

    return Provider(key=key, label=label, help=help, fields=fields, link=link)


def secret(name: str, label: str, help: str = "", *, pattern: str, is_required: bool = True) -> Field:  # noqa: A002
    return Field(name, label, help=help, is_secret=True, pattern=pattern, is_required=is_required)


def server_options(url: str) -> dict[str, object]:
    """How apprise's plugins are told of a server at https://host[:port][/path]."""
    parts = urlsplit(url)
    return {"secure": True, "host": parts.hostname, "port": parts.port, "fullpath": f"{parts.path.rstrip('/')}/"}
