"""Measures the inbox among very many open tasks: pages, counts, and Chinese search, each beside its bare statements."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from engine.store import schema
from engine.store.inbox import InboxFilter
from engine.store.recording import Recording
from engine.store.searching import index_words

from .figures import Figure, median, percentile
from .installation import Measured
from .plain import Plain

MAX_TASKS, TASKS = 5_000_000, 1_000_000
LOOKS = 100
GROUPS, TASKS_OF_A_CASE, OFFICE = 200, 4, 1
PAGE = 51
"""One row more than is shown, as the page asks for."""
MEMBERSHIPS = (1, 5, 20)
FIRST_DAY_MS = 1_772_000_000_000
YEAR_MS = 365 * 24 * 3_600_000
SURNAMES = "王李张刘陈杨黄赵周吴徐孙朱马胡郭林何高梁"
GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀英霞平刚桂兰辉建国文华玉梅红"
SEARCHES = {"two signs": "王伟", "three signs": "李秀英", "a number": "T-2026-004321", "nobody": "诸葛"}
_BATCH = 10_000


@dataclass(frozen=True, slots=True)
class Look:
    """Something that is read, with seconds by the public store and by its bare statements."""

    name: str
    ours: list[float]
    plainly: list[float]

    @property
    def p95_ms(self) -> float:
        """Give how long it takes at most, but for one look in twenty."""
        return percentile(self.ours, 0.95) * 1000

    @property
    def median_ms(self) -> float:
        """Give how long it takes in the middle, which says more on a busy machine."""
        return median(self.ours) * 1000

    @property
    def share(self) -> float:
        """Give the share of the bare statements' speed that is reached."""
        return median(self.plainly) / median(self.ours)


def measure(measured: Measured, tasks: int, looks: int) -> list[Look]:
    """Fill the installation's database and read it."""
    runtime, recording, plain = measured.runtime, measured.recording, measured.own
    fill(plain, tasks)
    plain.settle()
    inbox, search, dice = runtime.inbox, runtime.search, random.Random(1)  # noqa: S311 - no secret
    middle = (FIRST_DAY_MS + YEAR_MS // 2, 0)
    acts: dict[str, Callable[[set[str]], object]] = {
        "first page": lambda who: inbox.page(who, PAGE),
        "middle page": lambda who: inbox.page(who, PAGE, middle),
        "capped count": inbox.count,
    }
    found = []
    for size in MEMBERSHIPS:
        people = [_principals(dice, size) for _ in range(looks)]
        for name, act in acts.items():
            found.append(_look(f"{name}, {size} groups", recording, plain, act, people))
    everybody = [_principals(dice, MEMBERSHIPS[-1])] * looks
    for name, text in SEARCHES.items():

        def searched(who: set[str], text: str = text) -> object:
            hits = search.cases(text, [OFFICE])
            return inbox.page(who, PAGE, None, InboxFilter(case_ids=hits.ids))

        found.append(_look(f"search, {name}", recording, plain, searched, everybody))
    return found


def document(tasks: int, found: list[Look], machine: dict[str, Any]) -> dict[str, Any]:
    """Give the document of `linbang bench inbox`."""
    looks = [
        {
            "look": one.name,
            "ms_p95": round(one.p95_ms, 3),
            "ms_median": round(one.median_ms, 3),
            "ratio_to_raw": round(one.share, 2),
        }
        for one in found
    ]
    return {"tasks": tasks, "groups": GROUPS, "looks": looks, "machine": machine}


def figures(found: list[Look]) -> list[Figure]:
    """Give the lines of the table."""
    lines = []
    for one in found:
        lines.append(Figure(one.name, one.p95_ms, "ms p95", "" if one.name.startswith("search") else "≤ 5"))
        lines.append(Figure("  in the middle", one.median_ms, "ms"))
        lines.append(Figure("  share of its bare statements", one.share))
    return lines


def fill(plain: Plain, tasks: int) -> None:
    """Write open tasks, their cases with words to search, and their inbox rows; due dates scattered over a year."""
    dice = random.Random(2)  # noqa: S311 - no secret
    rows = (
        (number, f"group{dice.randrange(GROUPS)}", FIRST_DAY_MS + dice.randrange(YEAR_MS))
        for number in range(tasks)
    )
    for batch in iter(lambda: list(islice(rows, _BATCH)), []):
        cases = [_case(number, _name(dice)) for number, _, _ in batch if number % TASKS_OF_A_CASE == 0]
        plain.fill(schema.process_instance.name, cases)
        plain.fill(schema.case_word.name, [word for case in cases for word in _words(case)])
        plain.fill(schema.user_task.name, [_task(*row) for row in batch])
        plain.fill(schema.inbox.name, [_inbox(*row) for row in batch])


def _look(
    name: str,
    recording: Recording,
    plain: Plain,
    act: Callable[[set[str]], object],
    people: list[set[str]],
) -> Look:
    ours, plainly = [], []
    act(people[0])
    for who in people:
        recording.take()
        began = time.perf_counter()
        act(who)
        ours.append(time.perf_counter() - began)
        plainly.append(plain.ask_again(recording.take().reads))
    return Look(name, ours, plainly)


def _principals(dice: random.Random, size: int) -> set[str]:
    return {f"group{number}@{OFFICE}" for number in dice.sample(range(GROUPS), size)}


def _name(dice: random.Random) -> str:
    return dice.choice(SURNAMES) + "".join(dice.choices(GIVEN, k=dice.choice((1, 2))))


def _words(case: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for word in index_words(case["business_key"], case["title"]):
        yield {"tenant_id": 1, "word": word, "office_id": OFFICE, "process_instance_id": case["id"]}


def _case(number: int, name: str) -> dict[str, Any]:
    case = number // TASKS_OF_A_CASE
    return {
        "tenant_id": 1,
        "id": case,
        "definition_id": 1,
        "service_key": "t",
        "business_key": f"T-2026-{case:06d}",
        "title": name,
        "office_id": OFFICE,
        "state": "active",
        "started_at": FIRST_DAY_MS,
        "row_version": 1,
        "history_seq": 1,
        "history_head": bytes(32),
        "sealed_state": bytes(400),
    }


def _task(number: int, group: str, due_at: int) -> dict[str, Any]:
    return {
        "tenant_id": 1,
        "id": number,
        "process_instance_id": number // TASKS_OF_A_CASE,
        "service_key": "t",
        "number": number % TASKS_OF_A_CASE,
        "element_id": "review",
        "state": "open",
        "candidate_group": group,
        "office_id": OFFICE,
        "priority": 50,
        "due_at": due_at,
        "at_risk": 0,
        "paused": 0,
        "created_at": FIRST_DAY_MS,
    }


def _inbox(number: int, group: str, due_at: int) -> dict[str, Any]:
    return {
        "tenant_id": 1,
        "principal": f"{group}@{OFFICE}",
        "due_at": due_at,
        "user_task_id": number,
        "service_key": "t",
        "element_id": "review",
        "at_risk": 0,
        "since": FIRST_DAY_MS,
    }
