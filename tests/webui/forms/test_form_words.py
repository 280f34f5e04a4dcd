import datetime as dt
import re
from decimal import Decimal
from pathlib import Path

import pytest

from webui.forms.words import CODES, plain, sentence

ENGINE = Path(__file__).parents[3] / "engine" / "forms"


def test_every_problem_of_the_engine_has_words():
    """The codes are read from the engine's sources, so that a new one cannot be forgotten."""
    source = "".join((ENGINE / name).read_text("utf-8") for name in ("answers.py", "values.py"))
    said = set(re.findall(r'(?:Unfit\(|FieldProblem\([^"]+, |FieldProblem\("", )"([a-z_]+)"', source))
    said |= set(re.findall(r'\("(not_a_[a-z]+)", dt\.', source))
    assert {"required", "too_many_rows", "form_too_large", "check", "form_check", "not_a_moment"} <= said
    assert said <= CODES


@pytest.mark.parametrize(
    ("code", "params", "words"),
    [
        ("too_long", {"max": 30}, "“Name” must have 30 characters or fewer"),
        ("too_small", {"min": Decimal("0.50")}, "“Name” must be 0.50 or more"),
        ("date_passed", {"today": dt.date(2026, 3, 2)}, "“Name” must be Mar 2, 2026 or later"),
    ],
)
def test_it_names_the_limit(app, code, params, words):
    with app.test_request_context():
        assert sentence(code, params, label="Name") == words


def test_it_takes_a_label_with_a_percent_sign(app):
    with app.test_request_context():
        assert sentence("required", {}, label="Share in %") == "Enter “Share in %”"


@pytest.mark.parametrize(
    ("value", "text"),
    [(None, ""), (Decimal("1E+3"), "1000"), (Decimal("0.10"), "0.10"), (5, "5"), (dt.time(9, 5), "09:05:00")],
)
def test_it_writes_values_as_people_type_them(value, text):
    assert plain(value) == text
