"""Content-Security-Policy: what a page may load, run and send, by area (docs/security.md).

What names no policy has the one of the settings, which is that of an answer to a program: nothing at all.
A view takes another one with django-csp's decorator: `csp(PAGE)(view)`. Each looser word has its reason here.
"""

from typing import Any

from csp.constants import NONE, SELF, UNSAFE_INLINE

Policy = dict[str, Any]

# Answers to programs. Opened in a browser they load nothing, run nothing and stand in nobody's frame.
ANSWER: Policy = {
    "default-src": [NONE],
    "base-uri": [NONE],
    "form-action": [NONE],
    "frame-ancestors": [NONE],
}

# Plain pages: our own style sheets and images, forms to ourselves, no script.
PAGE: Policy = {
    **ANSWER,
    "style-src": [SELF],
    "img-src": [SELF],
    "form-action": [SELF],
}

# The admin: scripts, style sheets and fonts of its own files.
ADMIN: Policy = {
    **PAGE,
    "script-src": [SELF],
    "font-src": [SELF],
    "connect-src": [SELF],
    # Icons of unfold's style sheet.
    "img-src": [SELF, "data:"],
}

# Swagger UI, which reads the documents and tries requests on our own host.
DOCUMENTATION: Policy = {
    **PAGE,
    "script-src": [SELF],
    "connect-src": [SELF],
    # Icons of Swagger UI's style sheet.
    "img-src": [SELF, "data:"],
}

REDOC: Policy = {
    **DOCUMENTATION,
    # Redoc writes its style sheets into the page as it draws it, and takes no nonce for them.
    "style-src": [SELF, UNSAFE_INLINE],
    # Its search runs in a worker that it makes of its own text.
    "worker-src": ["blob:"],
}

# A mail as its reader sees it, in a frame of the admin: its styles stand in its elements, its pictures anywhere.
# Nothing in it runs or is sent.
MAIL: Policy = {
    **ANSWER,
    "script-src": [NONE],
    "font-src": [NONE],
    "connect-src": [NONE],
    "style-src": [UNSAFE_INLINE],
    "img-src": ["https:", "data:"],
    "frame-src": [SELF],
    "frame-ancestors": [SELF],
}
