"""How fast one worker process and two of them strike a burst of timers that fall due at once, on PostgreSQL.

Run `python -m tests.benchmarks.burst`. The workers are `linbang worker`, idle when the burst comes; nobody tells
them, so that the first look of each is in the time until the first strike. Rates count from the first strike seen.
"""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from webui import fleet
from webui.bench.figures import Figure, median, table, write
from webui.bench.installation import Measured, measured
from webui.bench.rounds import Effort

from .places import environment_of, settings_on

WORKERS = (1, 2)
READY_WITHIN_S, STRUCK_WITHIN_S, ENDS_WITHIN_S = 60, 900, 40
IDLE_S, LOOK_S = 1.5, 0.1
_FIRED = "event = 'timer_fired'"


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--timers", type=int, default=20_000)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--json", type=Path, help="write the figures there too")
    chosen = parser.parse_args()
    with ExitStack() as opened:
        found = opened.enter_context(measured(settings_on("postgresql", opened), "postgresql"))
        fleet.make_queue(found.runtime.database)
        figures = measure(found, Effort(chosen.timers, chosen.rounds))
    title = f"a burst of {chosen.timers:,} timers on postgresql, {chosen.rounds} rounds"
    print(table(title, figures))
    write(chosen.json, title, figures)


def measure(found: Measured, effort: Effort) -> list[Figure]:
    """Let one worker and two of them strike a burst in turns, and give all figures."""
    rates: dict[int, list[float]] = {count: [] for count in WORKERS}
    first: list[float] = []
    for _ in effort:
        for count in WORKERS:
            waited, rate = burst(found, effort.cases, count)
            first.append(waited)
            rates[count].append(rate)
    one, two = (median(rates[count]) for count in WORKERS)
    return [
        Figure("one worker", one, "timers/s"),
        Figure("two workers", two, "timers/s"),
        Figure("two workers against one", two / one, "×", "≥ 1.7"),
        Figure("until the first strike was seen", median(first), "s"),
    ]


def burst(found: Measured, timers: int, count: int) -> tuple[float, float]:
    """Give the seconds until the first strike, and the timers struck a second from then on; each exactly once."""
    for _ in range(timers):
        found.start("one_timer", wait="PT100H")
    found.recording.take()
    found.own.settle()
    before = found.own.rows("history", _FIRED)
    with ExitStack() as running:
        for number in range(count):
            running.enter_context(_worker(found, f"bench{number}"))
        time.sleep(IDLE_S)
        due = found.runtime.now_ms()
        began = time.perf_counter()
        found.own.connection.execute(f"UPDATE job SET due_at = {due:d} WHERE due_at > {due:d}")
        seen: list[tuple[float, int]] = []
        while not seen or seen[-1][1] < timers:
            assert time.perf_counter() - began < STRUCK_WITHIN_S, seen[-1:]
            time.sleep(LOOK_S)
            struck = found.own.rows("history", _FIRED) - before
            if struck:
                seen.append((time.perf_counter() - began, struck))
    assert found.own.rows("history", _FIRED) - before == timers
    (first, already), (last, _) = seen[0], seen[-1]
    return first, (timers - already) / (last - first) if last > first else timers / last


@contextmanager
def _worker(found: Measured, name: str) -> Iterator[None]:
    """Run a worker process from when it is ready."""
    environment = {**os.environ, **environment_of(found.installation.settings)}
    environment.update(LINBANG_WORKER_NAME=name, PYTHONUNBUFFERED="1")
    log = found.installation.settings.data_dir / "worker.log"
    with log.open("ab") as written:
        started = subprocess.Popen(
            [sys.executable, "-m", "webui.cli", "worker"],
            env=environment,
            stdout=subprocess.PIPE,
            stderr=written,
        )
    try:
        assert started.stdout is not None
        assert started.stdout.readline(), log.read_text()[-2000:]
        yield
    finally:
        started.send_signal(signal.SIGTERM)
        try:
            started.communicate(timeout=ENDS_WITHIN_S)
        except subprocess.TimeoutExpired:
            started.kill()
            started.communicate()


if __name__ == "__main__":
    main()
