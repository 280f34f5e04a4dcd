"""What is spoilt: the small rich service of the hostile tests, with tables, and the services of `processes`."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from types import MappingProxyType

from engine.definitions import Bundle, read_folder, read_zip
from engine.errors import InvalidInput
from tests.definitions.test_hostile_bundles import RICH

ROOT = Path(__file__).resolve().parents[2]
FOUND = Path(__file__).parent / "found"


@cache
def small() -> Bundle:
    """Give the rich little service, with the tables and the files of rules of the real ones."""
    files = dict(RICH.files)
    for service in shipped():
        files |= {path: content for path, content in service.files.items() if path.endswith(".dmn")}
    return Bundle("t", MappingProxyType(files))


@cache
def shipped() -> tuple[Bundle, ...]:
    """Give the services that are shipped."""
    folders = sorted(
        one.parent for one in (ROOT / "processes").glob("*/*.bpmn") if one.stem == one.parent.name
    )
    return tuple(read_folder(one) for one in folders)


def found() -> list[Path]:
    """List what once made the gate fail."""
    return sorted(FOUND.glob("*.zip"))


def opened(path: Path) -> Bundle | None:
    """Give the service of a zip that was kept; None when it is refused as a zip, as it should be."""
    try:
        return read_zip(path.read_bytes(), path.name)
    except InvalidInput:
        return None
