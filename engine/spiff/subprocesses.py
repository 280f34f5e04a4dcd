"""The running subprocesses of a case; one that nobody looks at in a step stays packed as it was read."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Packed:
    """A subprocess at rest, as bytes. Only tokens that wait for a person, an answer or a subprocess rest in it.

    numbers: the lowest and the highest of its tasks; others may lie between. rests: number, element and
    kind of each resting token.
    """

    content: bytes
    numbers: tuple[int, int]
    rests: list[tuple[int, str, str]]


class Subprocesses(dict[Any, Any]):
    """Subprocesses by the number of their activity. Looking at one unpacks it."""

    def __init__(self) -> None:
        super().__init__()
        self.unpack: Callable[[Any, Packed], Any] | None = None

    def __getitem__(self, key: Any) -> Any:
        found = super().__getitem__(key)
        if isinstance(found, Packed):
            assert self.unpack is not None
            found = self.unpack(key, found)
        return found

    def get(self, key: Any, default: Any = None) -> Any:
        """Give one, or the default."""
        return self[key] if key in self else default  # noqa: SIM401 - it is what it would call

    def values(self) -> Any:
        """Give all of them."""
        self._unpack_all()
        return super().values()

    def items(self) -> Any:
        """Give all of them by number."""
        self._unpack_all()
        return super().items()

    def plain_values(self) -> list[Any]:
        """Give all of them as they are, packed or not."""
        return list(super().values())

    def plain_items(self) -> list[tuple[Any, Any]]:
        """Give all of them by number as they are, packed or not."""
        return list(super().items())

    def unpacked(self) -> Iterator[Any]:
        """Iterate over those that somebody has looked at."""
        return (found for found in super().values() if not isinstance(found, Packed))

    def look_for(self, number: Any) -> Iterator[Any]:
        """Iterate over those in which the task of that number may be, and unpack them."""
        for key, found in self.plain_items():
            if not isinstance(found, Packed):
                yield found
            elif type(number) is int and found.numbers[0] <= number <= found.numbers[1]:
                yield self[key]  # a task that has no number yet is in none of them

    def rename(self, renamed: dict[Any, int]) -> None:
        """Put numbers in place of the random ids of activities."""
        if any(key in renamed for key in self):
            again = {renamed.get(key, key): found for key, found in self.plain_items()}
            self.clear()
            self.update(again)

    def _unpack_all(self) -> None:
        for key in list(self):
            self[key]
