"""The net under the logs. What is personal is not logged in the first place; what slips through is blacked out here.

It knows what has a form: tokens, addresses, numbers, query strings, rows in messages of Postgres. A name or a note
has none: that none of them is logged is what tests/telemetry/test_canaries.py is for.
"""

import re

# Possessive, so that a long text costs no more than its length.
_PATTERN = re.compile(
    r"""
      (?P<token>  (?<![\w/])(?:Bearer|Basic|Token)[ ]++[^\s"'\\,;]++ | \bsk_[\w-]{4,}+ | \bcal_\w{20,}+
                | \brpt_[\w-]{20,}+ | \bwhsec_[\w+/=]{4,}+ )
    | (?P<email>  (?<![\w.+%-])[\w.+%-]++@[\w-]++(?:\.[\w-]++)++ )
    | (?P<phone>  (?<![\w+])\+\d[\d ()/-]{5,20}\d )
    | (?P<query>  \?[\w.~%\[\]-]*+=[^\s"'\\]*+ )
    | (?P<row>    \)=\((?:[^"\\\n]|\\.)*\) )
    | (?P<secret> (?P<name>\b(?:password|passwd|secret|client_secret|access_token|refresh_token|sessionid|csrftoken)
                  ["']?\s*+[=:]\s*+["']?)[^\s"'\\,;&]++ )
    """,
    re.VERBOSE | re.IGNORECASE,
)


# Each match holds one of these. An ordinary line holds none, and then the pattern, which costs 60 µs, is not tried.
_SIGNS = (
    "@", "?", "+", ")=(", "bearer ", "basic ", "token", "sk_", "cal_", "rpt_", "whsec_", "passw", "secret", "sessionid",
)  # fmt: skip


def redact(text: str) -> str:
    """The text with every token, e-mail address, telephone number, query string and row value blacked out."""
    lower = text.lower()
    if any(sign in lower for sign in _SIGNS):
        return _PATTERN.sub(_cover, text)
    return text


def _cover(found: re.Match[str]) -> str:
    match found.lastgroup:
        case "query":
            return "?[redacted]"
        case "row":
            return ")=([redacted])"
        case "secret":
            return f"{found['name']}[redacted]"
        case kind:
            return f"[{kind}]"
