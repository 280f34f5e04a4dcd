"""Outside systems, one module each; which of them an installation has is said in `webui.wiring` alone.

To add one, copy `registry.py`: a class with a `name`, its `operations`, and `call`. A diagram names an
operation as `connector.operation`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from connectors.operations import Operation

if TYPE_CHECKING:
    from collections.abc import Mapping

    from engine.ports import Connector

__all__ = ["Operation", "offered_operations"]


def offered_operations(connectors: Mapping[str, Connector]) -> dict[str, Operation]:
    """Give every operation by the name that diagrams use; its keys are what a bundle is checked against."""
    return {
        f"{name}.{operation}": declared
        for name, connector in sorted(connectors.items())
        for operation, declared in connector.operations.items()
    }
