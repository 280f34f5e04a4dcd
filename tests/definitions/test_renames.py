"""`migrate.yaml`: which elements had another id before; whatever cannot be is said with its file."""

from __future__ import annotations

import pytest

from engine.definitions import compile_bundle
from tests.engine.bundles import GROUPS, bundle, start_and_end, user_task


def compiled(content: str):
    service = bundle(user_task("ask") + start_and_end("ask"), migrate__yaml=content.encode())
    return compile_bundle(service, GROUPS)


def test_it_gives_the_new_ids_by_the_old_ones() -> None:
    definition, _problems = compiled("inquire: ask\n")

    assert definition is not None
    assert definition.renamed == {"inquire": "ask"}


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ("ask: done\n", "rename_wrong"),
        ("inquire: look\n", "rename_wrong"),
        ("inquire: ask\nquestion: ask\n", "rename_wrong"),
        ("inquire: [ask]\n", "rename_wrong"),
        ("- inquire\n", "yaml_not_a_mapping"),
        ("inquire: {\n", "yaml_broken"),
        ("".join(f"old{n}: ask\n" for n in range(501)), "too_many_renames"),
    ],
)
def test_it_refuses_what_cannot_be(content: str, code: str) -> None:
    definition, problems = compiled(content)

    assert definition is None
    assert code in {problem.code for problem in problems if problem.file == "migrate.yaml"}
