"""Spoils services at random and hands them to the gate: `python -m tests.fuzz.gate --seconds 60 --seed 1`.

What makes it fail is made as small as can be and kept in `tests/fuzz/found`, where a test finds it from then on.
"""

from __future__ import annotations

import argparse
import hashlib
import random
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

from engine.definitions import Bundle

from .corpus import FOUND, shipped, small
from .judging import Failure, judge, judge_zip, limit_memory
from .mutations import mutate, mutate_zip

MOST_CHANGES = 4
TRIES_TO_SHRINK = 150
KEPT_ALIKE = 1
"""So many failures of one kind and place are kept."""


@dataclass
class Run:
    """What a run has seen."""

    examples: int = 0
    failures: list[tuple[Failure, Path]] = field(default_factory=list)
    seen: Counter[tuple[str, str]] = field(default_factory=Counter)
    slowest_s: float = 0.0


def fuzz(seed: int, *, examples: int, seconds: float, keep: Path = FOUND) -> Run:
    """Hand so many spoilt services to the gate, or as many as there is time for."""
    run, until = Run(), time.monotonic() + seconds
    with tempfile.TemporaryDirectory(prefix="linbang-fuzz-") as name:
        folder = Path(name)
        for number in range(examples):
            if time.monotonic() > until:
                break
            one_seed = seed * 1_000_003 + number
            begun = time.process_time()
            _one(one_seed, run, folder, keep)
            run.slowest_s = max(run.slowest_s, time.process_time() - begun)
            run.examples += 1
            for left in folder.glob("*.db*"):
                left.unlink()
    return run


def _one(seed: int, run: Run, folder: Path, keep: Path) -> None:
    dice = random.Random(seed)
    base = small() if dice.random() < 0.9 else dice.choice(shipped())
    changes = [seed * 31 + number for number in range(dice.randint(1, MOST_CHANGES))]
    if dice.random() < 0.1:
        content = mutate_zip(base.to_zip(), seed)
        (folder / "last.zip").write_bytes(content)
        failure = judge_zip(content)
        if failure is not None:
            _keep(failure, content, run, keep)
        return
    bundle = _changed(base, changes)
    (folder / "last.zip").write_bytes(bundle.to_zip())  # what is left to see when the process dies
    failure = judge(bundle, folder)
    if failure is not None and run.seen[failure.kind, failure.where] < KEPT_ALIKE:
        bundle = _changed(base, _fewer(base, changes, failure, folder))
        _keep(failure, _smaller(bundle, failure, folder).to_zip(), run, keep)


def _changed(base: Bundle, changes: list[int]) -> Bundle:
    for one in changes:
        if base.files:
            base = mutate(base, one, shipped()[one % len(shipped())])
    return base


def _fewer(base: Bundle, changes: list[int], failure: Failure, folder: Path) -> list[int]:
    """Leave out the changes that do not matter."""
    for one in list(changes):
        fewer = [other for other in changes if other != one]
        if _same(judge(_changed(base, fewer), folder), failure):
            changes = fewer
    return changes


def _smaller(bundle: Bundle, failure: Failure, folder: Path) -> Bundle:
    """Leave out the files that do not matter."""
    if failure.kind == "hang":
        return bundle  # each try would take its whole time
    for path in sorted(bundle.files)[:TRIES_TO_SHRINK]:
        rest = {other: content for other, content in bundle.files.items() if other != path}
        less = Bundle(bundle.key, MappingProxyType(rest))
        if _same(judge(less, folder), failure):
            bundle = less
    return bundle


def _same(one: Failure | None, other: Failure) -> bool:
    return one is not None and (one.kind, one.where) == (other.kind, other.where)


def _keep(failure: Failure, content: bytes, run: Run, keep: Path) -> None:
    run.seen[failure.kind, failure.where] += 1
    if run.seen[failure.kind, failure.where] <= KEPT_ALIKE:
        keep.mkdir(parents=True, exist_ok=True)
        name = f"{failure.kind}-{failure.where.replace(':', '-').replace('<', '').replace('>', '')}"
        path = keep / f"{name}-{hashlib.sha256(content).hexdigest()[:8]}.zip"
        path.write_bytes(content)
        run.failures.append((failure, path))


def main() -> int:
    """Run from the command line; the exit code is 1 when something was found."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", type=Path, default=FOUND, help="where what was found is kept")
    given = parser.parse_args()
    limit_memory()
    run = fuzz(given.seed, examples=sys.maxsize, seconds=given.seconds, keep=given.keep)
    for failure, path in run.failures:
        print(f"{failure.kind} in {failure.where}: {path}\n{failure.words}\n")
    alike = ", ".join(f"{kind} in {where}: {count}" for (kind, where), count in run.seen.items()) or "none"
    print(f"{run.examples} services, slowest {run.slowest_s:.1f} s, failures: {alike}")
    return 1 if run.failures else 0


if __name__ == "__main__":
    sys.exit(main())
