"""Free ports on the loopback address."""

import socket

HOST = "127.0.0.1"


def refusal(port: int) -> str | None:
    """Why no server could listen on `port` now; None if it could."""
    with socket.socket() as probe:
        # Servers set it too; without it a port would look taken for a minute after each stop.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
            probe.listen(1)
        except OSError as error:
            return error.strerror or str(error)
    return None


def is_free(port: int) -> bool:
    return refusal(port) is None


def any_free() -> int:
    """A port that the system picks."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def remembered_or_free(port: int | None) -> int:
    """`port` if it is still free, else any other."""
    return port if port is not None and is_free(port) else any_free()


def next_free(port: int, *, tries: int = 100) -> int | None:
    """The first free port from `port` on, or None."""
    return next((p for p in range(port, min(port + tries, 65536)) if is_free(p)), None)
