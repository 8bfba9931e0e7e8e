"""A limit for the whole of a call: timeouts of sockets begin anew with every byte that drips in."""

import contextlib
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager


class Watchdog:
    """Cuts the connection that it holds when time is up, whatever it is just doing."""

    def __init__(self) -> None:
        self._held: socket.socket | None = None
        self._lock = threading.Lock()
        self.has_cut = False

    def hold(self, connection: socket.socket) -> None:
        """From now on this connection is the one to be cut. Raises TimeoutError where it should be by now."""
        with self._lock:
            self._drop()
            # A handle of our own: TLS takes the connection's own one away.
            self._held = connection.dup()
            if self.has_cut:
                raise TimeoutError

    @contextmanager
    def limit(self, seconds: float) -> Iterator[None]:
        """Cuts the connection when the block takes longer."""
        self.has_cut = False
        timer = threading.Timer(seconds, self._cut)
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()

    def close(self) -> None:
        """Lets go of the connection."""
        with self._lock:
            self._drop()

    def _cut(self) -> None:
        with self._lock:
            self.has_cut = True
            if self._held is not None:
                with contextlib.suppress(OSError):
                    self._held.shutdown(socket.SHUT_RDWR)

    def _drop(self) -> None:
        if self._held is not None:
            self._held.close()
            self._held = None
