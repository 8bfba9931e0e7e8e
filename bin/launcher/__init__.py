"""What `bin/run`, `bin/test`, `bin/manage` and `bin/token` share. Standard library only: it runs first.

Read in this order: `cli` (the commands), `environment` (the virtual environment), `state` (the data
directory), `servers` with `postgres` and `valkey` (embedded servers), `supervisor` (the parts of `bin/run`).
"""
