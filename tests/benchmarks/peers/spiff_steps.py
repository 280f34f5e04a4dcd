"""Runs SpiffWorkflow as it comes, without any product around it: in memory, or saved by its own serializer.

`python spiff_steps.py <file.bpmn> <cases> <memory|saved> [database]`; prints {"completions", "per_s"}. `saved`: each
completion reads the case's JSON from SQLite, runs it, and writes it back, as an application of one table would.
"""

from __future__ import annotations

import json
import sqlite3
import sys
import time
from pathlib import Path
from typing import Any

from SpiffWorkflow.bpmn.parser import BpmnParser
from SpiffWorkflow.bpmn.serializer import BpmnWorkflowSerializer
from SpiffWorkflow.bpmn.workflow import BpmnWorkflow
from SpiffWorkflow.util.task import TaskState

TASKS = 4
file, count, mode = sys.argv[1], int(sys.argv[2]), sys.argv[3]
parser = BpmnParser()
parser.add_bpmn_str(Path(file).read_bytes())
spec = parser.get_spec(parser.get_process_ids()[0])


def begin() -> Any:
    """Start a case."""
    workflow = BpmnWorkflow(spec)
    workflow.do_engine_steps()
    return workflow


def complete(workflow: Any) -> None:
    """Complete its one waiting task."""
    (task,) = workflow.get_tasks(state=TaskState.READY, manual=True)
    task.data.update(finding="approved")
    task.run()
    workflow.do_engine_steps()


def in_memory() -> float:
    """Give the seconds of all completions."""
    cases = [begin() for _ in range(count)]
    began = time.perf_counter()
    for _ in range(TASKS):
        for case in cases:
            complete(case)
    spent = time.perf_counter() - began
    if not all(case.is_completed() for case in cases):
        raise AssertionError
    return spent


def saved(path: str) -> float:
    """Give the seconds of all completions, each from the saved state to the saved state."""
    serializer = BpmnWorkflowSerializer(BpmnWorkflowSerializer.configure())
    database = sqlite3.connect(path, isolation_level=None)
    database.execute("PRAGMA journal_mode=WAL").fetchall()
    database.execute("PRAGMA synchronous=FULL").fetchall()
    database.execute("CREATE TABLE state (id INTEGER PRIMARY KEY, content TEXT NOT NULL)")
    for number in range(count):
        database.execute("INSERT INTO state VALUES (?, ?)", (number, serializer.serialize_json(begin())))
    began = time.perf_counter()
    for _ in range(TASKS):
        for number in range(count):
            (content,) = database.execute("SELECT content FROM state WHERE id = ?", (number,)).fetchone()
            workflow = serializer.deserialize_json(content)
            complete(workflow)
            content = serializer.serialize_json(workflow)
            database.execute("UPDATE state SET content = ? WHERE id = ?", (content, number))
    return time.perf_counter() - began


seconds = saved(sys.argv[4]) if mode == "saved" else in_memory()
sys.stdout.write(json.dumps({"completions": count * TASKS, "per_s": count * TASKS / seconds}) + "\n")
