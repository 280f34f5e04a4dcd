"""How many completions a second come through real sockets: granian and gunicorn, on PostgreSQL, eight clients.

Run `python -m tests.benchmarks.http`. A completion is what a browser sends: a session, a token against forgery, the
form's answers; it is answered with the way back to the inbox. Beside it, in turns by the same server, an endpoint that does one
transaction of one row; and a contest in which all clients complete the same tasks, of which one may win each.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

from engine import user_tasks
from engine.people import Actor
from engine.store.people import PersonRow
from tests.benchmarks.places import environment_of, settings_on
from webui.auth import hash_password
from webui.bench.figures import Figure, median, table, write
from webui.bench.installation import DATABASES, STREET, Measured, measured
from webui.bench.rounds import Effort

from .clients import CLIENTS, Burst, Session, post, send, sign_in
from .served import TABLE
from .servers import PROCESSES, SERVERS, THREADS, serving

DONE, TOO_LATE = 302, 409
CONTESTED = 20
GUNICORN = "gunicorn>=23,<26"


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--database", choices=DATABASES, default="postgresql")
    parser.add_argument("--cases", type=int, default=400, help="completions of a round")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=600, help="no round begins later")
    parser.add_argument("--server", choices=SERVERS, action="append", help="only this one; may be repeated")
    parser.add_argument("--json", type=Path, help="write the figures there too")
    chosen = parser.parse_args()
    effort = Effort(chosen.cases, chosen.rounds, chosen.seconds)
    with ExitStack() as opened:
        packages = Path(opened.enter_context(tempfile.TemporaryDirectory()))
        servers = chosen.server or list(SERVERS)
        if "gunicorn gthread" in servers:
            pip = [sys.executable, "-m", "pip", "install", "-q", "--disable-pip-version-check", "--target"]
            subprocess.run([*pip, str(packages), GUNICORN], check=True)
        settings = settings_on(chosen.database, opened)
        found = opened.enter_context(measured(settings, chosen.database))
        figures = measure(found, effort, servers, packages)
    title = f"completions over HTTP on {chosen.database}, {PROCESSES} processes of {THREADS} threads, {CLIENTS} clients"
    print(table(title, figures))
    write(chosen.json, title, figures)


def measure(found: Measured, effort: Effort, servers: Sequence[str], packages: Path) -> list[Figure]:
    """Let each server serve in its turn, in each round, and give all figures."""
    _prepare(found)
    bursts: dict[str, list[tuple[Burst, Burst, Burst]]] = {name: [] for name in servers}
    for _ in effort:
        for name in servers:
            with serving(name, environment_of(found.installation.settings), packages) as port:
                bursts[name].append(_round(found, port, effort.cases))
    figures = []
    for name, rounds in bursts.items():
        completed = median([one.per_s(DONE) for one, _, _ in rounds])
        floor = median([one.per_s(200) for _, one, _ in rounds])
        share = median([one.per_s(DONE) / bare.per_s(200) for one, bare, _ in rounds])
        figures += [
            Figure(f"{name}: completions", completed, "1/s"),
            Figure(f"{name}: an endpoint of one transaction", floor, "1/s"),
            Figure(f"{name}: share of it", share, "", "≥ 0.40"),
            Figure(f"{name}: errors of all kinds", sum(b.errors for r in rounds for b in r), "", "≤ 0"),
            Figure(
                f"{name}: contested, told that somebody was quicker",
                sum(c.statuses[TOO_LATE] for *_, c in rounds),
            ),
        ]
    return figures


def _prepare(found: Measured) -> None:
    """Employ a reviewer for each client, and make the table of the endpoint that does next to nothing."""
    for number in range(CLIENTS):
        name = _name(number)
        password = hash_password(name, light=True)
        row = PersonRow(_person(number), name, name, name, None, password, "en", 1, STREET, "caseworker", 1)
        found.runtime.people.add_person(row, [("reviewer", STREET)])
    key = "bigint GENERATED ALWAYS AS IDENTITY" if found.own.on_postgresql else "INTEGER"
    found.own.connection.execute(f"CREATE TABLE {TABLE} (id {key} PRIMARY KEY, content TEXT)")


def _round(found: Measured, port: int, cases: int) -> tuple[Burst, Burst, Burst]:
    """Give what became of completions, of bare transactions, and of completions that all clients want."""
    sessions = [sign_in(port, _name(number)) for number in range(CLIENTS)]
    send(port, [_completions(found, one, number, 2) for number, one in enumerate(sessions)])  # all warm
    found.own.settle()
    each = max(cases // CLIENTS, 1)
    prepared = [_completions(found, one, number, each) for number, one in enumerate(sessions)]
    before = found.own.rows("user_task", "state = 'completed'")
    completed = send(port, prepared)
    written = found.own.rows("user_task", "state = 'completed'") - before
    assert written == completed.statuses[DONE] == each * CLIENTS, completed
    bare = send(port, [[post(port, "/floor/", b"")] * each for _ in sessions])
    contested = _completions(found, sessions[0], 0, CONTESTED)
    contest = send(port, [contested for _ in sessions])
    assert contest.statuses[DONE] == CONTESTED, contest
    found.recording.take()
    return completed, bare, contest


def _completions(found: Measured, session: Session, number: int, cases: int) -> list[bytes]:
    """Start cases, let a client's person claim their first tasks, and give the requests that complete them."""
    person = Actor(
        _person(number), _name(number), STREET, frozenset({("reviewer", STREET)}), frozenset({"caseworker"})
    )
    prepared = []
    for _ in range(cases):
        case = found.start("four_tasks", finding="new")
        loaded = found.runtime.steps.load(case.id)
        assert loaded is not None
        (task,) = loaded[1]
        user_tasks.claim(found.runtime, task.id, person)
        prepared.append(session.completion(task.id))
    return prepared


def _name(number: int) -> str:
    return f"reviewer{number}"


def _person(number: int) -> int:
    return 100 + number


if __name__ == "__main__":
    main()
