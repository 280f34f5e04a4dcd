"""A diagram tells another case something, whatever service that one is of."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from engine.instances import Started, StartRequest, start
from engine.people import SYSTEM
from engine.ports import Call, ConnectorError
from tests.engine.story import Story, begin
from tests.engine.support import SHIQIAO

from .services import ID_NO, asking

if TYPE_CHECKING:
    from connectors.cases import Cases
    from tests.engine.support import World


@pytest.fixture
def other(world: World, cases: Cases) -> Story:
    """A running case of another service at another office."""
    values = {"name": "Li", "id_no": ID_NO, "item": "card"}
    started: Started = start(world.runtime, SYSTEM, StartRequest("child", SHIQIAO, values))
    return Story(world, started.id)


@pytest.fixture
def asker(world: World, other: Story) -> Story:
    """A case that has not told anything yet."""
    return begin(world, asking("similar", id_no="null", service='"child"', days="1"))


def tell(cases: Cases, asker: Story, key: str = "17-3", **parameters: Any) -> str:
    question = {"case_number": "C-2026-000001", "message": "note", "content": {"topic": "card"}, **parameters}
    result: str = cases.call(Call("tell", question, key, 10.0, asker.case_id))["result"]
    return result


def test_its_content_becomes_variables_of_the_case_that_waits_for_it(world: World, other: Story) -> None:
    content = '{topic: "card", heard: [1, 2]}'
    service = asking("tell", case_number='"C-2026-000001"', message='"note"', content=content)

    story = begin(world, service)

    assert story.variables["answer"] == {"result": "delivered"}
    assert "noted" in other.passed
    assert other.open == ["ask"]
    assert other.links[-1].payload["answers"] == {"topic": "card", "heard": [1, 2]}


def test_both_sides_know_of_it(cases: Cases, asker: Story, other: Story) -> None:
    tell(cases, asker)

    last = asker.links[-1]
    assert (last.event, last.payload["case"], last.payload["result"]) == (
        "case_told",
        "C-2026-000001",
        "delivered",
    )
    (row,) = other.world.runtime.relations.of_case(other.case_id)
    assert (row.kind, row.id) == ("told_by", asker.case_id)


def test_it_comes_late_where_it_does_not_fit_or_nobody_waits(
    cases: Cases, asker: Story, other: Story
) -> None:
    assert tell(cases, asker, content={"topic": "bed"}) == "late"
    other.do("ask")
    assert tell(cases, asker, "17-4") == "late"

    assert [link.event for link in other.links].count("message_late") == 2
    assert other.outcome == "done"


@pytest.mark.parametrize(("topic", "result"), [("card", "delivered"), ("bed", "late")])
def test_the_same_call_is_delivered_once_and_answered_alike(
    cases: Cases, asker: Story, other: Story, topic: str, result: str
) -> None:
    results = [tell(cases, asker, content={"topic": topic}) for _ in range(3)]

    assert results == [result] * 3
    assert other.passed.count("noted") == (topic == "card")
    assert [link.event for link in asker.links].count("case_told") == 1


def test_content_is_checked_by_the_messages_form(cases: Cases, asker: Story, other: Story) -> None:
    with pytest.raises(ConnectorError) as caught:
        tell(cases, asker, message="result", content={"result": "", "secret": 1})
    assert caught.value.code == "variables_wrong"
    assert "result" in str(caught.value)

    assert tell(cases, asker, message="result", content={"result": " approved "}) == "delivered"
    assert (other.outcome, other.variables["result"]) == ("settled", "approved")


@pytest.mark.parametrize(
    ("parameters", "code"),
    [
        ({"case_number": "C-2026-999999"}, "case_unknown"),
        ({"message": "nothing"}, "message_unknown"),
        ({"case_number": ""}, "cases_wrong_parameters"),
    ],
)
def test_it_refuses_an_unknown_case_or_message(
    cases: Cases, asker: Story, parameters: dict[str, Any], code: str
) -> None:
    with pytest.raises(ConnectorError) as caught:
        tell(cases, asker, **parameters)

    assert (caught.value.code, caught.value.permanent) == (code, True)


def test_a_case_that_is_being_worked_on_is_told_later(
    cases: Cases, asker: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Others were quicker five times: the call is tried again as any other."""
    from engine.store.failures import ConflictError
    from engine.store.steps import StepStore

    def lose(_store: StepStore, _saved: Any) -> None:
        raise ConflictError

    with monkeypatch.context() as patch:
        patch.setattr(StepStore, "save", lose)
        with pytest.raises(ConnectorError) as caught:
            tell(cases, asker)

    assert (caught.value.code, caught.value.permanent) == ("cases_busy", False)
    assert tell(cases, asker) == "delivered"
