"""Runs DBOS workflows of four steps, or workflows that wait four times for a human, and prints how many a second.

`python dbos_steps.py <database url> <workflows> <steps|human>`; prints {"completions", "per_s"}. A workflow that
waits is told by DBOS's own message. Many wait at the same time, as cases do, and all of them are answered before
the first is answered again: a person sees the next task before completing it.
"""

from __future__ import annotations

import json
import logging
import sys
import threading
import time

from dbos import DBOS, DBOSConfig, SetWorkflowID

TASKS = 4
WAIT_S = 120

changed, arrivals = threading.Condition(), [0]
url, count, mode = sys.argv[1], int(sys.argv[2]), sys.argv[3]
config: DBOSConfig = {"name": "peer", "system_database_url": url, "run_admin_server": False}
DBOS(config=config)
logging.getLogger("dbos").setLevel(logging.ERROR)


@DBOS.step()
def decide(name: str) -> dict[str, str]:
    """Do what a completion's own work is: next to nothing."""
    return {"name": name, "finding": "approved"}


@DBOS.workflow()
def in_steps() -> int:
    """Make four durable steps."""
    return len([decide("王") for _ in range(TASKS)])


@DBOS.workflow()
def with_a_human() -> int:
    """Wait four times for an answer."""
    answers = 0
    for _ in range(TASKS):
        arrive()
        answers += DBOS.recv("answer", timeout_seconds=WAIT_S) is not None
    arrive()
    return answers


def arrive() -> None:
    """Say that a workflow waits for its next answer, or has had its last one."""
    with changed:
        arrivals[0] += 1
        changed.notify_all()


def wait_for(number: int) -> None:
    """Wait until so many have said so."""
    with changed:
        if not changed.wait_for(lambda: arrivals[0] >= number, WAIT_S):
            raise TimeoutError


def steps() -> float:
    """Give the seconds of all workflows, one after the other."""
    began = time.perf_counter()
    for _ in range(count):
        if in_steps() != TASKS:
            raise AssertionError
    return time.perf_counter() - began


def human() -> float:
    """Give the seconds from the first answer until all workflows have had their last one."""
    handles = []
    for number in range(count):
        with SetWorkflowID(f"case-{number}"):
            handles.append(DBOS.start_workflow(with_a_human))
    wait_for(count)
    began = time.perf_counter()
    for answered in range(1, TASKS + 1):
        for number in range(count):
            DBOS.send(f"case-{number}", {"finding": "approved"}, "answer")
        wait_for(count * (answered + 1))
    spent = time.perf_counter() - began
    if any(handle.get_result() != TASKS for handle in handles):
        raise AssertionError
    return spent


DBOS.launch()
seconds = human() if mode == "human" else steps()
DBOS.destroy()
sys.stdout.write(json.dumps({"completions": count * TASKS, "per_s": count * TASKS / seconds}) + "\n")
