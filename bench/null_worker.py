"""A Celery worker whose channels send nothing: everything else of a message's way is as in production.

python -m bench.null_worker -A config worker --queues sending ...
"""

import sys

import django

django.setup()

from celery.__main__ import main as celery  # noqa: E402 - after the setup

from bench.null import install  # noqa: E402

if __name__ == "__main__":
    install()
    sys.exit(celery())
