"""One incident with three ways: try again, correct the input with the forms' own fields, settle it by hand."""

from __future__ import annotations

import json
from collections.abc import Callable
from types import MappingProxyType
from typing import Any

import pytest
import yaml

from connectors.registry import Registry
from engine.definitions import Bundle
from engine.ports import ConnectorError
from tests.engine.bundles import bundle, chain, flow, node, script, start_and_end, user_task
from tests.engine.incidents.test_settling import ANSWER
from tests.engine.jobs.conftest import ScriptedRegistry
from tests.engine.jobs.services import ASKS_OR_BY_HAND, WANG, call
from tests.engine.notices.services import PHONE, outboxes, refused, telling
from tests.engine.story import Story, begin
from tests.engine.support import ALICE, STRANGER, SUPERVISOR, World

from .conftest import Browser, words

Browse = Callable[..., Browser]
REASON = "Typed wrongly at the counter"
INCOME = {"type": "number", "key": "income", "label": "Income", "validate": {"min": 0}}
GATE = (
    node("startEvent", "begin")
    + node("exclusiveGateway", "which", attributes='default="f_which_high"')
    + user_task("low")
    + user_task("high")
    + flow("which", "low", "income + other &lt; 500")
    + flow("which", "high")
    + node("endEvent", "done")
    + chain("begin", "which")
    + chain("low", "done")
    + chain("high", "done")
)


def form(*components: dict[str, Any]) -> bytes:
    return json.dumps({"type": "default", "components": components}).encode()


def drawn(body: str, field: dict[str, Any], words_of: dict[str, Any]) -> Bundle:
    """Give a service with a form that asks for one field, and its words."""
    service = bundle(body, facts__form__json=form(field))
    files = dict(service.files)
    for language in ("zh", "en"):
        texts = yaml.safe_load(files[f"texts.{language}.yaml"])
        texts["forms"] = {"facts": {"title": "Facts", "fields": words_of}}
        files[f"texts.{language}.yaml"] = yaml.safe_dump(texts).encode()
    return Bundle("t", MappingProxyType(files))


def stuck(world: World, service: Bundle | None = None, **variables: Any) -> Story:
    return begin(world, service or drawn(GATE, INCOME, {"income": {"label": "Income"}}), **variables)


def given_up(world: World, service: Any = None, code: str = "registry_refused") -> Story:
    def refuses(_call: object) -> Any:
        raise ConnectorError("The registry refused", code=code, permanent=True)

    world.runtime.connectors = {"registry": ScriptedRegistry(refuses, operations=Registry.operations)}
    body = call() + user_task("after") + start_and_end("verify", "after")
    return begin(world, service or bundle(body), **WANG)


def address(story: Story, way: str = "") -> str:
    return f"/incidents/{story.incidents[0].id}{way}"


def test_it_says_what_failed_in_plain_words_and_the_rest_below(world: World, browse: Browse) -> None:
    page = browse(SUPERVISOR).get(address(stuck(world)))

    assert "A condition is neither true nor false" in words(page)
    assert "income + other < 500" in page.xpath("//details")[-1].text_content()
    assert page.xpath("//form[contains(@action, '/settle')]") == []


def test_what_the_step_reads_is_asked_with_the_forms_own_fields(world: World, browse: Browse) -> None:
    page = browse(SUPERVISOR).get(address(stuck(world, income=7, other="x")))

    (income,) = page.xpath("//*[@id='correct']//*[@name='income']")
    (other,) = page.xpath("//*[@id='correct']//*[@name='other']")
    assert page.xpath("//label[@for='f-income']")[0].text.strip() == "Income"
    assert (income.tag, income.get("inputmode"), income.get("value")) == ("input", "decimal", "7")
    assert (other.tag, other.text.strip()) == ("textarea", '"x"')


def test_a_correction_leads_back_to_the_case(world: World, browse: Browse) -> None:
    story = stuck(world)

    page = browse(SUPERVISOR).post(address(story, "/correct"), income="1", other="2", _reason=REASON)

    assert story.settle().open == ["low"]
    assert "Input corrected after an incident" in words(page)
    assert REASON in words(page)


def test_what_is_wrong_is_said_at_its_field_and_nothing_is_lost(world: World, browse: Browse) -> None:
    story = stuck(world)

    page = browse(SUPERVISOR).post(
        address(story, "/correct"), 422, income="-1", other="income", _reason=REASON
    )

    assert page.xpath("//*[@name='income']/@aria-invalid") == ["true"]
    assert page.xpath("//*[@name='other']/@aria-invalid") == ["true"]
    assert page.xpath("//*[@name='income']/@value") == ["-1"]
    assert page.xpath("//*[@id='reason-correct']")[0].text == REASON
    assert len(page.xpath("//*[@class='error-summary']//a")) == 2


def test_rows_of_a_list_come_and_go_without_a_script(world: World, browse: Browse) -> None:
    """A row that is added draws the fields anew, and nothing is corrected yet."""
    members = {"type": "dynamiclist", "path": "members", "components": [INCOME]}
    gate = GATE.replace("income + other", "sum(members.income)")
    words_of = {"members": {"label": "Members", "income": {"label": "Income"}}}
    story = stuck(world, drawn(gate, members, words_of), members=[{"income": 5}, {"income": None}])
    browser = browse(SUPERVISOR)
    fields = {"members__0__income": "5", "members__1__income": "7", "_reason": REASON}

    for where in (address(story), address(story, "/correct")):
        page = browser.post(where, 200, **fields, _add="members")
        assert len(page.xpath("//*[@id='answers']//input[contains(@name, '.income')]")) == 3
    browser.post(address(story, "/correct"), **fields)

    assert story.settle().open == ["low"]


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"income": "1", "other": "2", "_reason": "no"}, "at least 5 characters"),
        ({"_reason": REASON}, "Nothing differs"),
    ],
)
def test_a_correction_without_reason_or_change_is_refused(
    world: World, browse: Browse, fields: dict[str, str], said: str
) -> None:
    assert said in words(browse(SUPERVISOR).post(address(stuck(world), "/correct"), 422, **fields))


def test_a_correction_that_does_not_help_comes_back_to_the_incident(world: World, browse: Browse) -> None:
    page = browse(SUPERVISOR).post(address(stuck(world), "/correct"), income="1", other='"x"', _reason=REASON)

    assert "still cannot be carried out" in words(page)


def test_trying_again_without_success_says_so(world: World, browse: Browse) -> None:
    story = begin(world, bundle(script("compute", "[1]") + start_and_end("compute")))

    assert "still cannot be carried out" in words(browse(SUPERVISOR).post(address(story, "/retry")))


def test_a_worker_of_the_service_may_only_try_again(world: World, browse: Browse) -> None:
    story = stuck(world)
    browser = browse(ALICE)

    page = browser.get(address(story))

    actions = page.xpath("//main//form/@action")
    assert actions == [address(story, "/retry")]
    browser.post(address(story, "/correct"), 403, income="1", other="2", _reason=REASON)
    browser.post(address(story, "/settle"), 403, _reason=REASON, _error="person_unknown")
    browser.post(address(story, "/retry"))


def test_another_office_finds_nothing(world: World, browse: Browse) -> None:
    story = stuck(world)

    browse(STRANGER).get(address(story), 404)
    browse(STRANGER).client.post(address(story, "/retry"))
    assert len(story.incidents) == 1


def test_an_answer_is_given_field_by_field(world: World, browse: Browse) -> None:
    story = given_up(world)
    browser = browse(SUPERVISOR)
    page = browser.get(address(story))
    (mismatches,) = page.xpath("//*[@id='settle']//textarea[@name='answer.mismatches']")
    assert (
        '"source": "household_register|' in page.get_element_by_id("f-answer-mismatches-hint").text_content()
    )
    assert mismatches.text.strip() == ""

    fields = {f"answer__{name}": str(value) for name, value in ANSWER.items()}
    rows = '[{"name": "Wang", "source": "tax"}]'
    browser.post(address(story, "/settle"), **fields, answer__mismatches=rows, _reason=REASON)

    assert story.settle().open == ["after"]
    assert story.variables["verification"]["mismatches"] == [{"name": "Wang", "source": "tax"}]
    assert str(story.variables["verification"]["wage"]) == "1200.10"


def test_what_is_wrong_in_an_answer_is_named_by_its_place(world: World, browse: Browse) -> None:
    story = given_up(world)
    fields = {f"answer__{name}": str(value) for name, value in ANSWER.items() if name != "deposits"} | {
        "answer__homes": "1.5"
    }

    page = browse(SUPERVISOR).post(
        address(story, "/settle"), 422, **fields, answer__mismatches='[{"name": "Wang"}]', _reason=REASON
    )

    wrong = page.xpath("//*[@aria-invalid='true']/@name")
    assert sorted(wrong) == ["answer.deposits", "answer.homes", "answer.mismatches"]
    assert "mismatches[0].source" in words(page)
    assert page.xpath("//*[@name='answer.wage']/@value") == ["1200.10"]
    assert story.open == []


@pytest.mark.parametrize("text", ["{", "NaN", "[" * 10_000, "1e999999999"])
def test_broken_json_is_no_fault(world: World, browse: Browse, text: str) -> None:
    fields = {f"answer__{name}": str(value) for name, value in ANSWER.items()}

    page = browse(SUPERVISOR).post(
        address(given_up(world), "/settle"), 422, **fields, answer__mismatches=text, _reason=REASON
    )

    assert page.xpath("//*[@name='answer.mismatches']/@aria-invalid") == ["true"]


def test_the_way_of_an_error_is_offered_where_the_diagram_has_one(world: World, browse: Browse) -> None:
    story = given_up(world, ASKS_OR_BY_HAND)
    browser = browse(SUPERVISOR)
    page = browser.get(address(story))
    assert page.xpath("//input[@name='_error']/@value") == ["person_unknown"]
    assert "no record of this person" in words(page)

    browser.post(address(story, "/settle"), _error="person_unknown", _reason=REASON)

    assert story.settle().open == ["verify_by_hand"]


def test_a_message_that_failed_shows_its_words_and_a_masked_number(world: World, browse: Browse) -> None:
    story = unsent(world)

    page = browse(SUPERVISOR).get(address(story))

    assert "Wang，已受理。" in words(page)
    assert "199****0013" in page.xpath("//aside")[0].text_content()
    assert page.xpath("//*[@name='to']/@value") == [PHONE]


def test_its_recipient_is_corrected(world: World, browse: Browse) -> None:
    story = unsent(world)
    browser = browse(SUPERVISOR)
    browser.post(address(story, "/correct"), 422, to="nobody", _reason=REASON)
    story.world.runtime.connectors["sms"].error = None

    browser.post(address(story, "/correct"), to="19900000099", _reason=REASON)

    assert story.settle().incidents == []
    assert story.world.runtime.connectors["sms"].sent[-1]["to"] == "19900000099"


def test_the_person_was_told_otherwise(world: World, browse: Browse) -> None:
    story = unsent(world)

    page = browse(SUPERVISOR).post(address(story, "/settle"), _reason="Told at the counter")

    assert story.incidents == []
    assert "told otherwise" in words(page)
    assert "Told at the counter" in words(page)


def test_what_somebody_else_has_resolved_is_said_to_be_so(world: World, browse: Browse) -> None:
    story = unsent(world)
    where = address(story)
    browser = browse(SUPERVISOR)
    browser.post(f"{where}/settle", _reason="Told at the counter")

    assert "has been resolved" in words(browser.get(where, 409))
    assert "has been resolved" in words(browser.post(f"{where}/retry", 409))


def unsent(world: World) -> Story:
    world.runtime.connectors = dict(outboxes())
    world.runtime.connectors["sms"].error = refused()
    return begin(world, telling({"sms": "phone"}), phone=PHONE).do("ask")
