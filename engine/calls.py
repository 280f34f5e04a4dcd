"""Calls an outside system once; whatever goes wrong there becomes a ConnectorError and nothing else."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from engine.ports import Call, ConnectorError
from engine.values import checked_value

if TYPE_CHECKING:
    from collections.abc import Mapping

    from engine.runtime import Runtime

log = logging.getLogger("linbang.calls")


def ask(
    runtime: Runtime,
    operation: str,
    parameters: Mapping[str, Any],
    *,
    idempotency_key: str,
    timeout_s: float,
    process_instance_id: int,
) -> Any:
    """Give the answer of an operation such as `registry.sweep`, as a value that a case can hold.

    Never inside a transaction: the other side may take its time. timeout_s: seconds. Raises ConnectorError,
    permanent when there is no such connector (`connector_missing`) or it is broken (`call_broken`).
    """
    system, _, name = operation.partition(".")
    connector = runtime.connectors.get(system)
    if connector is None:
        raise ConnectorError(f"There is no connector {system!r}", code="connector_missing", permanent=True)
    call = Call(name, parameters, idempotency_key, timeout_s, process_instance_id)
    try:
        return checked_value(connector.call(call), operation)
    except ConnectorError:
        raise
    except Exception as exc:  # a connector's own fault, or an answer that no case can hold
        log.exception("%s failed in case %s", operation, process_instance_id)
        raise ConnectorError(
            f"{system} gave no usable answer: {type(exc).__name__}", code="call_broken", permanent=True
        ) from exc
