"""`python -m tests.bad_days --cases 2000 --seed 7`: the whole campaign, and a table of what it came to."""

from __future__ import annotations

import argparse
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

from .campaign import SHARE, Findings, campaign
from .table import lines_of

MAX_CASES = 4_000
"""In one district; the sandbox remembers the latest 20,000 keys."""
MAX_DISTRICTS = 8


def main() -> int:
    """Run it; gives 1 when anything is wrong."""
    parser = argparse.ArgumentParser(prog="python -m tests.bad_days", description=__doc__)
    parser.add_argument(
        "--cases", type=int, default=2_000, help="stories to play, besides one good day of each"
    )
    parser.add_argument("--seed", type=int, default=7, help="of people, days and faults")
    parser.add_argument("--share", type=float, default=SHARE, help="how many of the questions meet a fault")
    parser.add_argument("--districts", type=int, default=1, help="installations side by side, a process each")
    asked = parser.parse_args()
    districts = range(1, MAX_DISTRICTS + 1)
    cases = range(1, MAX_CASES * asked.districts + 1)
    if asked.districts not in districts or asked.cases not in cases or not 0 <= asked.share <= 1:
        parser.error(
            f"expected up to {MAX_DISTRICTS} districts, {MAX_CASES} cases in each, a share from 0 to 1"
        )
    began = time.monotonic()
    found = _all_districts(asked.cases, asked.seed, asked.share, asked.districts)
    found.seconds["all"] = round(time.monotonic() - began)
    print("\n".join(lines_of(found)))
    return 1 if found.wrong else 0


def _all_districts(cases: int, seed: int, share: float, districts: int) -> Findings:
    if districts == 1:
        return campaign(cases, seed, share=share)
    whole = Findings()
    with ProcessPoolExecutor(districts, mp_context=get_context("spawn")) as pool:
        parts = [cases // districts + (number < cases % districts) for number in range(districts)]
        waiting = [
            pool.submit(campaign, part, seed + number, share=share) for number, part in enumerate(parts)
        ]
        for one in waiting:
            whole.add(one.result())
    return whole


if __name__ == "__main__":
    sys.exit(main())
