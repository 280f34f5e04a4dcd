"""Posts to Linbang, signed, what a played system says later: at its time, a bounded number of times."""

from __future__ import annotations

import logging
import threading
import time
import uuid
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from connectors.peer import Peer
from engine.ports import ConnectorError

MAX_TRIES = 8
RETRY_AFTER_S = 1.0
TIMEOUT_S = 10.0
MAX_PLANNED = 20_000
KEPT_DONE = 200

log = logging.getLogger("linbang.sandbox")


def _always() -> bool:
    return True


@dataclass(eq=False)
class Callback:
    """Something that will be said. reference: the key of the call that it follows from.

    due: on the `time.monotonic` scale. still_so: asked once, before the first try; where it says no, nothing
    is said. state: waiting, sending, delivered, dropped or given_up.
    """

    system: str
    message: str
    reference: str
    content: Mapping[str, Any]
    due: float
    still_so: Callable[[], bool] = _always
    id: str = field(default_factory=lambda: uuid.uuid4().hex)
    tries: int = 0
    begun: bool = False
    state: str = "waiting"
    result: str = ""


class Callbacks:
    """What is planned, and the sending of it. Safe for many threads.

    url: where Linbang takes callbacks, without the system's name; empty: nobody is called back.
    twice: says whether a callback of a system is posted twice this time. retry_after_s: real seconds until
    the second try; each wait is twice the one before.
    """

    def __init__(
        self, url: str, secret: bytes, twice: Callable[[str], bool], *, retry_after_s: float = RETRY_AFTER_S
    ) -> None:
        self.url, self.secret = url, secret
        self._twice, self._retry_after_s = twice, retry_after_s
        self._lock = threading.Lock()
        self._planned: list[Callback] = []
        self._done: deque[Callback] = deque(maxlen=KEPT_DONE)

    def plan(self, callback: Callback) -> None:
        """Say something when it is due; nothing where nobody is called back."""
        with self._lock:
            if self.url and len(self._planned) < MAX_PLANNED:
                self._planned.append(callback)

    def take_up_again(self, reference: str) -> None:
        """Say once more what was given up and follows from this call: the caller has come back to it."""
        with self._lock:
            for callback in self._planned:
                if callback.reference == reference and callback.state == "given_up":
                    callback.state, callback.tries = "waiting", 0
                    callback.due = time.monotonic() + self._retry_after_s

    def send_due(self, *, all_of_them: bool = False) -> int:
        """Say what is due, or everything that waits; give how many callbacks were delivered."""
        now = time.monotonic()
        with self._lock:
            due = [one for one in self._planned if one.state == "waiting" and (all_of_them or one.due <= now)]
            for callback in due:
                callback.state = "sending"
        return sum(self._send(callback) for callback in due)

    def listed(self) -> list[Callback]:
        """Give what is planned or was given up, and what was said lately."""
        with self._lock:
            return [*self._planned, *self._done]

    def _send(self, callback: Callback) -> bool:
        if not callback.begun and not callback.still_so():
            self._settle(callback, "dropped")
            return False
        callback.begun = True
        callback.tries += 1
        try:
            callback.result = self._post(callback)
            if self._twice(callback.system):
                self._post(callback)
        except (ConnectorError, ValueError) as exc:
            log.info("callback %s of %s failed: %s", callback.message, callback.system, exc)
            callback.result = str(exc)
            callback.due = time.monotonic() + self._retry_after_s * 2 ** (callback.tries - 1)
            callback.state = "waiting" if callback.tries < MAX_TRIES else "given_up"
            return False
        self._settle(callback, "delivered")
        return True

    def _post(self, callback: Callback) -> str:
        peer = Peer("linbang", self.url, secret=self.secret)
        body = {
            "id": callback.id,
            "reference": callback.reference,
            "message": callback.message,
            "content": callback.content,
        }
        path = f"/{callback.system}"
        answer = peer.ask(path, body, idempotency_key=callback.id, timeout_s=TIMEOUT_S, refusals={})
        return str(answer.get("result", "")) if isinstance(answer, dict) else ""

    def _settle(self, callback: Callback, state: str) -> None:
        with self._lock:
            callback.state = state
            self._planned.remove(callback)
            self._done.appendleft(callback)
