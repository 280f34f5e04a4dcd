"""Regular expressions of the standard (those of XPath), matched in bounded time.

All ways through a pattern are followed at once, character by character, so that no pattern can blow
up; each step is paid from the budget. Back-references would need another machine and are refused.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from engine.feel.errors import Trouble
from engine.feel.pattern_parser import Accepts, Char, Program, Split, program_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from engine.feel.runtime import Run

_REFERENCE = re.compile(r"\\(.)|\$([0-9]+)|([$\\])", re.DOTALL)
_Thread = tuple[int, tuple[int, ...]]


@dataclass(frozen=True, slots=True)
class Found:
    """Where a pattern fits: the whole at 0, its groups behind; (-1, -1) for a group that took no part."""

    spans: tuple[tuple[int, int], ...]

    @property
    def start(self) -> int:
        """Offset of the first character."""
        return self.spans[0][0]

    @property
    def end(self) -> int:
        """Offset behind the last character."""
        return self.spans[0][1]


class Pattern:
    """A compiled pattern."""

    def __init__(self, program: Program) -> None:
        self._program = program

    def search(self, text: str, start: int, run: Run) -> Found | None:
        """Give the leftmost fit from an offset on, with the choices of the pattern tried in order."""
        slots = (-1,) * (2 * self._program.groups + 2)
        best: tuple[int, ...] | None = None
        threads: list[_Thread] = []
        seen: set[int] = set()
        for offset in range(start, len(text) + 1):
            if best is None:
                self._follow(threads, seen, (0, slots), text, offset)
            elif not threads:
                break
            run.spend(1 + len(threads) // 4)
            threads, seen, best = self._step(threads, text, offset, best)
        if best is None:
            return None
        return Found(tuple(zip(best[::2], best[1::2], strict=True)))

    def find_all(self, text: str, run: Run) -> Iterator[Found]:
        """Give all fits from left to right; none overlaps another."""
        offset = 0
        while offset <= len(text):
            found = self.search(text, offset, run)
            if found is None:
                return
            yield found
            offset = found.end if found.end > found.start else found.end + 1

    def _step(
        self, threads: list[_Thread], text: str, offset: int, best: tuple[int, ...] | None
    ) -> tuple[list[_Thread], set[int], tuple[int, ...] | None]:
        """Move every thread over one character; a thread that is done ends those of lower rank."""
        following: list[_Thread] = []
        seen: set[int] = set()
        for at, slots in threads:
            instruction = self._program.code[at]
            if isinstance(instruction, Accepts):
                best = (slots[0], offset, *slots[2:])
                break
            if isinstance(instruction, Char) and offset < len(text) and instruction.test(text[offset]):
                self._follow(following, seen, (at + 1, slots), text, offset + 1)
        return following, seen, best

    def _follow(
        self, threads: list[_Thread], seen: set[int], thread: _Thread, text: str, offset: int
    ) -> None:
        """Add a thread, following all instructions that take no character."""
        waiting = [thread]
        while waiting:
            at, slots = waiting.pop()
            if at in seen:
                continue
            seen.add(at)
            instruction = self._program.code[at]
            if isinstance(instruction, Split):
                waiting.extend((target, slots) for target in reversed(instruction.targets))
            elif isinstance(instruction, Char | Accepts):
                threads.append((at, (offset, *slots[1:]) if slots[0] < 0 else slots))
            elif instruction.slot is not None:
                changed = (*slots[: instruction.slot], offset, *slots[instruction.slot + 1 :])
                waiting.append((at + 1, changed))
            elif instruction.holds(text, offset):
                waiting.append((at + 1, slots))


@lru_cache(maxsize=256)
def compile_pattern(pattern: str, flags: str) -> Pattern:
    """Give the compiled pattern, or raise Trouble saying what is wrong with it.

    flags: s (`.` takes line ends), m (`^` and `$` at lines), i (case), x (blanks do not count), q (literal).
    """
    unknown = set(flags) - set("smixq")
    if unknown:
        raise Trouble(f"Expected flags among s, m, i, x and q, but got {''.join(sorted(unknown))!r}")
    return Pattern(program_of(pattern, flags))


def expand(replacement: str, found: Found, text: str, *, literal: bool) -> str:
    """Give the replacement for a fit, with `$1` filled in; raises Trouble at a stray `$` or backslash."""
    if literal:
        return replacement

    def fill(reference: re.Match[str]) -> str:
        if reference[1] in {"$", "\\"}:
            return reference[1]
        if reference[2] is None:
            raise Trouble(f"Expected $1 or \\$ in the replacement, but got {replacement!r}")
        digits, rest = reference[2], ""
        while len(digits) > 1 and int(digits) >= len(found.spans):
            digits, rest = digits[:-1], digits[-1] + rest
        start, end = found.spans[int(digits)] if int(digits) < len(found.spans) else (0, 0)
        return text[max(start, 0) : max(end, 0)] + rest

    return _REFERENCE.sub(fill, replacement)
