import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from webui.forms.masking import mask


@pytest.mark.parametrize(
    ("value", "kind", "shown"),
    [
        ("990101195203070011", "identity", "990***********0011"),
        ("19900001234", "phone", "199****1234"),
        ("6222990112345678", "bank", "************5678"),
        ("12345", "identity", "*****"),
        ("", "phone", ""),
        (None, "bank", ""),
        (12345678, "bank", "****5678"),
        ("anything", "unheard of", "********"),
    ],
)
def test_it_shows_only_what_is_needed_to_recognise_it(value, kind, shown):
    assert mask(value, kind) == shown


@settings(deadline=None)
@given(st.text(min_size=1), st.sampled_from(["identity", "phone", "bank"]))
def test_it_always_hides_something(value, kind):
    assert "*" in mask(value, kind)
