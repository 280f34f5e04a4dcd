"""How fast the product is beside its peers, all in turns in one run, on the same machine and the same kind of database.

Run `python -m tests.benchmarks.peers --database sqlite`, `postgresql` or `both`. Every figure counts completions of
the four user tasks of the same diagram, or what comes nearest to one: a step of DBOS, or one of its workflows that
goes on because a human answered. The peers do far less at each of them: they keep no inbox, no history, no rights,
no forms, and seal nothing.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from engine.store.scratch import scratch_database
from tests.benchmarks.places import settings_on
from webui.bench.figures import Figure, median, table, write
from webui.bench.installation import DATABASES, SERVICES, Measured, measured
from webui.bench.rounds import Effort, play
from webui.settings import Settings

from .installing import Peers

DIAGRAM = SERVICES / "four_tasks" / "four_tasks.bpmn"
WARM_UP = 20


@dataclass(frozen=True, slots=True)
class Peer:
    """Something that completes steps. goal: how many times as fast the product has to be; none where it is empty."""

    name: str
    run: Callable[[], float]
    goal: str = ""


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--database", choices=(*DATABASES, "both"), default="sqlite")
    parser.add_argument("--cases", type=int, default=100, help="cases of a round")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=900, help="no round begins later")
    parser.add_argument("--json", type=Path, help="write the figures there too")
    chosen = parser.parse_args()
    effort = Effort(chosen.cases, chosen.rounds, chosen.seconds)
    figures = []
    with ExitStack() as opened:
        folder = Path(opened.enter_context(tempfile.TemporaryDirectory()))
        peers = Peers(folder)
        peers.install()
        for kind in DATABASES if chosen.database == "both" else (chosen.database,):
            settings = settings_on(kind, opened)
            product = opened.enter_context(measured(settings, kind))
            others = _peers(kind, peers, settings, folder, effort.cases)
            figures += measure(kind, product, others, effort)
    title = f"completions a second beside peers, at most {effort.rounds} rounds of {effort.cases} cases"
    print(table(title, figures))
    write(chosen.json, title, figures)


def measure(kind: str, product: Measured, peers: list[Peer], effort: Effort) -> list[Figure]:
    """Run everything in turns and give rates and ratios, medians of the rounds."""
    play(product, min(effort.cases, WARM_UP))
    ours: list[float] = []
    theirs: dict[str, list[float]] = {peer.name: [] for peer in peers}
    for _ in effort:
        ours.append(play(product, effort.cases)["complete"].per_s)
        for peer in peers:
            theirs[peer.name].append(peer.run())
    figures = [Figure(f"{kind}: the product, durable, all checks on", median(ours), "1/s")]
    for peer in peers:
        rates = theirs[peer.name]
        times = median([mine / rate for mine, rate in zip(ours, rates, strict=True)])
        figures.append(Figure(f"{kind}: {peer.name}", median(rates), "1/s"))
        figures.append(Figure("  the product is so many times as fast", times, "×", peer.goal))
    return figures


def _peers(kind: str, peers: Peers, settings: Settings, folder: Path, cases: int) -> list[Peer]:
    number = count()

    def file() -> Path:
        return folder / f"peer{next(number)}.db"

    def dbos(mode: str) -> float:
        if kind == "sqlite":
            return peers.python("dbos_steps.py", f"sqlite:///{file()}", str(cases), mode)
        with scratch_database(settings.database_url) as url:
            return peers.python("dbos_steps.py", url, str(cases), mode)

    def bpmn_engine(mode: str) -> float:
        return peers.node(str(DIAGRAM), str(file()), str(cases), mode)

    def spiff(mode: str) -> float:
        return peers.python("spiff_steps.py", str(DIAGRAM), str(cases), mode, str(file()))

    everywhere = [
        Peer("DBOS, steps", lambda: dbos("steps"), "≥ 4"),
        Peer("DBOS, waiting for a human", lambda: dbos("human"), "≥ 20"),
    ]
    if kind != "sqlite":
        return everywhere
    return [
        *everywhere,
        Peer("bpmn-engine, saved at each step", lambda: bpmn_engine("save"), "≥ 3"),
        Peer("bpmn-engine, resumed at each step", lambda: bpmn_engine("resume"), "≥ 8"),
        Peer("SpiffWorkflow, its own serializer, saved and loaded", lambda: spiff("saved")),
        Peer("SpiffWorkflow, in memory", lambda: spiff("memory")),
    ]


if __name__ == "__main__":
    main()
