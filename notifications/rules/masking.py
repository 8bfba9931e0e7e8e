"""Addresses and servers' words without what tells who somebody is."""

import re
from typing import Final

_EMAIL: Final = re.compile(r"[^\s<>\"'(),;:]+@[^\s<>\"'(),;:]+")
# From six digits on, as people write numbers. A status such as 5.1.1 has fewer.
_NUMBER: Final = re.compile(r"\+?\d(?:[ ()./-]{0,2}\d){5,}")
# What a server says after its code is its own text, which may name anybody.
_SERVERS_WORDS: Final = re.compile(r"(\banswered(?: \w+)?):.*", re.DOTALL)


def masked(address: str) -> str:
    """An address as far as it helps to recognise it: `b…@example.com`, `…87`; of anything else nothing."""
    name, at, domain = address.rpartition("@")
    if at and "/" not in address:
        return f"{name[:1]}…@{domain}"
    digits = re.sub(r"\D", "", address)
    if _NUMBER.fullmatch(address.strip()):
        return f"…{digits[-2:]}"
    return "…" if address else ""


def without_names(reason: str) -> str:
    """The reason of a message without servers' own words, addresses and numbers."""
    reason = _SERVERS_WORDS.sub(r"\1.", reason)
    reason = _EMAIL.sub(lambda found: masked(found[0]), reason)
    return _NUMBER.sub(lambda found: masked(found[0]), reason)
