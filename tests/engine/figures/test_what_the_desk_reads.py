"""The variables that the desk reads are those that the format names, with the values that it names."""

from __future__ import annotations

import json
import re
from pathlib import Path

from engine.figures import ratings
from webui.words.figures import _REVIEWS

PROCESSES = Path(__file__).resolve().parents[3] / "processes"


def documented() -> dict[str, set[str]]:
    """Give the names and values that the chapter's table says a variable must hold."""
    page = (PROCESSES / "FORMAT.md").read_text("utf-8")
    chapter = page.split("### What the supervisor's desk reads")[1].split("\n## ")[0]
    rows = [line.strip("|").split("|") for line in chapter.splitlines() if line.startswith("| `")]
    return {row[0].strip().strip("`"): set(re.findall(r"`(\w+)`", row[1])) for row in rows}


def offered(form: str, key: str) -> set[str]:
    """Give the values that a shared form offers."""
    schema = json.loads((PROCESSES / "shared" / f"{form}.form.json").read_text("utf-8"))
    (field,) = [one for one in schema["components"] if one.get("key") == key]
    return {one["value"] for one in field["values"]}


def test_the_format_names_each_variable_and_no_other() -> None:
    assert documented().keys() == {ratings.RATING, ratings.RESULT, ratings.REVIEW}


def test_the_format_names_the_values_that_are_counted() -> None:
    found = documented()

    assert found[ratings.RATING] == set(ratings.SCALE)
    assert found[ratings.RESULT] == {ratings.DECLINED, ratings.NOT_REACHED, "rated"}
    assert found[ratings.REVIEW] == set(_REVIEWS)


def test_the_shared_forms_offer_these_values() -> None:
    found = documented()

    assert offered("return_visit", ratings.RATING) == found[ratings.RATING]
    assert offered("return_visit", ratings.RESULT) == found[ratings.RESULT]
    assert offered("bad_review_call", ratings.REVIEW) == found[ratings.REVIEW]


def test_what_the_format_says_of_them_is_so() -> None:
    """A refusal counts whatever was rated before; what looks into a bad rating is no rating of its own."""
    rated = {"attempt_result": "rated", "rating": "dissatisfied"}
    looked_into = {"rating": "very_satisfied", "bad_review": "justified"}

    found = ratings.rating_of([(1, rated), (2, looked_into)])
    refused = ratings.rating_of([(1, {"attempt_result": "declined", "rating": "satisfied"})])

    assert found is not None
    assert (found.value, found.review) == ("dissatisfied", "justified")
    assert refused is not None
    assert refused.bucket == 0
    assert ratings.rating_of([(1, {"rating": "splendid"})]) is None
