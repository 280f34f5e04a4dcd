"""Short messages: one to one telephone, once for a key, and no number in anything that is said about it."""

from __future__ import annotations

import pytest

from connectors.sms import MAX_CHARACTERS
from engine.ports import ConnectorError

from .conftest import Played

WORDS = "您的申请已受理，编号 DB-2026-000001。"


def test_a_message_that_is_sent_twice_arrives_once(played: Played) -> None:
    numbers = {
        played.ask("sms.send", "delivery-1", to="19900001234", text=WORDS)["message_no"] for _ in range(2)
    }

    assert len(numbers) == 1
    assert [(one.to, one.text) for one in played.sandbox.asked.arrived()] == [("19900001234", WORDS)]


@pytest.mark.parametrize("to", ["12345", "021-5555-1234", "1990000123x", "199000012345"])
def test_it_says_that_a_number_is_none_without_saying_it(played: Played, to: str) -> None:
    with pytest.raises(ConnectorError) as caught:
        played.ask("sms.send", to=to, text=WORDS)

    assert (caught.value.code, caught.value.permanent) == ("number_invalid", True)
    assert to not in str(caught.value)
    assert played.sandbox.asked.arrived() == []


@pytest.mark.parametrize(
    "change", [{"to": ""}, {"to": "1\n2"}, {"text": ""}, {"text": "字" * (MAX_CHARACTERS + 1)}, {"to": None}]
)
def test_it_sends_nothing_that_is_no_message(played: Played, change: dict[str, str]) -> None:
    assert (
        played.code_of("sms.send", **{"to": "19900001234", "text": WORDS, **change}) == "sms_wrong_parameters"
    )
    assert played.sandbox.asked.latest() == []
