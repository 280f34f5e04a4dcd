"""The files of one service as they were handed in: a folder or a zip, with limits, and their digest."""

from __future__ import annotations

import hashlib
import io
import zipfile
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path, PurePosixPath
from types import MappingProxyType

from engine.errors import InvalidInput

MAX_FILES = 300
MAX_FILE_BYTES = 5 * 1024 * 1024
MAX_BUNDLE_BYTES = 20 * 1024 * 1024
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
    """Read a service's folder; raises InvalidInput when it is none or too large."""
    if not folder.is_dir():
        raise InvalidInput(f"Expected a folder with a service, but {folder} is none", code="not_a_folder")
    paths = [
        path for path in sorted(folder.rglob("*")) if path.is_file() and not _hidden(path.relative_to(folder))
    ]
    sizes = {path: path.stat().st_size for path in paths}
    _check_limits(len(paths), sizes.values())
    files = {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}
    return Bundle(folder.resolve().name, MappingProxyType(files))


def read_zip(content: bytes, name: str = "zip") -> Bundle:
    """Read a zipped service: one folder at the top, named as the service.

    Raises InvalidInput when it is no zip, too large, or has a path that leads outside.
    """
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
    except zipfile.BadZipFile as exc:
        raise InvalidInput(
            f"Expected {name} to be a zip file, but it cannot be opened", code="not_a_zip"
        ) from exc
    entries = [entry for entry in archive.infolist() if not entry.is_dir()]
    _check_limits(len(entries), (entry.file_size for entry in entries))
    files: dict[str, bytes] = {}
    tops = set()
    for entry in entries:
        path = PurePosixPath(entry.filename)
        if path.is_absolute() or ".." in path.parts or len(path.parts) < 2 or "\\" in entry.filename:  # noqa: PLR2004 - folder and file
            raise InvalidInput(
                f"Expected every file inside one folder of the zip, but found {entry.filename!r}",
                code="bad_path",
            )
        if _hidden(path):
            continue
        tops.add(path.parts[0])
        files[PurePosixPath(*path.parts[1:]).as_posix()] = _unpacked(archive, entry, name)
    if len(tops) != 1:
        raise InvalidInput(f"Expected one folder in the zip, but found {sorted(tops)}", code="not_one_folder")
    return Bundle(tops.pop(), MappingProxyType(files))


def _unpacked(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, name: str) -> bytes:
    """Give a file of a zip; whatever is wrong inside, the zip cannot be opened."""
    try:
        return archive.read(entry)
    except (
        zipfile.BadZipFile,
        zlib.error,
        EOFError,
        NotImplementedError,
        RuntimeError,
        ValueError,
        OSError,
    ) as exc:
        raise InvalidInput(
            f"Expected {name} to be a whole zip file, but {entry.filename!r} cannot be read", code="not_a_zip"
        ) from exc


def _hidden(path: PurePosixPath | Path) -> bool:
    return any(part.startswith((".", "__MACOSX")) for part in path.parts)


def _check_limits(count: int, sizes: Iterable[int]) -> None:
    each = list(sizes)
    if count > MAX_FILES or sum(each) > MAX_BUNDLE_BYTES or any(size > MAX_FILE_BYTES for size in each):
        raise InvalidInput(
            f"Expected at most {MAX_FILES} files of at most {MAX_FILE_BYTES // 1024 // 1024} MB each and "
            f"{MAX_BUNDLE_BYTES // 1024 // 1024} MB together, but the service is larger",
            code="bundle_too_large",
        )
