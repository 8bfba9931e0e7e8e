#!/usr/bin/env python
"""Django's command line. `bin/manage` runs it in the environment that `bin/run` prepared."""

import os
import sys

# These change tables, so they connect as the role that owns them. Everything else runs as the
# role of the web and the workers, which can't.
OWNER_COMMANDS = {
    "create_tenant",
    "migrate",
    "migrate_schemas",
    "prepare",
}


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    command = sys.argv[1] if len(sys.argv) > 1 else ""
    if command in OWNER_COMMANDS:
        os.environ["SLOTKEEPER_DATABASE_ROLE"] = "owner"
    if command.isidentifier() and command.isascii():
        # Signs what the command changes, in the audit.
        os.environ["SLOTKEEPER_COMMAND"] = command

    from django.core.management import execute_from_command_line  # noqa: PLC0415 - needs the settings above

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
