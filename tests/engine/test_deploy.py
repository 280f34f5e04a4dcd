"""Deploying versions of a service; a case keeps the version it began with."""

from __future__ import annotations

from types import MappingProxyType

import pytest

from engine.definitions import Bundle, read_zip
from engine.errors import InvalidInput, NotFound
from engine.store.definitions import DefinitionRow

from .bundles import boundary, bundle, chain, node, start_and_end, timer, user_task
from .story import Story, begin
from .support import World

OLD = bundle(user_task("ask") + user_task("old_way") + start_and_end("ask", "old_way"))
NEW = bundle(user_task("ask") + user_task("new_way") + start_and_end("ask", "new_way"))
STUCK = bundle(
    node("parallelGateway", "fork")
    + node("parallelGateway", "meet")
    + user_task("first")
    + user_task("second")
    + boundary("late", "second", timer("P1D"))
    + node("endEvent", "gone")
    + start_and_end("fork", "first", "meet")
    + chain("fork", "second", "meet")
    + chain("late", "gone")
)
BROKEN = bundle(user_task("ask", form="missing") + start_and_end("ask"))


def rows(world: World, table: str) -> int:
    with world.runtime.database.reading() as connection:
        return int(connection.exec_driver_sql(f"SELECT count(*) FROM {table}").scalar_one())


def test_versions_are_numbered_from_one(world: World) -> None:
    world.deploy(OLD)
    world.deploy(NEW)

    assert [row.version for row in world.runtime.catalogue.versions("t")] == [2, 1]


def test_deploying_the_same_again_changes_nothing(world: World) -> None:
    world.deploy(OLD)
    world.deploy(OLD)

    assert [row.version for row in world.runtime.catalogue.versions("t")] == [1]


def test_going_back_to_an_older_bundle_is_a_new_version(world: World) -> None:
    for service in (OLD, NEW, OLD):
        world.deploy(service)

    versions = world.runtime.catalogue.versions("t")
    assert [row.version for row in versions] == [3, 2, 1]
    assert versions[0].digest == versions[2].digest
    assert rows(world, "bundle") == 2


def test_a_running_case_stays_on_its_version_and_a_new_one_takes_the_newest(world: World) -> None:
    first = begin(world, OLD)
    second = begin(world, NEW)

    assert first.do("ask").open == ["old_way"]
    assert second.do("ask").open == ["new_way"]


def test_another_process_starts_cases_of_a_version_that_was_deployed_elsewhere(world: World) -> None:
    """Its memory of the newest version is stale, and the start notices."""
    begin(world, OLD)
    stale = world.runtime
    Story(world).reopen()
    world.deploy(NEW)
    world.runtime = stale

    assert begin(world).do("ask").open == ["new_way"]


def test_a_bundle_with_errors_deploys_nothing_and_says_all_of_them(world: World) -> None:
    world.deploy(OLD)
    before = [rows(world, table) for table in ("bundle", "process_definition", "service")]

    with pytest.raises(InvalidInput) as caught:
        world.deploy(BROKEN)

    assert caught.value.code == "bundle_has_errors"
    assert [problem.code for problem in caught.value.details["problems"]] == ["form_unknown"]
    assert [rows(world, table) for table in ("bundle", "process_definition", "service")] == before
    assert begin(world).do("ask").open == ["old_way"]


def test_what_was_accepted_once_goes_on_under_a_gate_that_looks_for_more(world: World) -> None:
    """One of two branches ends alone when its time is up, and the join waits; a case of it runs all the same."""
    world.deploy_unjudged(STUCK)
    story = begin(world)

    story.reopen()

    assert story.do("first").open == ["second"]
    assert story.do("second").outcome == "done"
    with pytest.raises(InvalidInput) as caught:
        world.deploy(STUCK)
    assert "deadlock" in [problem.code for problem in caught.value.details["problems"]]


def test_a_deployment_that_breaks_off_leaves_nothing(world: World) -> None:
    """The version's number is taken already: the third of its rows fails, and the two before are gone."""
    world.deploy(OLD)
    taken = world.runtime.catalogue.versions("t")[0]
    row = DefinitionRow(taken.id, "t", 0, NEW.digest, 0, None, "")

    with pytest.raises(Exception, match=r"(?i)unique"):
        world.runtime.catalogue.deploy(NEW, row)

    assert rows(world, "bundle") == 1
    assert begin(world).do("ask").open == ["old_way"]


@pytest.mark.parametrize("path", ["t.bpmn", "any.form.json", "texts.en.yaml", "README.md"])
def test_the_digest_covers_every_file(path: str) -> None:
    changed = Bundle("t", MappingProxyType({**OLD.files, path: OLD.files.get(path, b"") + b"\n"}))

    assert changed.digest != OLD.digest


def test_the_digest_covers_names_and_does_not_depend_on_their_order() -> None:
    renamed = {
        ("other.yaml" if path == "texts.en.yaml" else path): content for path, content in OLD.files.items()
    }
    turned = dict(reversed(OLD.files.items()))

    assert Bundle("t", MappingProxyType(renamed)).digest != OLD.digest
    assert Bundle("u", OLD.files).digest != OLD.digest
    assert Bundle("t", MappingProxyType(turned)).digest == OLD.digest


def test_a_bundle_goes_through_a_zip_unchanged() -> None:
    again = read_zip(OLD.to_zip())

    assert (again.key, dict(again.files), again.digest) == (OLD.key, dict(OLD.files), OLD.digest)


def test_a_version_that_was_never_deployed_is_not_found(world: World) -> None:
    for ask in (lambda: world.runtime.catalogue.get(4711), lambda: world.runtime.catalogue.newest("nothing")):
        with pytest.raises(NotFound):
            ask()
