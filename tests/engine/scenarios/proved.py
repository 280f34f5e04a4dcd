"""A small service with two ways through it and stories that prove it, and what plays them without a process."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from engine.confined import Limits
from engine.definitions import Bundle
from engine.playing import Player, Record
from engine.scenarios.confined import played

from ..bundles import bundle, flow, node, start_and_end, user_task

if TYPE_CHECKING:
    from engine.definitions import Groups

GOES_WELL = """
title: {zh: 直接通过, en: Straight through}
start: {answers: {name: Wang}}
steps: [{task: ask, answers: {n: 0}}]
expect: {outcome: done}
"""
FAILS = """
title: {zh: 走错了, en: The wrong way}
start: {answers: {name: Wang}}
steps: [{task: ask, answers: {n: 0}}]
expect: {outcome: other}
"""
OTHER_WAY = GOES_WELL.replace("n: 0", "n: 1").replace("outcome: done", "outcome: other")


def two_ways(*stories: str, **files: bytes) -> Bundle:
    """Make a service whose number decides where a case ends, with stories."""
    body = (
        user_task("ask", form="n")
        + node("exclusiveGateway", "which", attributes='default="which_to_done"')
        + node("endEvent", "other")
        + flow("which", "other", "n = 1", "another_way")
        + start_and_end("ask", "which")
    )
    made = bundle(body.replace('id="f_which_done"', 'id="which_to_done"'), **files)
    told = {f"scenarios/story{number}.yaml": story.encode() for number, story in enumerate(stories)}
    return Bundle("t", {**made.files, **told})


class PlayerHere(Player):
    """Plays in this process, so that a test pays for none; counts how often it was asked."""

    def __init__(self) -> None:
        super().__init__(Limits())
        self.asked = 0

    def play(self, bundle: Bundle, groups: Groups, offered: Mapping[str, Any]) -> Record:
        self.asked += 1
        told = played((bundle.key, dict(bundle.files), dict(groups), dict(offered)))
        return Record.of_plain(json.loads(json.dumps(told)))
