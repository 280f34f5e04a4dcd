"""The time that one exchange with another system may take, as a whole; knows nothing of what is exchanged."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager


class TimeLimit:
    """A moment by which an exchange is over, whatever the other side does.

    The usual clients limit each read, and a system that sends a byte now and then would hold a caller for
    as long as it likes. `expired` says whether the exchange was cut off.
    """

    def __init__(self, seconds: float) -> None:
        self.expired = False
        self._until = time.monotonic() + seconds

    def left(self, longest: float = float("inf")) -> float:
        """Give the seconds that are left, at most `longest`; raises TimeoutError when none is."""
        left = self._until - time.monotonic()
        if left <= 0:
            raise TimeoutError
        return min(left, longest)

    @contextmanager
    def watch(self, plain: socket.socket) -> Iterator[None]:
        """End both directions of a connection at the moment, so that whoever waits for a byte gets an end.

        plain: the socket under any encryption; it is duplicated, so that it may be wrapped meanwhile.
        """
        with plain.dup() as watched:
            watch = threading.Timer(self.left(), self._cut_off, (watched,))
            watch.daemon = True
            watch.start()
            try:
                yield
            finally:
                watch.cancel()
                watch.join()  # it must not shut a descriptor that somebody else has by then

    def _cut_off(self, watched: socket.socket) -> None:
        self.expired = True
        try:
            watched.shutdown(socket.SHUT_RDWR)
        except OSError:
            return  # it is closed already
