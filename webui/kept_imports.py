"""What was made of another engine's files, kept for an hour with what the checks said, for pages to show."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from engine import importing
from engine.definitions.gate import of_record, to_record
from engine.importing import Imported

from .kept_uploads import KeptFiles

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from pathlib import Path

    from engine.importing import Note, Service
    from engine.problems import Problem

_OVERVIEW = "overview"


@dataclass(frozen=True, slots=True)
class Overview:
    """What was made, in numbers: see `counts`. notes: of what could not be made. left_out: files not read."""

    services: list[dict[str, Any]]
    notes: Sequence[Note]
    left_out: int


def counts(service: Service, problems: Collection[Problem] | None) -> dict[str, Any]:
    """Give a service that was made in numbers. errors: None where it was not checked yet."""
    by_hand = sum(note.result == "by_hand" for note in service.notes)
    return {
        "key": service.key,
        "by_hand": by_hand,
        "translated": len(service.notes) - by_hand,
        "operations": len(service.operations),
        "errors": None if problems is None else sum(one.severity == "error" for one in problems),
    }


class KeptImports:
    """The folder of the reports, each under its person and digest; a page reads only the service that it shows."""

    def __init__(self, folder: Path) -> None:
        self._files = KeptFiles(folder, ".import")

    def keep(
        self, person_id: int, made: Imported, problems: Sequence[Sequence[Problem] | None], left_out: int
    ) -> str:
        """Keep what was made for a person; gives its digest. problems: of each service in turn."""
        packed = io.BytesIO()
        pairs = list(zip(made.services, problems, strict=True))
        overview = {
            "services": [counts(*pair) for pair in pairs],
            "rest": importing.to_record(Imported((), made.notes)),
            "left_out": left_out,
        }
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr(_OVERVIEW, json.dumps(overview))
            for service, found in pairs:
                told = None if found is None else [to_record(one) for one in found]
                record = {"made": importing.to_record(Imported((service,), ())), "problems": told}
                archive.writestr(f"services/{service.key}", json.dumps(record))
        digest = hashlib.sha256(packed.getvalue()).hexdigest()[:32]
        self._files.keep(person_id, digest, packed.getvalue())
        return digest

    def overview(self, person_id: int, digest: str) -> Overview:
        """Give what was made in numbers; raises InvalidInput (`upload_gone`) when it is no longer kept."""
        record = self._read(person_id, digest, _OVERVIEW)
        notes = importing.of_record(record["rest"]).notes
        return Overview(record["services"], notes, record["left_out"])

    def service(self, person_id: int, digest: str, key: str) -> tuple[Service, list[Problem] | None] | None:
        """Give a service with what the checks say of it; None when none of this name was made.

        Raises InvalidInput (`upload_gone`).
        """
        record = self._read(person_id, digest, f"services/{key}")
        if record is None:
            return None
        (service,) = importing.of_record(record["made"]).services
        told = record["problems"]
        return service, None if told is None else [of_record(one) for one in told]

    def _read(self, person_id: int, digest: str, name: str) -> Any:
        with zipfile.ZipFile(io.BytesIO(self._files.read(person_id, digest))) as archive:
            return json.loads(archive.read(name)) if name in archive.namelist() else None
