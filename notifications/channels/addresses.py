"""The guard in front of every server that a tenant can name: mail servers, push servers, webhooks.

Else a tenant could have the platform talk to its own machines: to the database, to a cloud's metadata service. The
host is looked up and all of its addresses are checked when an account is saved; and again at each connection, which
goes to the address that was checked and not to whatever a second look-up says (DNS rebinding).
"""

import ipaddress
import socket
import time
from threading import Thread
from typing import Any, Final

from django.conf import settings

from notifications.channels.errors import UnreachableError

# A look-up runs on a thread of its own: a name server of a tenant that never answers holds nobody up longer.
LOOK_UP_SECONDS: Final = 3.0
IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address

# RFC 6052: addresses that a gateway turns into the IPv4 address of their last four bytes.
_NAT64: Final = ipaddress.ip_network("64:ff9b::/96")
# What Python's tables, which differ from version to version, take for parts of the Internet.
_NOT_PUBLIC: Final = tuple(
    ipaddress.ip_network(network)
    for network in (
        "192.0.0.0/24",  # RFC 6890: between neighbours
        "192.88.99.0/24",  # RFC 7526: what was the way to 6to4
        "168.63.129.16/32",  # the machine's own host in Azure, which has its credentials
        "64:ff9b:1::/48",  # RFC 8215: a network's own translation, to wherever it likes
        "3fff::/20",  # RFC 9637: for documentation
        "fec0::/10",  # RFC 3879: private networks, of old
    )
)
# RFC 5214: the last four bytes of these are the IPv4 address to which a tunnel leads.
_ISATAP: Final = (b"\x00\x00\x5e\xfe", b"\x02\x00\x5e\xfe")


class UnknownHostError(UnreachableError):
    """Nobody knows the host, or not in time."""


class ForbiddenAddressError(UnreachableError):
    """The host leads into a private network, or to this machine."""


def look_up(host: str, port: int) -> list[str]:
    """The IP addresses of a host, in the order in which to try them, each of them public.

    Raises UnknownHostError, and ForbiddenAddressError where even one of them is not public.
    """
    found = _resolve(host, port)
    if not settings.ALLOW_PRIVATE_TARGETS and not all(is_public(address) for address in found):
        # Without the address: what names mean inside is nobody's business.
        raise ForbiddenAddressError(f"{host} is not a public server. Name one that can be reached from the Internet.")
    return found


def connect(host: str, port: int, *, timeout: float | None) -> socket.socket:
    """A TCP connection to the host, at an address that was checked. `timeout` is for all of them together: a name may
    have many. Raises what `look_up` does, and OSError."""
    until = None if timeout is None else time.monotonic() + timeout
    last: OSError | None = None
    for address in look_up(host, port):
        left = None if until is None else until - time.monotonic()
        if left is not None and left <= 0:
            raise last or TimeoutError("timed out")
        try:
            # An IP address: nothing is looked up again.
            return socket.create_connection((address, port), timeout=left)
        except OSError as error:
            last = error
    raise last or UnknownHostError(f"{host} has no address.")


def is_public(text: str) -> bool:
    """Whether an IP address is one of the Internet: not private, loopback, link-local, multicast or reserved, nor an
    IPv6 address that stands for such an IPv4 address."""
    try:
        address: IPAddress = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return False
    return all(
        one.is_global and not one.is_multicast and not one.is_reserved and not any(one in net for net in _NOT_PUBLIC)
        for one in _meant(address)
    )


def _meant(address: IPAddress) -> list[IPAddress]:
    """The address, and the IPv4 addresses inside it."""
    if isinstance(address, ipaddress.IPv4Address):
        return [address]
    if address.ipv4_mapped:
        return [address.ipv4_mapped]
    last = ipaddress.IPv4Address(address.packed[-4:])
    if address in _NAT64:
        return [last]
    inside: list[IPAddress] = [last] if address.packed[8:12] in _ISATAP else []
    if address.sixtofour:
        inside.append(address.sixtofour)
    if address.teredo:
        inside.extend(address.teredo)
    return [address, *inside]


def _resolve(host: str, port: int) -> list[str]:
    answer: list[Any] = []

    def ask() -> None:
        try:
            answer.append(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))
        except (OSError, UnicodeError):  # not known, or no host name at all
            answer.append([])

    thread = Thread(target=ask, daemon=True, name="look-up")
    thread.start()
    thread.join(LOOK_UP_SECONDS)
    addresses = list(dict.fromkeys(str(found[4][0]) for found in (answer[0] if answer else [])))
    if not addresses:
        raise UnknownHostError(f"{host} was not found. Is its name right?")
    return addresses
