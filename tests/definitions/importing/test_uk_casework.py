"""Executable casework of a public service, drawn for Camunda 7 by people who do not know us: imported and driven.

The files lie beside the project where conformance data is kept; without them there is nothing to prove.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from engine.importing import convert
from tests.engine.bundles import GROUPS
from tests.engine.support import World

from .driver import bundle_of, drive, sources_in, systems

FOLDER = (
    Path(os.environ.get("LINBANG_CONFORMANCE", Path(__file__).parents[4] / "shared" / "conformance")) / "bpmn"
)
FILES = sources_in(FOLDER / "uk-casework")

pytestmark = pytest.mark.skipif(not FILES, reason=f"no conformance files at {FOLDER}")


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_it_is_imported_and_driven_to_an_end(file: Path, world: World) -> None:
    """Given a file of another engine; when it is imported and somebody does what is asked; then the case ends."""
    (service,) = convert({file.name: file.read_bytes()}, GROUPS, group="clerk").services
    world.deploy(bundle_of(service))
    world.runtime.connectors = systems(service)

    assert drive(world, service.key)
