"""What is asked of outside systems, and what they answer, has a name that people read."""

from __future__ import annotations

from connectors.cases import Cases
from webui.data_words import PARTS
from webui.wiring import CONNECTORS


def test_it_names_every_part_of_every_operation() -> None:
    parts = {
        name
        for connector in (*CONNECTORS, Cases)
        for operation in connector.operations.values()
        for name in (*operation.parameters().fields, *operation.answer().fields)
    }
    assert parts - PARTS.keys() == set()
