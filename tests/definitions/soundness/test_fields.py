"""Fields that are asked for nothing: no condition, table, letter or other form ever reads them."""

from __future__ import annotations

import json

import pytest

from engine.definitions import Bundle

from ...engine.bundles import bundle, chain, extensions, flow, node, script, start_and_end, user_task
from ..gate import errors_of, problems_of, shape
from .support import said, the_only

RADIO = {"type": "radio", "key": "kind", "values": [{"value": "x", "label": "x"}]}
NUMBER = {"type": "number", "key": "amount"}


def form(*components: object) -> bytes:
    return json.dumps({"type": "default", "components": list(components)}).encode()


def asking(*components: object, more: str = "", ids: tuple[str, ...] = (), **files: bytes) -> Bundle:
    """Make a service that asks these fields in its first task, and does more with them."""
    body = user_task("ask", form="asked") + more + start_and_end("ask", *ids)
    return bundle(body, asked__form__json=form(*components), **files)


def test_it_names_the_form_and_all_that_nothing_reads() -> None:
    problem = the_only(asking(RADIO, NUMBER), "field_never_read")

    assert problem.severity == "warning"
    assert problem.file == "asked.form.json"
    assert "'kind', 'amount'" in problem.message


@pytest.mark.parametrize(
    "field",
    [
        {"type": "textarea", "key": "remark"},
        {"type": "textfield", "key": "remark"},
        {"type": "checkbox", "key": "signed", "validate": {"required": True}},
        {**RADIO, "properties": {"linbang:record": True}},
        {**RADIO, "disabled": True},
        {"type": "radio", "key": "rating", "values": RADIO["values"]},
    ],
    ids=["text", "short text", "signed for", "record", "only shown", "figures"],
)
def test_what_people_read_in_the_history_is_no_problem(field: object) -> None:
    assert said(asking(field), {"field_never_read"}) == []


def test_a_condition_reads_a_field() -> None:
    choice = node("exclusiveGateway", "which", attributes='default="f_which_merge"') + flow(
        "which", "more", 'kind = "x"'
    )
    more = choice + node("task", "more") + node("exclusiveGateway", "merge") + chain("more", "merge")

    assert said(asking(RADIO, more=more, ids=("which", "merge")), {"field_never_read"}) == []


def test_a_field_inside_of_an_item_is_read_by_its_filter() -> None:
    assert (
        said(
            asking(NUMBER, more=script("c", "{few: [1, 2][item &gt; amount]}"), ids=("c",)),
            {"field_never_read"},
        )
        == []
    )


def test_a_later_form_that_shows_a_field_reads_it() -> None:
    shown = {**RADIO, "disabled": True, "id": "shown"}
    later = user_task("look", form="later")

    found = asking(RADIO, more=later, ids=("look",), later__form__json=form(shown))

    assert said(found, {"field_never_read"}) == []


def test_a_field_of_the_same_form_that_is_hidden_by_it_reads_it() -> None:
    hidden = {"type": "textfield", "key": "why", "conditional": {"hide": '=kind != "x"'}}

    assert said(asking(RADIO, hidden), {"field_never_read"}) == []


def test_a_letter_reads_a_field() -> None:
    letter = {"letters/told.html": b"<p>{{ data.kind }}</p>"}
    found = asking(RADIO)
    with_letter = Bundle(found.key, {**found.files, **letter})

    assert said(with_letter, {"field_never_read"}) == []


def test_a_mark_that_is_neither_true_nor_false_is_refused() -> None:
    assert ("bad_property", "kind") in errors_of(asking({**RADIO, "properties": {"linbang:record": "yes"}}))


@pytest.mark.parametrize("key", ["income", "facts_income"])
def test_what_an_outside_system_has_said_is_not_asked_again(key: str) -> None:
    """What the registry knows people need not type."""
    call = node(
        "serviceTask",
        "call",
        extensions('<spiffworkflow:serviceTaskOperator id="registry.ask" resultVariable="facts"/>'),
    )
    field = {"type": "number", "key": key, "properties": {"linbang:record": True}}
    operations = {"registry.ask": shape(answer="income members")}

    def told(*ids: str) -> list[str | None]:
        service = bundle(
            call + user_task("ask", form="asked") + start_and_end(*ids), asked__form__json=form(field)
        )
        return [one.element for one in problems_of(service, operations) if one.code == "field_asks_known"]

    assert told("call", "ask") == ["ask"]
    assert told("ask", "call") == []
