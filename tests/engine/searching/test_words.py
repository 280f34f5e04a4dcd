"""By which words a case is found, and what a typed text is compared with."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.store.searching import holds, index_words, words_of

HAN = st.characters(min_codepoint=0x4E00, max_codepoint=0x9FFF)
NAMES = st.text(HAN, min_size=2, max_size=6)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("张伟", ["张伟"]),
        ("张三伟", ["张三", "三伟"]),
        ("张", ["张"]),
        ("Wang Fang", ["wang", "fang"]),
        ("BB-2026-000123", ["bb", "2026", "000123"]),
        ("ＢＢ－２０２６", ["bb", "2026"]),
        ("王Fang伟", ["王", "fang", "伟"]),
        ("阿依·买买提", ["阿依", "买买", "买提"]),
        ("  -- ", []),
        ("100%_\\", ["100"]),
    ],
)
def test_words_of_a_text(text: str, words: list[str]) -> None:
    assert words_of(text) == words


def test_a_case_is_found_by_all_parts_of_its_number_with_and_without_zeros() -> None:
    assert index_words("BB-2026-000123", "张伟") == {"bb", "2026", "000123", "123", "张伟", "伟"}


@given(NAMES)
def test_every_two_neighbouring_signs_of_a_name_are_a_word_of_it(name: str) -> None:
    pairs = {name[place : place + 2] for place in range(len(name) - 1)}

    assert pairs <= index_words("T-2026-000001", name)


@given(NAMES, st.data())
def test_every_word_of_a_part_of_a_name_begins_a_word_of_the_case(name: str, data: st.DataObject) -> None:
    begin = data.draw(st.integers(0, len(name) - 1))
    part = name[begin : data.draw(st.integers(begin + 1, len(name)))]
    known = index_words("T-2026-000001", name)

    assert all(any(one.startswith(word) for one in known) for word in words_of(part))
    assert holds(part, "T-2026-000001", name)


@pytest.mark.parametrize(
    ("text", "title", "found"),
    [
        ("张伟", "张三伟", False),
        ("张三伟", "张三与三伟", False),
        ("伟 张", "张三伟", True),
        ("wang", "WANG Fang", True),
        ("阿依•买买提", "阿依·买买提", True),
        ("123 张", "张三伟", True),
        ("124", "张三伟", False),
    ],
)
def test_a_text_is_compared_with_number_and_name(text: str, title: str, *, found: bool) -> None:
    assert holds(text, "BB-2026-000123", title) is found
