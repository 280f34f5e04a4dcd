"""The reference models of the interchange group: drawn with every construct of the standard, most not to be run.

Each is read, and either runs or is refused with file, line and element; none ends in a traceback.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from engine.definitions import compile_bundle
from engine.importing import convert
from tests.engine.bundles import GROUPS

from .driver import bundle_of, sources_in

FOLDER = (
    Path(os.environ.get("LINBANG_CONFORMANCE", Path(__file__).parents[4] / "shared" / "conformance")) / "bpmn"
)
FILES = sources_in(FOLDER / "miwg-reference")

pytestmark = pytest.mark.skipif(not FILES, reason=f"no conformance files at {FOLDER}")


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_it_is_read_and_what_is_wrong_is_told(file: Path) -> None:
    """Given a model of the group, when it is imported and checked, then it runs, or a line and an element say why not."""
    made = convert({file.name: file.read_bytes()}, GROUPS, group="clerk")

    assert made.services or all(note.code and note.message for note in made.notes)
    for service in made.services:
        definition, problems = compile_bundle(bundle_of(service), GROUPS)
        errors = [problem for problem in problems if problem.severity == "error"]
        assert (definition is None) == bool(errors)
        for problem in errors:
            assert problem.message
            assert not problem.file.endswith(".bpmn") or problem.line
