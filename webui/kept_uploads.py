"""What designers uploaded, kept for an hour: services that were checked, so that what is deployed is what was shown.

Bounded folders beside the database. A file that is gone is no loss: the designer chooses it again.
"""

from __future__ import annotations

import re
import time
from contextlib import suppress
from typing import TYPE_CHECKING

from engine.definitions import Bundle, read_zip
from engine.errors import InvalidInput

if TYPE_CHECKING:
    from pathlib import Path

KEPT_S = 3_600
MAX_EACH = 5
MAX_FILES = 50
MAX_BYTES = 200 * 1024 * 1024
_DIGEST = re.compile(r"[0-9a-f]{32}")


class KeptFiles:
    """A folder of files, each under its person and digest. suffix: how their names end."""

    def __init__(self, folder: Path, suffix: str) -> None:
        self._folder, self._suffix = folder, suffix

    def keep(self, person_id: int, digest: str, content: bytes) -> None:
        """Keep a file for a person; the oldest ones make room for it."""
        self._folder.mkdir(parents=True, exist_ok=True)
        path = self._path(person_id, digest)
        unfinished = path.with_suffix(f".{time.time_ns()}.tmp")
        unfinished.write_bytes(content)
        unfinished.replace(path)
        self._make_room(person_id)

    def read(self, person_id: int, digest: str) -> bytes:
        """Give what the person uploaded; raises InvalidInput (`upload_gone`) when it is no longer kept."""
        if _DIGEST.fullmatch(digest):
            with suppress(FileNotFoundError):
                path = self._path(person_id, digest)
                if time.time() - path.stat().st_mtime <= KEPT_S:
                    return path.read_bytes()
        raise _gone()

    def forget(self, person_id: int, digest: str) -> None:
        """Drop an upload that was deployed."""
        self._path(person_id, digest).unlink(missing_ok=True)

    def _path(self, person_id: int, digest: str) -> Path:
        return self._folder / f"{person_id}-{digest}{self._suffix}"

    def _make_room(self, person_id: int) -> None:
        """Drop what is too old or too much, of this person and of all; half-written ones too when they are old."""
        newest_first = []
        for path in self._folder.iterdir():
            with suppress(FileNotFoundError):  # another request may have dropped it
                found = path.stat()
                newest_first.append((found.st_mtime, found.st_size, path))
        newest_first.sort(key=lambda one: one[0], reverse=True)
        of_person, of_all, size = 0, 0, 0
        for at, bytes_, path in newest_first:
            mine = path.name.startswith(f"{person_id}-")
            of_person, of_all, size = of_person + mine, of_all + 1, size + bytes_
            too_many = (mine and of_person > MAX_EACH) or of_all > MAX_FILES or size > MAX_BYTES
            if too_many or time.time() - at > KEPT_S:
                path.unlink(missing_ok=True)


class KeptUploads:
    """The services among the uploads."""

    def __init__(self, folder: Path) -> None:
        self._files = KeptFiles(folder, ".zip")

    def keep(self, person_id: int, bundle: Bundle) -> None:
        """Keep a bundle for a person; the oldest ones make room for it."""
        self._files.keep(person_id, bundle.digest, bundle.to_zip())

    def read(self, person_id: int, digest: str) -> Bundle:
        """Give what the person uploaded; raises InvalidInput (`upload_gone`) when it is no longer kept."""
        with suppress(InvalidInput):
            return read_zip(self._files.read(person_id, digest), f"{person_id}-{digest}.zip")
        raise _gone()

    def forget(self, person_id: int, digest: str) -> None:
        """Drop an upload that was deployed."""
        self._files.forget(person_id, digest)


def _gone() -> InvalidInput:
    return InvalidInput("Expected an upload of the last hour, but it is no longer kept", code="upload_gone")
