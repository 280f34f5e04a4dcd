"""`python -m tests.faults --seeds 20 --database sqlite`: play seeds, and say what is wrong with them.

`--live compare` plays each seed three times, with cases kept between steps by no process, by all, and by every
other one, and says where their histories differ. `--seed N` plays one alone, with everything that happened in it.
"""

from __future__ import annotations

import argparse
import logging
import os
import sys
import time
from collections import Counter
from itertools import zip_longest
from typing import TYPE_CHECKING

from .places import places
from .run import LIVES
from .seeds import Verdict, judge_seed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from contextlib import AbstractContextManager

    from .places import Place

COMPARE = "compare"
_NO_HASHES = "0"


def main() -> int:
    """Run it; gives 1 when anything is wrong."""
    asked = _asked()
    numbers = [asked.seed] if asked.seed is not None else range(asked.first, asked.first + asked.seeds)
    if asked.seed is None:
        logging.disable()  # what is logged of faults that are made on purpose helps with one seed alone
    began, verdicts, wrong = time.monotonic(), list[Verdict](), list[int]()
    with places(asked.database) as fresh:
        for seed in numbers:
            found = _play(fresh, seed, tuple(LIVES) if asked.live == COMPARE else (asked.live,))
            if asked.seed is not None:
                print("\n".join(found[0].log))
            faults = [text for verdict in found for text in verdict.faults] + list(_differences(found))
            if faults:
                wrong.append(seed)
                print(f"seed {seed}:", *faults, sep="\n  ", flush=True)
            verdicts += found
    _say(verdicts, wrong, f"on {asked.database}, live {asked.live}, {time.monotonic() - began:.0f} s")
    return 1 if wrong else 0


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("--seeds", type=int, default=20, help="how many to play")
    parser.add_argument("--first", type=int, default=1, help="the first of them")
    parser.add_argument("--seed", type=int, help="this one alone")
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--live", choices=(*LIVES, COMPARE), default="mixed", help="who keeps cases")
    return parser.parse_args()


def _play(
    fresh: Callable[[int], AbstractContextManager[Place]], seed: int, modes: Iterable[str]
) -> list[Verdict]:
    found = []
    for live in modes:
        with fresh(seed) as place:
            found.append(judge_seed(place, seed, live=live))
    return found


def _differences(verdicts: list[Verdict]) -> Iterable[str]:
    """Say where the first run differs from each other one of the same seed."""
    first, *others = verdicts
    for other in others:
        for ours, theirs in zip_longest(first.log, other.log):
            if ours != theirs:
                yield f"live {first.live}: {ours}; live {other.live}: {theirs}"
                break
        for link, their_link in zip_longest(first.histories, other.histories):
            if link != their_link:
                yield f"live {first.live}: {link}; live {other.live}: {their_link}"
                break


def _say(verdicts: list[Verdict], wrong: list[int], how: str) -> None:
    told = Counter[str]()
    for verdict in verdicts:
        told.update(verdict.results)
    cases, deaths = (sum(getattr(one, name) for one in verdicts) for name in ("cases", "deaths"))
    print(f"{len(verdicts)} runs {how}: {cases} cases, {deaths} processes killed")
    print(f"{told['done']} of {told.total()} steps told done; answers: {dict(told.most_common())}")
    print(f"wrong: {wrong or 'none'}; the last run's digest is {verdicts[-1].digest}")


if __name__ == "__main__":
    if os.environ.get("PYTHONHASHSEED") != _NO_HASHES:  # the order of sets is part of what a seed decides
        again = [sys.executable, "-m", "tests.faults", *sys.argv[1:]]
        os.execve(sys.executable, again, {**os.environ, "PYTHONHASHSEED": _NO_HASHES})
    sys.exit(main())
