"""Reads a service that a command names: a folder, or a zip with the shared parts of this installation."""

from __future__ import annotations

from pathlib import Path

from engine.definitions import Bundle, read_folder, read_shared, read_zip
from webui.settings import Settings


def read_service(path: Path) -> Bundle:
    """Read a folder or a zip; raises InvalidInput when it is neither."""
    if not path.is_file():
        return read_folder(path)
    shared = Settings.from_environment().processes_dir / "shared"
    return read_zip(path.read_bytes(), path.name, read_shared(shared))
