"""What the engine needs from outside, as protocols; the web's wiring supplies the adapters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from engine.store.rows import JobRow


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
    process_instance_id: the case that asks; 0 where no case does.
    """

    operation: str
    parameters: Mapping[str, Any]
    idempotency_key: str
    timeout_s: float
    process_instance_id: int = 0


@dataclass(frozen=True, slots=True)
class OperationShape:
    """What the gate knows of an operation: names of parameters, of the answer's entries, its error codes."""

    required: frozenset[str]
    optional: frozenset[str]
    answer: frozenset[str]
    errors: frozenset[str]


@dataclass(frozen=True, slots=True)
class Inbound:
    """What an outside system says unasked or late: a message for the case that made a call.

    id: the other side's own number of it, for telling a double.
    reference: our idempotency key, `<instance>-<task>`.
    message: name of the BPMN message.
    content: checked plain data.
    """

    id: str
    reference: str
    message: str
    content: Mapping[str, Any]


class ConnectorError(Exception):
    """The outside system did not give a usable answer.

    code: an error code that a boundary event may catch, such as `registry_down`.
    permanent: repeating the same call cannot help, so it is not retried.
    """

    def __init__(self, message: str, *, code: str, permanent: bool = False) -> None:
        super().__init__(message)
        self.code = code
        self.permanent = permanent


class Operation(Protocol):
    """What checks an operation's parameters and answers; raises a permanent ConnectorError for others."""

    def shape(self, system: str) -> OperationShape:
        """Say what the gate has to know of it."""
        ...

    def checked_parameters(self, system: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
        """Give the parameters as they are sent."""
        ...

    def checked_answer(self, system: str, answer: Any) -> dict[str, Any]:
        """Give the answer as it is taken."""
        ...


class Connector(Protocol):
    """One outside system: a module in `connectors/`."""

    name: str
    operations: Mapping[str, Any]

    def call(self, call: Call) -> Any:
        """Do the call and give its answer as plain data; raise ConnectorError when it fails."""
        ...


class Receiver(Protocol):
    """A connector that takes what its outside system says unasked or late."""

    name: str

    def receive(self, headers: Mapping[str, str], body: bytes) -> Inbound:
        """Give what was said; raise a permanent ConnectorError: `signature_wrong` or `content_wrong`."""
        ...


class Hooks(Protocol):
    """Posts signed bodies to addresses that machines have given."""

    def check(self, address: str) -> None:
        """Raise a ConnectorError for an address that nothing may be posted to."""
        ...

    def post(self, address: str, secret: bytes, key: str, body: bytes, timeout_s: float) -> int:
        """Post once and give the status of the answer; raise ConnectorError where there was none.

        key: the same at every try of the same body. timeout_s: seconds for the whole exchange.
        """
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


class Deferrer(Protocol):
    """Queues work for other processes inside the transaction that makes it: none is lost, none comes too early."""

    def defer(self, connection: Any, jobs: Sequence[JobRow], now: int) -> None:
        """Queue those of the added jobs that somebody has to look at now.

        connection: the driver's, inside the transaction. now: milliseconds of the movable clock.
        """
        ...
