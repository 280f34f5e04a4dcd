"""The registry: what it may be asked, what its answer must look like, what is said when it refuses."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.registry import Registry
from engine.ports import Call, ConnectorError

from .conftest import LI, WANG, Played, answering, call, question, raw

VERIFY_HOUSEHOLD = Registry.operations["verify_household"]
FACTS = {
    "query_no": "HD-1",
    "wage": 1200.1,
    "business": 0,
    "property": 0,
    "transfer": 0.07,
    "excluded": 0,
    "deposits": 99999999.99,
    "vehicles": 0,
    "homes": 1,
}


def refused(registry: Registry, wanted: Call) -> ConnectorError:
    with pytest.raises(ConnectorError) as caught:
        registry.call(wanted)
    return caught.value


def answer_to(facts: Any) -> Any:
    """Give what becomes of an answer of the other side."""
    with answering(lambda connection: connection.sendall(raw("200 OK", json.dumps(facts).encode()))) as url:
        return Registry(url).call(call())


def test_it_gives_the_facts_that_the_service_reads(played: Played) -> None:
    """The decision tables read these names; the sums are those of the whole household."""
    facts = played.registry.call(Call("verify_household", question(WANG, LI), "1", 5))

    sums = {"wage", "business", "property", "transfer", "excluded", "deposits"}
    assert facts.keys() == sums | {"vehicles", "homes", "query_no", "mismatches"}
    assert all(isinstance(facts[name], Decimal) for name in sums)
    assert all(isinstance(facts[name], int) for name in ("vehicles", "homes"))


def test_it_keeps_numbers_exact() -> None:
    facts = answer_to(FACTS)

    assert facts["wage"] == Decimal("1200.10")
    assert facts["transfer"] == Decimal("0.07")
    assert facts["deposits"] == Decimal("99999999.99")


def test_it_keeps_nothing_that_nobody_asked_for() -> None:
    """A registry that says more than was agreed does not fill our database with it."""
    assert "religion" not in answer_to({**FACTS, "religion": "none"})


def test_it_sends_nothing_without_authorisation(played: Played) -> None:
    error = refused(played.registry, call(**question(authorised=False)))

    assert (error.code, error.permanent) == ("consent_missing", True)
    assert played.sandbox.asked.latest() == []


def test_it_says_that_a_person_is_unknown_without_saying_who(played: Played) -> None:
    played.sandbox.write_down(LI, {"known": False})

    error = refused(played.registry, call(**question(WANG, LI)))

    assert (error.code, error.permanent) == ("person_unknown", True)
    assert LI not in str(error)
    assert "王建国" not in str(error)


@pytest.mark.parametrize(
    ("parameters", "place"),
    [
        (question("990101195203070011 "), "members[0].id_no"),
        (question("9901011952030700"), "members[0].id_no"),
        (question(more=1), "more"),
        ({**question(), "members": []}, "members"),
        ({**question(), "members": [question()["members"][0]] * 51}, "members"),
        ({**question(), "members": None}, "members"),
        ({**question(), "purpose": "Anything I like"}, "purpose"),
        ({**question(), "authorised": None}, "authorised"),
        ({**question(), "authorised": "yes"}, "authorised"),
        ({"members": question()["members"], "authorised": True}, "purpose"),
    ],
)
def test_it_names_the_parameter_that_is_wrong_and_not_what_it_holds(
    played: Played, parameters: dict[str, Any], place: str
) -> None:
    error = refused(played.registry, call(**parameters))

    assert (error.code, error.permanent) == ("registry_wrong_parameters", True)
    assert str(error).endswith(f"wrong: {place}")
    assert played.sandbox.asked.latest() == []


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"wage": "1200"}, "wage"),
        ({"wage": -1}, "wage"),
        ({"wage": 0.001}, "wage"),
        ({"wage": True}, "wage"),
        ({"wage": None}, "wage"),
        ({"deposits": 100000000}, "deposits"),
        ({"deposits": 1e400}, "all of it"),
        ({"vehicles": 1.5}, "vehicles"),
        ({"vehicles": True}, "vehicles"),
        ({"homes": 101}, "homes"),
        ({"query_no": ""}, "query_no"),
        ({"mismatches": [{"name": "王建国", "source": "gossip"}]}, "mismatches[0].source"),
        (
            {"wage": "a", "business": "a", "property": "a", "transfer": "a", "excluded": "a", "homes": "a"},
            "wage",
        ),
    ],
)
def test_it_refuses_an_answer_of_another_shape_for_good(change: dict[str, Any], place: str) -> None:
    with pytest.raises(ConnectorError) as caught:
        answer_to({**FACTS, **change})

    assert (caught.value.code, caught.value.permanent) == ("registry_wrong_answer", True)
    assert place in str(caught.value) or place == "all of it" or str(caught.value).endswith("…")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.decimals(allow_nan=True) | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from([*FACTS, "x"]), inner, max_size=9)
    ),
    max_leaves=20,
)


@settings(max_examples=60, deadline=None)
@given(JSON)
def test_it_takes_any_answer_without_a_traceback(answer: Any) -> None:
    """Either facts or one refusal, whatever the other side says."""
    assert outcome_of(answer) in {"facts", "registry_wrong_answer"}


def outcome_of(answer: Any) -> str:
    try:
        VERIFY_HOUSEHOLD.checked_answer("registry", answer)
    except ConnectorError as error:
        return error.code if error.permanent and len(str(error)) < 500 else "too much"
    return "facts"


@settings(max_examples=60, deadline=None)
@given(st.fixed_dictionaries(dict.fromkeys(("members", "purpose", "authorised"), JSON)))
def test_it_takes_any_parameters_without_a_traceback(parameters: dict[str, Any]) -> None:
    with pytest.raises(ConnectorError) as caught:
        VERIFY_HOUSEHOLD.checked_parameters("registry", parameters)

    assert caught.value.code == "registry_wrong_parameters"


def test_it_refuses_an_operation_that_it_does_not_have() -> None:
    error = refused(Registry("http://127.0.0.1:9"), call(operation="delete_household"))

    assert (error.code, error.permanent) == ("operation_unknown", True)


def test_it_tells_what_it_offers() -> None:
    """A bundle is checked against these names."""
    shape = VERIFY_HOUSEHOLD.shape("registry")

    assert list(Registry.operations) == ["verify_household", "low_income_status", "sweep"]
    assert shape.required == {"members", "purpose", "authorised"}
    assert shape.optional == set()
    assert {"query_no", "wage", "mismatches"} < shape.answer
    assert {"person_unknown", "consent_missing", "registry_down", "registry_wrong_answer"} < shape.errors


def test_it_says_on_which_list_a_person_is(played: Played) -> None:
    played.sandbox.write_down(WANG, {"category": "dibao", "valid_to": date(2027, 6, 30)})

    found = played.ask("registry.low_income_status", **person())

    assert (found["category"], found["valid_to"]) == ("dibao", date(2027, 6, 30))


def test_it_asks_for_nobodys_status_without_authorisation(played: Played) -> None:
    assert played.code_of("registry.low_income_status", **person(authorised=False)) == "consent_missing"
    assert played.sandbox.asked.latest() == []


def test_it_finds_everybody_for_whom_a_reason_came_about(played: Played) -> None:
    """The same question, asked again for the same days, finds the same people."""
    wanted = {
        "reason": "alone_80",
        "since": date(2026, 1, 1),
        "until": "2026-01-31",
        "purpose": "active_discovery",
    }

    found = [played.ask("registry.sweep", key, **wanted)["persons"] for key in ("1", "2")]

    assert found[0] == found[1] != []
    assert all(one["id_no"].startswith("9901") and one["reason"] == "alone_80" for one in found[0])
    assert all(2026 - int(one["id_no"][6:10]) >= 80 for one in found[0])
    assert {one["subdistrict"] for one in found[0]} <= {"990101001", "990101002", "990101003"}


def person(*, authorised: bool = True) -> dict[str, Any]:
    return {"id_no": WANG, "name": "王建国", "purpose": "care_bed_referral", "authorised": authorised}
