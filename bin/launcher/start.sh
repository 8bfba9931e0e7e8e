# Finds a Python and hands over to the launcher beside this file: start.sh COMMAND ARGUMENTS...
# Nothing but POSIX sh and a Python can be expected here.

launcher=$(dirname "$0")
usable=

for python in "${PYTHON:-python3}" python3 python3.14 python3.13 python3.12 python3.11; do
    # Asked, not just looked up: version switchers put commands on the PATH that only print an error.
    answer=$("$python" -c '
import sys
from importlib.util import find_spec
if sys.version_info >= (3, 11):
    print("complete" if find_spec("ensurepip") and find_spec("venv") else "usable")
' 2>/dev/null) || continue
    case $answer in
        complete)
            exec "$python" "$launcher" "$@"
            ;;
        usable)
            # It can run the launcher, but it could not make the virtual environment: see if another can.
            usable=${usable:-$python}
            ;;
    esac
done

if [ -n "$usable" ]; then
    exec "$usable" "$launcher" "$@"
fi
echo "bin/$1: Slotkeeper needs Python 3.11 or newer, and none was found on the PATH." >&2
echo "Install one (Debian and Ubuntu: apt-get install python3 python3-venv; macOS: brew install python)," >&2
echo "or name it: PYTHON=/path/to/python3 bin/$1" >&2
exit 1
