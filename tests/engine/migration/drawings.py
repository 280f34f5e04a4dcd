"""Random diagrams of nested blocks, and random small edits of them."""

from __future__ import annotations

import copy
from dataclasses import dataclass, field
from itertools import pairwise
from random import Random
from typing import Any

from engine.definitions import Bundle

from ..bundles import boundary, bundle, flow, node, subprocess, timer, trigger, user_task

MAX_DEPTH = 2
KINDS = ("and", "xor", "or", "sub")


@dataclass
class Item:
    """A task, or a block with branches of its own; the last one is taken when no condition holds. `late`: a timer on its border ends the case."""

    kind: str
    id: str
    branches: list[list[Item]] = field(default_factory=list)
    late: bool = False
    holds: list[bool] = field(default_factory=list)
    """Of each branch that is taken on a condition, whether it holds."""


@dataclass
class Drawing:
    """A diagram, and which of its tasks are new or renamed."""

    body: list[Item]
    numbers: int = 0
    renamed: dict[str, str] = field(default_factory=dict)

    def next_id(self, prefix: str) -> str:
        self.numbers += 1
        return f"{prefix}{self.numbers}"

    @property
    def tasks(self) -> set[str]:
        return {item.id for items in lists(self.body) for item in items if item.kind == "task"}

    def bundle(self, key: str) -> Bundle:
        parts: list[str] = []
        first, last = drawn(self.body, parts)
        ends = node("startEvent", "begin") + node("endEvent", "done")
        body = "".join(parts) + ends + flow("begin", first) + flow(last, "done")
        files = {}
        if self.renamed:
            files["migrate__yaml"] = "".join(
                f"{a}: {b}\n" for a, b in self.renamed.items() if b in self.tasks
            ).encode()
        return bundle(body, key=key, process=PROCESS.format(key.upper()), **files)


PROCESS = 'linbang:caseNumber="{}" linbang:title="name" linbang:startGroups="clerk"'


def random_drawing(rnd: Random) -> Drawing:
    made = Drawing([])
    made.body = random_block(rnd, made, 0)
    return made


def random_block(rnd: Random, drawing: Drawing, depth: int) -> list[Item]:
    return [random_item(rnd, drawing, depth) for _ in range(rnd.randint(1 + (depth == 0), 3))]


def random_item(rnd: Random, drawing: Drawing, depth: int, prefix: str = "t") -> Item:
    if depth >= MAX_DEPTH or rnd.random() < 0.6:
        return Item("task", drawing.next_id(prefix), late=rnd.random() < 0.2)
    kind = rnd.choice(KINDS)
    branches = 1 if kind == "sub" else rnd.randint(2, 3)
    item_id = drawing.next_id(kind)
    drawn_branches = [random_block(rnd, drawing, depth + 1) for _ in range(branches)]
    return Item(kind, item_id, drawn_branches, holds=[rnd.random() < 0.5 for _ in range(branches)])


def lists(body: list[Item]) -> list[list[Item]]:
    """Give every list of items, inner ones too."""
    inner = [one for item in body for branch in item.branches for one in lists(branch)]
    return [body, *inner]


def drawn(items: list[Item], parts: list[str]) -> tuple[str, str]:
    """Draw items one after the other; gives the first and the last element."""
    ends = [drawn_item(item, parts) for item in items]
    parts.extend(flow(before[1], after[0]) for before, after in pairwise(ends))
    return ends[0][0], ends[-1][1]


def drawn_item(item: Item, parts: list[str]) -> tuple[str, str]:
    if item.kind == "task":
        parts.append(user_task(item.id, form="a" if item.id.startswith("t") else "any"))
        if item.late:
            late, end = f"late_{item.id}", f"gone_{item.id}"
            gone = node("endEvent", end, trigger("terminate"))
            parts.append(boundary(late, item.id, timer("P900D")) + gone + flow(late, end))
        return item.id, item.id
    if item.kind == "sub":
        inner: list[str] = []
        first, last = drawn(item.branches[0], inner)
        begin, end = f"in_{item.id}", f"out_{item.id}"
        ends = node("startEvent", begin) + node("endEvent", end) + flow(begin, first) + flow(last, end)
        parts.append(subprocess(item.id, "".join(inner) + ends))
        return item.id, item.id
    gate = {"and": "parallelGateway", "xor": "exclusiveGateway", "or": "inclusiveGateway"}[item.kind]
    split, join = f"{item.id}_split", f"{item.id}_join"
    ends = [drawn(branch, parts) for branch in item.branches]
    default = "" if item.kind == "and" else f'default="f_{split}_{ends[-1][0]}"'
    parts.append(node(gate, split, attributes=default) + node(gate, join))
    for number, (first, last) in enumerate(ends):
        plain = item.kind == "and" or number == len(ends) - 1
        holds = str(item.holds[number]).lower() if item.kind != "and" else ""
        parts.append(flow(split, first) if plain else flow(split, first, f'name != "" and {holds}'))
        parts.append(flow(last, join))
    return split, join


def edited(rnd: Random, old: Drawing) -> Drawing:
    """Give a copy with one or two small edits."""
    new = copy.deepcopy(old)
    for _ in range(rnd.randint(1, 2)):
        rnd.choice(EDITS)(rnd, new)
    return new


def _insert(rnd: Random, new: Drawing) -> None:
    items = rnd.choice(lists(new.body))
    items.insert(rnd.randint(0, len(items)), random_item(rnd, new, MAX_DEPTH - 1, "new"))


def _remove(rnd: Random, new: Drawing) -> None:
    items = rnd.choice([one for one in lists(new.body) if len(one) > 1] or [None])
    if items is not None:
        del items[rnd.randrange(len(items))]


def _rename(rnd: Random, new: Drawing) -> None:
    fresh = {one for one in new.tasks if one.startswith("t") and not one.endswith("_called")}
    items = [item for one in lists(new.body) for item in one if item.kind == "task" and item.id in fresh]
    if items:
        item = rnd.choice(items)
        new.renamed[item.id] = f"{item.id}_called"
        item.id = f"{item.id}_called"


def _add_branch(rnd: Random, new: Drawing) -> None:
    """Add a branch; one on a condition is not taken, for nobody can decide again what was decided before."""
    blocks = [item for one in lists(new.body) for item in one if item.kind in ("and", "or", "xor")]
    if blocks:
        block = rnd.choice(blocks)
        block.branches.insert(0, [Item("task", new.next_id("new"))])
        block.holds.insert(0, False)


def _remove_branch(rnd: Random, new: Drawing) -> None:
    blocks = [item for one in lists(new.body) for item in one if len(item.branches) > 2]
    if blocks:
        block = rnd.choice(blocks)
        place = rnd.randrange(len(block.branches) - 1)
        if block.kind == "and" or not block.holds[place]:
            del block.branches[place], block.holds[place]


def _swap(rnd: Random, new: Drawing) -> None:
    items = rnd.choice(lists(new.body))
    place = rnd.randrange(len(items))
    items[place - 1], items[place] = items[place], items[place - 1]


def _watch(rnd: Random, new: Drawing) -> None:
    item = rnd.choice(
        [item for one in lists(new.body) for item in one if item.kind == "task"] or [Item("", "")]
    )
    item.late = not item.late


def _put_beside(rnd: Random, new: Drawing) -> None:
    items = rnd.choice(lists(new.body))
    place = rnd.randrange(len(items))
    beside: list[Any] = [Item("task", new.next_id("new"))]
    items[place] = Item("and", new.next_id("and"), [[items[place]], beside], holds=[False, False])


EDITS = (_insert, _insert, _remove, _rename, _add_branch, _remove_branch, _swap, _watch, _put_beside)
