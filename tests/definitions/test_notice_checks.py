"""Notices: known, with words in both languages, in FEEL, short, and silent about what is confidential."""

from __future__ import annotations

import json

import pytest

from engine.definitions import Bundle, compile_bundle

from ..engine.bundles import GROUPS, bundle, start_and_end, user_task
from .gate import assert_refused, errors_of, problems_of, with_texts

HEALTH = {"linbang:sensitive": "health"}


def form(*components: dict[str, object]) -> bytes:
    return json.dumps({"type": "default", "components": list(components)}).encode()


def service(
    declared: str = "told: {sms: phone}", words: object = None, notice: str = "told", **files: bytes
) -> Bundle:
    body = user_task("ask", notice=notice) + start_and_end("ask")
    texts = {"told": {"sms": "Hello {name}", "subject": "s", "body": "b"}} if words is None else words
    return with_texts(bundle(body, notices__yaml=declared.encode(), **files), notices=texts)


def field(key: str, kind: str | None = None, **more: object) -> dict[str, object]:
    marked = {"properties": {"linbang:sensitive": kind}} if kind else {}
    return {"type": "textfield", "key": key, **marked, **more}


def test_a_sound_notice_is_read() -> None:
    definition, problems = compile_bundle(service("told: {sms: '= phone', mail: mail_of}"), GROUPS)

    assert problems == []
    assert definition is not None
    assert definition.elements["ask"].notice == "told"
    assert (definition.notices["told"].sms, definition.notices["told"].mail) == ("phone", "mail_of")


def test_an_unknown_notice_is_refused() -> None:
    assert_refused(service(notice="nowhere"), "notice_unknown", "ask")


@pytest.mark.parametrize(
    "declared", ["told: {}", "told: phone", "told: {letter: x}", "told: {sms: ''}", "told: {sms: [a]}"]
)
def test_a_notice_says_to_whom_it_goes_by_a_known_way(declared: str) -> None:
    assert_refused(service(declared, notice="told"), "notice_incomplete", None, file="notices.yaml")


@pytest.mark.parametrize(
    ("declared", "missing"),
    [("told: {sms: a}", "sms"), ("told: {mail: a}", "subject"), ("told: {mail: a}", "body")],
)
def test_a_notice_without_words_is_refused_in_each_language(declared: str, missing: str) -> None:
    words = {"sms": "s", "subject": "s", "body": "b"}
    del words[missing]

    found = [
        problem
        for problem in problems_of(service(declared, {"told": words}))
        if problem.code == "text_missing"
    ]

    assert {problem.file for problem in found} == {"texts.zh.yaml", "texts.en.yaml"}
    assert all(f"notices.told.{missing}" in problem.message for problem in found)


def test_a_recipient_is_feel() -> None:
    assert_refused(service("told: {sms: 'phone +'}"), "notice_recipient_broken", None, file="notices.yaml")


def test_words_with_a_broken_place_are_refused() -> None:
    found = errors_of(service(words={"told": {"sms": "{name +}"}}))

    assert found == [("notice_template_broken", None)] * 2


def test_a_short_message_has_at_most_300_characters_beside_its_values() -> None:
    place = "{" + "name" + " " * 100 + "}"

    assert errors_of(service(words={"told": {"sms": "x" * 300 + place}})) == []
    assert errors_of(service(words={"told": {"sms": "x" * 301}})) == [("notice_too_long", None)] * 2


@pytest.mark.parametrize("kind", ["health", "finance", "identity", "bank"])
def test_a_short_message_does_not_name_a_confidential_field(kind: str) -> None:
    words = {"told": {"sms": "Your {fact}", "subject": "s", "body": "Your {fact}"}}

    assert (
        errors_of(service(words=words, f__form__json=form(field("fact", kind))))
        == [("notice_confidential", None)] * 2
    )
    assert errors_of(service(words=words, f__form__json=form(field("fact", "phone")))) == []
    assert errors_of(service(words=words, f__form__json=form(field("fact")))) == []


def test_an_e_mail_may_name_it() -> None:
    words = {"told": {"subject": "s", "body": "Your {fact}"}}

    assert errors_of(service("told: {mail: a}", words, f__form__json=form(field("fact", "health")))) == []


@pytest.mark.parametrize(
    ("text", "refused"),
    [
        ("{person.illness}", True),
        ("{person . illness}", True),
        ("{string(person)}", True),
        ("{person.name}", False),
        ("{person.name + person.illness}", True),
        ("{other.illness}", False),
        ("{rows[1].illness}", True),
    ],
)
def test_inside_a_group_or_list_the_field_itself_counts(text: str, refused: bool) -> None:
    """Whoever says the whole of the group says the field, too."""
    inside = {"components": [field("illness", "health"), field("name")]}
    made = form(
        {"type": "group", "path": "person", **inside}, {"type": "dynamiclist", "path": "rows", **inside}
    )

    assert bool(errors_of(service(words={"told": {"sms": text}}, f__form__json=made))) == refused
