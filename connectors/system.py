"""What every outside system's connector is: operations by name, checked on the way out and on the way in.

A connector adds its schemas, and how it is set up; how a call goes stands here once.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from connectors.operations import Operation, checked
from connectors.peer import Peer
from engine.ports import Call

if TYPE_CHECKING:
    import ssl
    from typing import Self

LONGEST_WAIT_S = 50.0
"""No diagram makes a call last longer than this."""


class System(ABC):
    """A `Connector`.

    settings: names of the environment variables that it is set up with; the first one missing means that
    the installation has no such system.
    """

    name: str
    settings: tuple[str, ...]
    operations: Mapping[str, Operation]

    def __init__(self, *, longest_wait_s: float = LONGEST_WAIT_S) -> None:
        self._longest_wait_s = longest_wait_s

    @classmethod
    @abstractmethod
    def configured(cls, values: Mapping[str, str]) -> Self:
        """Make the connector of an installation from its settings; raises ValueError for unusable ones."""

    def call(self, call: Call) -> dict[str, Any]:
        """Do the call and give its checked answer.

        Raises ConnectorError, permanent unless the system is down, late or busy. Parameters of another
        shape, and those without the consent that the operation needs (社会救助法 第40条), are not sent.
        """
        operation, question = checked(self.name, self.operations, call)
        seconds = min(call.timeout_s, self._longest_wait_s)
        answer = self._ask(operation, question, call.idempotency_key, seconds)
        return operation.checked_answer(self.name, answer)

    @abstractmethod
    def _ask(self, operation: Operation, question: dict[str, Any], key: str, timeout_s: float) -> Any:
        """Hand the checked question over and give the answer as it came."""


class HttpSystem(System):
    """A system that takes its operations by HTTP at an address.

    token, context: what the system's operator asks for.
    """

    def __init__(
        self,
        url: str,
        *,
        token: str | None = None,
        context: ssl.SSLContext | None = None,
        longest_wait_s: float = LONGEST_WAIT_S,
    ) -> None:
        super().__init__(longest_wait_s=longest_wait_s)
        self._peer = Peer(self.name, url, token=token, context=context)

    @classmethod
    def configured(cls, values: Mapping[str, str]) -> Self:
        """Make the connector with the address that its first setting holds."""
        return cls(values[cls.settings[0]])

    def _ask(self, operation: Operation, question: dict[str, Any], key: str, timeout_s: float) -> Any:
        return self._peer.ask(
            operation.path,
            question,
            idempotency_key=key,
            timeout_s=timeout_s,
            refusals=operation.errors,
        )
