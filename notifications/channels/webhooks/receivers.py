"""What an address of a receiver must be like."""

import re
from typing import Final
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError

from notifications.channels.addresses import ForbiddenAddressError, UnknownHostError, look_up

_PRINTABLE: Final = re.compile(r"[\x21-\x7e]+\Z")
_PORTS: Final = {"https": 443, "http": 80}


def check_url(url: str) -> None:
    """Raises ValidationError, which says what is wrong, for an address that webhooks are not sent to.

    A name that nobody knows yet is taken: where it leads is checked again with each connection.
    """
    host, port = _parts(url)
    try:
        look_up(host, port)
    except ForbiddenAddressError as error:
        raise ValidationError(str(error)) from error
    except UnknownHostError:
        return


def _parts(url: str) -> tuple[str, int]:
    if not _PRINTABLE.match(url):
        raise ValidationError("Write an address without blanks, in ASCII.")
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        raise ValidationError("This is no address.") from None
    if parts.scheme not in _PORTS or not host:
        raise ValidationError("Write an address that begins with https://.")
    if parts.scheme == "http" and not settings.ALLOW_PRIVATE_TARGETS:
        raise ValidationError("Write an https address: what is sent names people by their ids.")
    if "@" in parts.netloc:
        raise ValidationError("Leave out user name and password: verify the signature instead.")
    if parts.fragment or "#" in url:
        raise ValidationError("Leave out what follows #: it is never sent.")
    if port == 0:
        raise ValidationError("There is no port 0.")
    return host, port or _PORTS[parts.scheme]
