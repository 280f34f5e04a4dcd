"""What the engine needs from outside, as protocols; the web's wiring supplies the adapters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol


class Clock(Protocol):
    """The only source of the present moment."""

    def now(self) -> datetime:
        """Give the present moment, aware, in UTC."""
        ...


@dataclass(frozen=True, slots=True)
class Call:
    """One call of an outside system.

    operation: the part after the connector's name, such as `verify_household`.
    parameters: evaluated FEEL values; numbers are int or Decimal.
    idempotency_key: the same for every attempt of the same call; the outside system acts once per key.
    timeout_s: how long the connector may wait in all, seconds.
    """

    operation: str
    parameters: Mapping[str, Any]
    idempotency_key: str
    timeout_s: float


class ConnectorError(Exception):
    """The outside system did not give a usable answer.

    code: an error code that a boundary event may catch, such as `registry_down`.
    permanent: repeating the same call cannot help, so it is not retried.
    """

    def __init__(self, message: str, *, code: str, permanent: bool = False) -> None:
        super().__init__(message)
        self.code = code
        self.permanent = permanent


class Connector(Protocol):
    """One outside system: a module in `connectors/`."""

    name: str
    operations: Mapping[str, Any]

    def call(self, call: Call) -> Any:
        """Do the call and give its answer as plain data; raise ConnectorError when it fails."""
        ...


class Dispatcher(Protocol):
    """Runs due jobs in the background."""

    def start(self) -> None:
        """Begin to run due jobs."""
        ...

    def stop(self) -> None:
        """Finish what runs and stop."""
        ...

    def wake(self) -> None:
        """Look for due jobs now instead of at the next tick; called after a commit that wrote some."""
        ...
