"""The client's address, as far as it can be believed."""

import ipaddress

from django.conf import settings
from django.http import HttpRequest


def client_address(request: HttpRequest) -> str:
    """Where the request came from: the connection's other end, or what the trusted proxies say of it.

    `X-Forwarded-For` is a list to which each proxy appends whom it saw; with `TRUSTED_PROXIES` = n the nth from
    the right was written by the outermost proxy of ours, and all before it by anybody. An IPv6 client stands for
    its /64, which is what one customer gets.
    """
    seen = str(request.META.get("REMOTE_ADDR", ""))
    hops = settings.TRUSTED_PROXIES
    if hops:
        forwarded = [part.strip() for part in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",") if part.strip()]
        if len(forwarded) >= hops:
            seen = forwarded[-hops]
    return _normal(seen)


def _normal(text: str) -> str:
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return "unknown"
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped:
            return str(address.ipv4_mapped)
        return str(ipaddress.ip_network((address, 64), strict=False))
    return str(address)
