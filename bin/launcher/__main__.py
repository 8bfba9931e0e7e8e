"""`python bin/launcher COMMAND …`: the way in from the shell scripts in `bin/`."""

import sys
from pathlib import Path

# Run as a directory, Python puts the package itself on the path, but its modules are parts of `bin.launcher`.
sys.path[0] = str(Path(__file__).resolve().parents[2])

from bin.launcher.cli import main  # noqa: E402 - needs the line above

sys.exit(main(sys.argv[1:]))
