"""`python bin/launcher COMMAND …`: the way in from the shell scripts in `bin/`."""

import sys
from pathlib import Path

# Run as a directory, Python puts the package itself on the path; its modules belong below `launcher.`.
sys.path[0] = str(Path(__file__).resolve().parent.parent)

from launcher.cli import main

sys.exit(main(sys.argv[1:]))
