"""What is said of a whole file, of ids, and of the texts in it."""

from __future__ import annotations

from collections.abc import Mapping

from engine.definitions import Bundle

from ...engine.bundles import (
    bundle,
    chain,
    diagram,
    flow,
    node,
    small_body,
    start_and_end,
    subprocess,
    timer,
    user_task,
)
from .rows import PLAIN, Refused, Run, on_a_line


def executable(value: str) -> Bundle:
    content = diagram(f"\n{PLAIN}").replace(b'isExecutable="true"', value.encode())
    return bundle(PLAIN, t__bpmn=content)


ROWS: Mapping[str, tuple[Refused | Run, ...]] = {
    "a start event called Start": (
        Refused(
            bundle(f"\n{node('startEvent', 'Start')}\n{node('endEvent', 'done')}{chain('Start', 'done')}"),
            "id_reserved",
            "Start",
        ),
    ),
    "a process that does not say that it can be executed": (Refused(executable(""), "not_executable", "t"),),
    "a file of which nothing can be executed": (
        Refused(executable('isExecutable="false"'), "not_executable", "t"),
    ),
    "a bad reference inside a subprocess": (
        Refused(
            bundle(
                subprocess(
                    "outer",
                    "\n"
                    + small_body("x", user_task("deep"), "deep")
                    + "\n"
                    + flow("deep", "nobody", flow_id="bad")
                    + "\n",
                )
                + start_and_end("outer")
            ),
            "flow_dangling",
            "bad",
        ),
    ),
    "a broken condition": (
        Refused(
            bundle(
                node("exclusiveGateway", "which", attributes='default="f_which_ask"')
                + PLAIN.replace(chain("begin", "ask"), chain("begin", "which", "ask"))
                + "\n"
                + flow("which", "done", "if if", "bad")
                + "\n"
            ),
            "expression_broken",
            "bad",
        ),
    ),
    "a broken timer": (
        Refused(
            on_a_line(node("intermediateCatchEvent", "bad", timer("tomorrow")), "bad"), "timer_broken", "bad"
        ),
    ),
    "an id that stands twice": (Refused(bundle(f"{PLAIN}\n{user_task('ask')}\n"), "id_twice", "ask"),),
}
