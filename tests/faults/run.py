"""One run: lets processes work in turns, ends them and starts others, and writes down what people were told."""

from __future__ import annotations

import multiprocessing
import signal
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from .places import Clock, Place
from .player import AWAY, FULL, LOST, PAUSE, RESTART, Life, Newborn, Turn, live_through
from .schedule import SEATS, Next, draw
from .steps import Diary, Step

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

TURNS = 40
PATIENCE_S = 120.0
LIVES = {"off": (False,), "on": (True,), "mixed": (True, False)}
"""Whether processes keep their cases between two steps: none, all, every other one."""

_CANNOT_WRITE = dict.fromkeys(("database_away", "database_full"), "the database cannot write")
"""PostgreSQL on a full disk stops one statement or crashes, as its pages happen to lie: that is no part of a seed."""

_context = multiprocessing.get_context("fork")


@dataclass
class Process:
    """A process that works, and our end of the line to it."""

    process: Any
    pipe: Connection


@dataclass
class Run:
    """What a seed did. log: what happened in which order, the same each time."""

    place: Place
    seed: int
    live: str = "off"
    turns: int = TURNS
    clock: Clock = field(default_factory=Clock)
    diary: Diary = field(default_factory=Diary)
    deaths: Counter[str] = field(default_factory=Counter)
    log: list[str] = field(default_factory=list)
    lives: int = 0
    _seats: dict[int, Process] = field(default_factory=dict)
    _number: int = 0
    _newborn: Newborn = field(init=False)

    def play(self) -> None:
        """Let everybody work, and end all processes."""
        self._newborn = Newborn.of(self.place, self.seed)
        try:
            for coming in draw(self.seed, self.turns, on_server=self.place.server is not None):
                self.clock.ms += coming.later_ms
                self._turn(coming, coming.seat, coming.fault)
        finally:
            for seat in list(self._seats):
                self._end(seat)

    def _turn(self, coming: Next, seat: int, fault: Any) -> None:
        """Let one seat work until its turn or its life is over."""
        self._number += 1
        number, process = self._number, self._seat(seat)
        turn = Turn(number, SEATS[seat], coming.acts, self.clock.ms, fault, coming.free_leases)
        process.pipe.send(turn)
        self._say(number, f"{SEATS[seat]} {seat} {fault or ''}")
        away = False
        while True:
            said = self._heard(process, seat)
            if said is None:
                return
            if said[0] == PAUSE:
                self._turn(coming, coming.other, None)
                process.pipe.send(("go on",))
            elif said[0] in (RESTART, LOST):
                self.place.restart()
                process.pipe.send(("go on",))
            elif said[0] == AWAY:
                self.place.stop()
                away = True
                process.pipe.send(("go on",))
            elif said[0] == "end":
                self._say(number, str(said[1]) if fault is None or fault.what != FULL else "")
                break
            else:
                self._note(number, said)
        if away:
            self.place.start()

    def _heard(self, process: Process, seat: int) -> tuple[Any, ...] | None:
        """Give what a process says, or None when it is dead."""
        try:
            if process.pipe.poll(PATIENCE_S):
                said: tuple[Any, ...] = process.pipe.recv()
                return said
            self.diary.broken.append(f"process on seat {seat} hangs")
            process.process.kill()
        except (EOFError, ConnectionResetError):
            pass
        process.process.join()
        code = process.process.exitcode
        if code == -signal.SIGKILL:
            self.deaths["killed"] += 1
        else:
            self.diary.broken.append(f"process on seat {seat} ended with {code}")
        self._say(self._number, f"dead: {code}")
        process.pipe.close()
        del self._seats[seat]
        return None

    def _note(self, number: int, said: tuple[Any, ...]) -> None:
        kind = said[0]
        if kind == "asks":
            self.diary.ask(said[1])
        elif kind == "hears":
            step: Step = said[1]
            self.diary.hear(step, said[2])
            self._say(number, f"{step} -> {_CANNOT_WRITE.get(said[2], said[2])}")
        elif kind == "broke":
            self.diary.broken.append(said[1])
            self._say(number, said[1])
        else:
            self._say(number, f"{kind} {_CANNOT_WRITE.get(said[1], said[1])}")

    def _seat(self, seat: int) -> Process:
        """Give the process on a seat, started where there is none."""
        if seat not in self._seats:
            self.lives += 1
            pattern = LIVES[self.live]
            life = Life(self.lives, self.seed, pattern[self.lives % len(pattern)])
            ours, theirs = _context.Pipe()
            process = _context.Process(
                target=live_through, args=(theirs, ours, self.place, life, self._newborn), daemon=True
            )
            process.start()
            theirs.close()
            self._seats[seat] = Process(process, ours)
        return self._seats[seat]

    def _end(self, seat: int) -> None:
        process = self._seats.pop(seat)
        with suppress(OSError):
            process.pipe.send(None)
        process.process.join(PATIENCE_S)
        process.pipe.close()

    def _say(self, number: int, text: str) -> None:
        self.log.append(f"{number:3} {text}")
