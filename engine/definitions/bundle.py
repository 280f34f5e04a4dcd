"""The files of one service, shared parts among them: from a folder or a zip, with limits, and their digest."""

from __future__ import annotations

import hashlib
import io
import struct
import zipfile
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path, PurePosixPath
from types import MappingProxyType

from engine.errors import InvalidInput
from engine.sentences import Sentence

from .shared import SHARED, take_in

MAX_FILES = 300
MAX_FILE_BYTES = 5 * 1024 * 1024
MAX_BUNDLE_BYTES = 20 * 1024 * 1024
NO_ZIP = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    NotImplementedError,
    RuntimeError,
    ValueError,
    LookupError,
    struct.error,
    OSError,
)
"""What the library raises for files that are no zip, or no whole one."""
_EPOCH = (2026, 1, 1, 0, 0, 0)


@dataclass(frozen=True)
class Bundle:
    """A service's files by their path inside the folder; `key` is the folder's name."""

    key: str
    files: Mapping[str, bytes]

    @cached_property
    def digest(self) -> str:
        """Give the digest of everything in the bundle, as 32 hexadecimal digits."""
        whole = hashlib.sha256(self.key.encode())
        for path in sorted(self.files):
            whole.update(hashlib.sha256(path.encode()).digest())
            whole.update(hashlib.sha256(self.files[path]).digest())
        return whole.hexdigest()[:32]

    def names(self, suffix: str, folder: str = "") -> list[str]:
        """List the paths in one folder that end so, sorted."""
        return sorted(
            path
            for path in self.files
            if path.endswith(suffix) and str(PurePosixPath(path).parent) == (folder or ".")
        )

    def parts(self, suffix: str, folder: str = "") -> list[str]:
        """List the paths in one folder that end so, the service's own before those of shared parts.

        A shared part whose name a file of the service has, too, is left out.
        """
        shared = self.names(suffix, f"{SHARED}/{folder}" if folder else SHARED)
        return [
            *self.names(suffix, folder),
            *(path for path in shared if path.removeprefix(f"{SHARED}/") not in self.files),
        ]

    def path_of(self, path: str) -> str | None:
        """Give where a file lies, the service's own or that of a shared part; None when there is none."""
        return next((found for found in (path, f"{SHARED}/{path}") if found in self.files), None)

    def to_zip(self) -> bytes:
        """Pack the bundle; the same files give the same bytes."""
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
            for path in sorted(self.files):
                archive.writestr(
                    zipfile.ZipInfo(f"{self.key}/{path}", _EPOCH), self.files[path], zipfile.ZIP_DEFLATED
                )
        return buffer.getvalue()


def read_folder(folder: Path) -> Bundle:
    """Read a service's folder with the parts that it takes in from the folder `shared` beside it.

    One that holds shared parts already is taken as it is. Raises InvalidInput when it is no folder or too large.
    """
    beside = folder.resolve().parent / SHARED
    return _with_shared(folder.resolve().name, _read_files(folder), read_shared(beside))


def read_shared(folder: Path) -> dict[str, bytes]:
    """Read the folder of shared parts; where there is none, there are no parts."""
    return _read_files(folder) if folder.is_dir() else {}


def _read_files(folder: Path) -> dict[str, bytes]:
    if not folder.is_dir():
        raise InvalidInput(
            Sentence("Expected a folder with a service, but {folder} is none", folder=folder),
            code="not_a_folder",
        )
    paths = [
        path for path in sorted(folder.rglob("*")) if path.is_file() and not _hidden(path.relative_to(folder))
    ]
    sizes = {path: path.stat().st_size for path in paths}
    _check_limits(len(paths), sizes.values())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}


def _with_shared(key: str, files: Mapping[str, bytes], shared: Mapping[str, bytes]) -> Bundle:
    if not any(path.startswith(f"{SHARED}/") for path in files):
        files = {**files, **take_in(files, shared)}
        _check_limits(len(files), map(len, files.values()))
    return Bundle(key, MappingProxyType(dict(files)))


def read_zip(content: bytes, name: str = "zip", shared: Mapping[str, bytes] | None = None) -> Bundle:
    """Read a zipped service: one folder at the top, named as the service.

    shared: the shared parts of this installation, which it takes in unless it holds its own already.
    Raises InvalidInput when it is no zip, too large, or has a path that leads outside.
    """
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
    except NO_ZIP as exc:
        raise InvalidInput(
            Sentence("Expected {name} to be a zip file, but it cannot be opened", name=name), code="not_a_zip"
        ) from exc
    entries = [
        entry for entry in archive.infolist() if not entry.filename.endswith("/")
    ]  # a name may be empty
    _check_limits(len(entries), (entry.file_size for entry in entries))
    files: dict[str, bytes] = {}
    tops = set()
    for entry in entries:
        path = PurePosixPath(entry.filename)
        if path.is_absolute() or ".." in path.parts or len(path.parts) < 2 or "\\" in entry.filename:  # noqa: PLR2004 - folder and file
            raise InvalidInput(
                Sentence(
                    "Expected every file inside one folder of the zip, but found {filename!r}",
                    filename=entry.filename,
                ),
                code="bad_path",
            )
        if _hidden(path):
            continue
        tops.add(path.parts[0])
        files[PurePosixPath(*path.parts[1:]).as_posix()] = _unpacked(archive, entry, name)
    if len(tops) != 1:
        raise InvalidInput(
            Sentence("Expected one folder in the zip, but found {tops}", tops=sorted(tops)),
            code="not_one_folder",
        )
    return _with_shared(tops.pop(), files, shared or {})


def _unpacked(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, name: str) -> bytes:
    """Give a file of a zip; whatever is wrong inside, the zip cannot be opened."""
    try:
        return archive.read(entry)
    except NO_ZIP as exc:
        raise InvalidInput(
            Sentence(
                "Expected {name} to be a whole zip file, but {filename!r} cannot be read",
                name=name,
                filename=entry.filename,
            ),
            code="not_a_zip",
        ) from exc


def _hidden(path: PurePosixPath | Path) -> bool:
    return any(part.startswith((".", "__MACOSX")) for part in path.parts)


def _check_limits(count: int, sizes: Iterable[int]) -> None:
    each = list(sizes)
    if count > MAX_FILES or sum(each) > MAX_BUNDLE_BYTES or any(size > MAX_FILE_BYTES for size in each):
        raise InvalidInput(
            Sentence(
                "Expected at most {files} files of at most {each} MB each and {whole} MB together, but the service is larger",
                files=MAX_FILES,
                each=MAX_FILE_BYTES // 1024 // 1024,
                whole=MAX_BUNDLE_BYTES // 1024 // 1024,
            ),
            code="bundle_too_large",
        )
