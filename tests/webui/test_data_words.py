"""What is asked of outside systems, and what they answer, has a name that people read."""

from __future__ import annotations

from connectors.cases import Cases
from webui.wiring import CONNECTORS
from webui.words.data import PARTS


def test_it_names_every_part_of_every_operation() -> None:
    parts = {
        name
        for connector in (*CONNECTORS, Cases)
        for operation in connector.operations.values()
        for name in (*operation.parameters().fields, *operation.answer().fields)
    }
    assert parts - PARTS.keys() == set()
