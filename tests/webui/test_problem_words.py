"""Every sentence that the checks of a service say has Chinese words, with the same names in it."""

from __future__ import annotations

import ast
import copy
import pickle
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.definitions import compile_bundle
from engine.definitions.gate import of_record, to_record
from engine.problems import Problem
from engine.sentences import Sentence
from webui.words.problems import in_language, language_of_shell, said, templates

from ..engine.bundles import GROUPS, bundle, start_and_end, user_task

ROOT = Path(__file__).resolve().parents[2]
ROOMS = (
    *(
        "definitions",
        "clocks",
        "confined.py",
        "timers.py",
        "decisions",
        "forms",
        "feel",
        "importing",
        "playing",
    ),
    *(f"scenarios/{name}.py" for name in ("expectations", "outside", "runner", "story")),
    *(f"scenarios/recording/{name}.py" for name in ("history_steps", "recorder")),
    *(f"scenarios/suggesting/{name}.py" for name in ("proposing", "searching")),
)
SILENT = {
    *(
        f"decisions/{name}.py"
        for name in [
            "boxed",
            "errors",
            "inputs",
            "items",
            "knowledge",
            "logic",
            "model",
            "services",
            "tables",
        ]
    ),
    *(f"forms/{name}.py" for name in ["answers", "choices", "model", "shown", "values", "walk"]),
    "clocks/facts.py",
    "importing/feel_methods.py",
}
"""Files that speak while a case runs, not while a service is checked, or speak FEEL."""
FEEL = {
    f"feel/{name}.py"
    for name in ["lexer", "parser", "compiler", "expression", "pattern_classes", "pattern_parser"]
}
"""The files of FEEL that read expressions; the others speak while one is evaluated."""
TEMPLATE_OF_CODE = re.compile(r"[a-z]{2,} [a-zA-Z`({]|\} [a-z]|[a-z] \{|: \{")


NO_SENTENCES = {
    "A confined check ended with %s: %s",  # of the log
    "a document type",  # never shown
    "instance of", "date and time", "days and time duration", "years and months duration",  # words of FEEL
    "get or else", "is defined", "list contains",  # of its functions
    "not both", "or ends at",  # keys of invariants.yaml
    "Linxi District", "Qinghe Sub-district", "Shiqiao Sub-district", "Wutongli Sub-district",  # offices of stories
    "as the story says",  # the note of one that gives none
}  # fmt: skip


def files() -> Iterator[Path]:
    for room in ROOMS:
        path = ROOT / "engine" / room
        for file in [path] if path.suffix else sorted(path.rglob("*.py")):
            name = file.relative_to(ROOT / "engine").as_posix()
            if name not in SILENT and "difference" not in name and (room != "feel" or name in FEEL):
                yield file


def spoken() -> set[str]:
    """Every text of the code that looks like a sentence and is no docstring."""
    found = set()
    for file in files():
        tree = ast.parse(file.read_text("utf-8"))
        silent = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
        silent |= {
            id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in node.values
        }
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in silent:
                found.add(node.value)
    return found


def sentences() -> set[str]:
    return {text for text in spoken() if TEMPLATE_OF_CODE.search(text)} - NO_SENTENCES


def test_every_sentence_of_the_checks_has_chinese_words() -> None:
    assert sorted(sentences() - templates("zh").keys()) == []


def test_no_chinese_words_of_the_checks_are_left_over() -> None:
    """A sentence that no check says any more leaves the catalogue."""
    assert sorted(templates("zh").keys() - spoken()) == []


def test_the_catalogue_is_sorted_so_that_additions_do_not_meet() -> None:
    assert list(templates("zh")) == sorted(templates("zh"))


def test_translations_name_no_value_that_the_sentence_does_not_have() -> None:
    """A value may be left out; `{label, value}` is no value but a text as it is written."""
    for english, chinese in templates("zh").items():
        assert names(chinese) <= names(english), english


def names(template: str) -> set[str]:
    return set(re.findall(r"(?<!\{)\{(\w+)(?:![rs]|:[^{}]*)?\}", template))


def test_no_message_is_put_together_where_no_translator_sees_it() -> None:
    """What has values is a Sentence; an f-string with words would stay English."""
    found = []
    for file in files():
        tree = ast.parse(file.read_text("utf-8"))
        for node in ast.walk(tree):
            if isinstance(node, ast.JoinedStr):
                words = "".join(str(part.value) for part in node.values if isinstance(part, ast.Constant))
                if words.startswith("Expected "):
                    found.append(f"{file.name}:{node.lineno}")

    assert found == []


def test_a_problem_is_said_in_chinese_with_its_values() -> None:
    _definition, problems = compile_bundle(bundle(user_task("ask", "nobody") + start_and_end("ask")), GROUPS)
    (problem,) = [one for one in problems if one.code == "group_unknown"]

    chinese = said(problem, "zh")

    assert chinese.message == "没有“nobody”这个组。"
    assert chinese.hint.startswith("可用的有：")
    assert said(problem, "en") == problem


def test_what_stands_inside_a_sentence_is_said_in_chinese_too() -> None:
    reason = Sentence("Expected {wanted}, but the text ends", wanted="an expression")

    text = in_language(Sentence("{text!r}: {reason}", text="n >", reason=reason), "zh")

    assert text == "“n >”：应为表达式，但文字到此为止"


def test_a_problem_keeps_its_sentences_between_two_processes() -> None:
    message = Sentence("Expected a known {what}, but got {value!r}.", what="group", value="x")
    problem = Problem("t.bpmn", 3, "ask", "group_unknown", "error", message, "Put it into a lane.", 5, "Ask")

    there_and_back = of_record(to_record(problem))

    assert there_and_back == problem
    assert said(there_and_back, "zh").message == "没有“x”这个组。"


def test_a_sentence_whose_value_has_braces_can_be_copied() -> None:
    sentence = Sentence("Expected a known {what}, but got {value!r}.", what="form", value="{x}")

    for copied in (copy.deepcopy(sentence), pickle.loads(pickle.dumps(sentence))):
        assert copied == sentence
        assert in_language(copied, "zh") == "没有“{x}”这个表单。"


@pytest.mark.parametrize(
    ("environment", "language"),
    [
        ({}, "en"),
        ({"LANG": "zh_CN.UTF-8"}, "zh"),
        ({"LANG": "zh_CN.UTF-8", "LC_ALL": "C"}, "en"),
        ({"LC_MESSAGES": "zh_CN.UTF-8", "LANG": "en_GB.UTF-8"}, "zh"),
    ],
)
def test_commands_speak_the_language_of_the_shell(environment: dict[str, str], language: str) -> None:
    assert language_of_shell(environment) == language
