"""Finding cases by what somebody types."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine import instances, searching
from engine.instances import StartRequest
from engine.people import SYSTEM, Actor
from engine.store.cases import CaseFilter, CaseStore
from engine.store.rows import Saved
from engine.store.searching import MAX_HITS
from tests.engine.bundles import FOUR_TASKS, bundle
from tests.engine.stories import counting
from tests.engine.support import ALICE, QINGHE, SHIQIAO, STRANGER, SUPERVISOR, World, make_world

IDENTITY = "99010119570412001X"
_PROCESS = (
    'linbang:caseNumber="BB" linbang:title="name" linbang:startGroups="clerk" linbang:subject="identity"'
)


@pytest.fixture
def searched(world: World) -> World:
    world.deploy(bundle(FOUR_TASKS, process=_PROCESS))
    return world


def opened(world: World, name: str, office: int = QINGHE, identity: str = "") -> int:
    request = StartRequest("t", office, {"name": name, "identity": identity})
    return instances.start(world.runtime, SYSTEM, request).id


def found(world: World, text: str, actor: Actor = ALICE) -> list[str]:
    """Give the names of the cases found, the newest first."""
    store, hits = CaseStore(world.runtime.database, 1), searching.find(world.runtime, actor, text)
    rows = store.cases(world.runtime.offices.below(actor.office_id or 0), CaseFilter(hits.ids), size=MAX_HITS)
    assert [row.id for row in rows] == list(hits.ids)
    return [row.title for row in rows]


def test_two_signs_of_a_name_find_it_wherever_they_stand(searched: World) -> None:
    for name in ("欧阳建国", "张伟", "张三伟"):
        opened(searched, name)

    for part in ("欧阳", "阳建", "建国", "欧阳建国"):
        assert found(searched, part) == ["欧阳建国"]
    assert found(searched, "张伟") == ["张伟"]
    assert found(searched, "张") == ["张三伟", "张伟"]
    assert found(searched, "伟") == ["张三伟", "张伟"]


@pytest.mark.parametrize("text", ["BB-2026-000002", "bb-2026-000002", "000002", "-000002", "BB 000002"])
def test_a_case_number_finds_its_case_whole_and_in_parts(searched: World, text: str) -> None:
    for name in ("张伟", "李娜", "王芳"):
        opened(searched, name)

    assert found(searched, text) == ["李娜"]


def test_a_number_is_found_without_its_leading_zeros(searched: World) -> None:
    """Years begin with a 2 as well, so that a 3 tells more."""
    for name in ("张伟", "李娜", "王芳"):
        opened(searched, name)

    assert found(searched, "3") == ["王芳"]
    assert found(searched, "2") == ["王芳", "李娜", "张伟"]


def test_the_beginning_of_a_latin_word_is_enough(searched: World) -> None:
    opened(searched, "Wang Fang")

    assert found(searched, "wa") == found(searched, "WANG f") == ["Wang Fang"]
    assert found(searched, "ang") == []


def test_several_words_narrow(searched: World) -> None:
    opened(searched, "张伟")
    opened(searched, "张伟与李娜")

    assert found(searched, "张伟 李娜") == ["张伟与李娜"]
    assert found(searched, "张伟 BB-2026-000001") == ["张伟"]


@pytest.mark.parametrize("text", ["", "   ", "%", "_", "' OR 1=1 --", "\x00", "*", "张\x00伟", "𠮷" * 200])
def test_what_holds_no_word_or_no_case_finds_nothing(searched: World, text: str) -> None:
    opened(searched, "王芳")

    assert found(searched, text) == []


def test_a_whole_identity_number_finds_the_cases_of_its_person_and_a_part_nothing(searched: World) -> None:
    case_id = opened(searched, "王芳", identity=IDENTITY)
    opened(searched, "李娜", identity="990101195704120011")

    def of_person(text: str, actor: Actor = ALICE) -> list[int]:
        key = searching.person_key(searched.runtime, text)
        return list(searching.of_person(searched.runtime, actor, key or "").ids)

    assert (of_person(IDENTITY), of_person(f" {IDENTITY.lower()} ")) == ([case_id], [case_id])
    assert of_person(IDENTITY[:17]) == of_person("李娜") == []
    assert of_person(IDENTITY, STRANGER) == []
    assert found(searched, IDENTITY) == []


def test_what_a_person_may_not_see_is_never_found(searched: World) -> None:
    opened(searched, "张伟", QINGHE)
    opened(searched, "张伟二", SHIQIAO)

    assert found(searched, "张伟", ALICE) == ["张伟"]
    assert found(searched, "张伟", STRANGER) == ["张伟二"]
    assert found(searched, "张伟", SUPERVISOR) == ["张伟二", "张伟"]


def test_many_hits_of_other_offices_hide_none_of_ones_own(searched: World, monkeypatch: object) -> None:
    monkeypatch.setattr("engine.store.searching.MAX_HITS", 3)  # type: ignore[attr-defined]  # pytest's
    opened(searched, "张伟", SHIQIAO)
    for _ in range(5):
        opened(searched, "张伟", QINGHE)

    mine = searching.find(searched.runtime, STRANGER, "张伟")
    theirs = searching.find(searched.runtime, ALICE, "张伟")

    assert (len(mine.ids), mine.complete) == (1, True)
    assert (len(theirs.ids), theirs.complete) == (3, False)
    assert theirs.ids == tuple(sorted(theirs.ids, reverse=True))


def test_a_new_title_is_found_and_the_old_one_no_longer(searched: World) -> None:
    case_id = opened(searched, "张伟")

    def rename(saved: Saved) -> None:
        saved.title = "李娜"

    instances.note(searched.runtime, case_id, SYSTEM, "case_renamed", {}, amend=rename)

    assert (found(searched, "张伟"), found(searched, "李娜"), found(searched, "BB")) == (
        [],
        ["李娜"],
        ["李娜"],
    )


def test_a_search_takes_three_statements_at_most(searched: World) -> None:
    opened(searched, "欧阳建国")

    with counting(searched.runtime.database) as count:
        searching.find(searched.runtime, ALICE, "欧阳建国 BB-2026-000001")

    assert count.statements <= 3


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[World, list[str]]]:
    """Sixty cases whose names share few signs."""
    world = make_world(tmp_path_factory.mktemp("many"))
    world.deploy(bundle(FOUR_TASKS, process=_PROCESS))
    signs = "张李王伟芳娜三国"
    names = [
        "".join(signs[(number * step + shift) % len(signs)] for step in range(2 + number % 3))
        for number in range(20)
        for shift in (0, 3, 5)
    ]
    for name in names:
        opened(world, name)
    yield world, names
    world.runtime.database.close()


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text("张李王伟芳娜三国 BbT20-16", min_size=1, max_size=5))
def test_exactly_what_holds_the_text_is_found(many: tuple[World, list[str]], text: str) -> None:
    """Of names in Chinese signs everything that holds the text; of numbers, nothing that does not hold it."""
    world, names = many

    titles = found(world, text)

    parts = text.casefold().split()
    assert (
        all(
            any(part in name or part in f"bb-2026-{number:06d}" for number, name in enumerate(names, 1))
            for part in parts
        )
        or titles == []
    )
    if parts and not any(sign in text for sign in "BbT20-16"):
        expected = [name for name in reversed(names) if all(part in name for part in parts)]
        assert titles == expected
