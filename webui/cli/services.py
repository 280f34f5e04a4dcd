"""Finds and reads the services that a command names: folders, or a zip with the shared parts of this installation."""

from __future__ import annotations

from pathlib import Path

from engine.definitions import SHARED, Bundle, Groups, read_folder, read_groups, read_shared, read_zip
from engine.errors import NotFound
from webui.settings import Settings


def service_folders(path: Path) -> list[Path]:
    """Give the folder of a service, or those of the services that a folder holds; there may be none.

    Raises NotFound for the folder of shared parts, in which there is never one.
    """
    folder = path.resolve()
    if folder.name == SHARED:
        raise NotFound(
            f"Expected a service, but {path} holds shared parts, which are checked with the services that take them in",
            code="service_unknown",
        )
    if (folder / f"{folder.name}.bpmn").is_file():
        return [folder]
    inner = sorted(one for one in folder.iterdir() if one.name != SHARED)
    return [one for one in inner if (one / f"{one.name}.bpmn").is_file()]


def read_service(path: Path) -> Bundle:
    """Read a folder or a zip; raises InvalidInput when it is neither."""
    if not path.is_file():
        return read_folder(path)
    return read_zip(
        path.read_bytes(), path.name, read_shared(Settings.from_environment().processes_dir / SHARED)
    )


def groups_in(folder: Path) -> Groups:
    """Give the groups of a folder of services, or those of the settings where it has none."""
    beside = folder / "groups.yaml"
    found = beside if beside.is_file() else Settings.from_environment().processes_dir / "groups.yaml"
    return read_groups(found.read_bytes(), str(found.name))
