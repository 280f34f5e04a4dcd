"""The files of another engine that are read: diagrams, tables and forms, from a folder, a zip or an upload, bounded."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from engine.definitions.bundle import MAX_BUNDLE_BYTES, MAX_FILE_BYTES, MAX_FILES, NO_ZIP
from engine.errors import InvalidInput
from engine.sentences import Sentence

DIAGRAMS = (".bpmn", ".bpmn20.xml")
FORMS = (".form", ".form.json")
KINDS = (*DIAGRAMS, ".dmn", *FORMS)
MAX_ENTRIES = 20_000
"""So many files a zip may have, most of which may be of no kind that is read."""


@dataclass(frozen=True, slots=True)
class Sources:
    """Files by their path. left_out: how many were there of kinds that are not read."""

    files: Mapping[str, bytes]
    left_out: int = 0


def is_of(path: str, kinds: tuple[str, ...]) -> bool:
    """Say whether a file is of one of some kinds, by the end of its name."""
    return path.lower().endswith(kinds)


def read_sources(path: Path) -> Sources:
    """Read what lies at a path: one file, a zip, or all diagrams, tables and forms of a folder.

    Raises InvalidInput (`import_too_large`, `nothing_to_import`, `not_a_zip`).
    """
    if path.is_file():
        files = [(path.name, path)]
    else:
        found = sorted(one for one in path.rglob("*") if one.is_file() and is_of(one.name, KINDS))
        files = [(one.relative_to(path).as_posix(), one) for one in found]
    _check_limits([one.stat().st_size for _name, one in files], zipped=is_of(path.name, (".zip",)))
    return gather((name, one.read_bytes()) for name, one in files)


def gather(given: Iterable[tuple[str, bytes]]) -> Sources:
    """Take files as they were given, each by its path; what is in a zip lies under no folder of the zip's name.

    Raises InvalidInput (`import_too_large`, `nothing_to_import`, `not_a_zip`).
    """
    files: dict[str, bytes] = {}
    left_out = 0
    for path, content in given:
        if is_of(path, (".zip",)):
            inside = _unzipped(path, content)
            left_out += inside.left_out
            files |= {name: one for name, one in inside.files.items() if name not in files}
        elif is_of(path, KINDS):
            files[path.replace("\\", "/")] = content
        else:
            left_out += 1
        _check_limits([len(one) for one in files.values()])
    if not files:
        raise InvalidInput(
            Sentence("Expected files that end in {kinds}, but there is none", kinds=", ".join(KINDS)),
            code="nothing_to_import",
        )
    return Sources(files, left_out)


def flat_names(paths: Iterable[str]) -> dict[str, str]:
    """Give each file a name without a folder, its own where no other has the same."""
    found: dict[str, str] = {}
    for path in paths:
        name = PurePosixPath(path).name
        found[path] = path.replace("/", "_") if name in found.values() else name
    return found


def _unzipped(name: str, content: bytes) -> Sources:
    """Read a zip; nothing is unpacked that is larger than it may be, whatever the zip says of itself."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = [one for one in archive.infolist() if _is_meant(one)]
            wanted = [one for one in entries if is_of(one.filename, KINDS)]
            if len(entries) > MAX_ENTRIES:
                raise _too_large()
            _check_limits([one.file_size for one in wanted])
            files = {one.filename.replace("\\", "/"): archive.read(one) for one in wanted}
    except NO_ZIP as exc:
        raise InvalidInput(
            Sentence("Expected {name} to be a whole zip file, but it cannot be read", name=name),
            code="not_a_zip",
        ) from exc
    return Sources(files, len(entries) - len(wanted))


def _is_meant(entry: zipfile.ZipInfo) -> bool:
    """Say whether somebody put it there, not a system that packs."""
    parts = PurePosixPath(entry.filename).parts
    return not entry.is_dir() and not any(part.startswith((".", "__MACOSX")) for part in parts)


def _check_limits(sizes: list[int], *, zipped: bool = False) -> None:
    each = MAX_BUNDLE_BYTES if zipped else MAX_FILE_BYTES
    if len(sizes) > MAX_FILES or sum(sizes) > MAX_BUNDLE_BYTES or any(size > each for size in sizes):
        raise _too_large()


def _too_large() -> InvalidInput:
    return InvalidInput(
        Sentence(
            "Expected at most {files} files of at most {each} MB each and {whole} MB together, but there is more",
            files=MAX_FILES,
            each=MAX_FILE_BYTES // 1024 // 1024,
            whole=MAX_BUNDLE_BYTES // 1024 // 1024,
        ),
        code="import_too_large",
    )
