"""How commands print: sentences for people, one exact JSON document for programs."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable
from decimal import Decimal
from functools import wraps
from typing import Any

import click

from engine import feel
from engine.errors import EngineError
from engine.problems import Problem
from webui.words.problems import LANGUAGES, language_of_shell, said
from webui.words.problems import in_language as said_in

_SEVERITIES = {"zh": {"error": "错误", "warning": "提醒"}}
_EXACT = re.compile(r'"\\u0000([-+.\dE]+)\\u0000"')


def failing_plainly(command: Callable[..., Any]) -> Callable[..., Any]:
    """Turn the engine's errors into one sentence and exit code 2."""

    @wraps(command)
    def run(*args: Any, **kwargs: Any) -> Any:
        try:
            return command(*args, **kwargs)
        except EngineError as exc:
            click.echo(f"linbang: {said_in(exc.message, kwargs.get('language') or 'en')}", err=True)
            sys.exit(2)

    return run


as_json = click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")


in_language = click.option(
    "--language",
    type=click.Choice(LANGUAGES),
    default=language_of_shell,
    help="Of what is said of a service; default: the shell's.",
)


def problem_record(problem: Problem, language: str = "en") -> dict[str, Any]:
    """Give a problem as a program reads it."""
    problem = said(problem, language)
    return {
        "file": problem.file,
        "line": problem.line,
        "column": problem.column,
        "element": problem.element,
        "name": problem.name,
        "code": problem.code,
        "severity": problem.severity,
        "message": problem.message,
        "hint": problem.hint,
    }


def print_problems(
    problems: list[Problem], *, err: bool = False, within: str = "", language: str = "en"
) -> None:
    """Print problems as a person reads them; within: the service, where there are several."""
    for problem in (said(one, language) for one in problems):
        place = f"{within}/{problem.file}" if within else problem.file
        place = f"{place}:{problem.line or '-'}" + (f":{problem.column}" if problem.column else "")
        severity = _SEVERITIES.get(language, {}).get(problem.severity, problem.severity)
        element = f"{problem.element or ''} {problem.name}".strip()
        click.echo(f"{place}: {severity}: {problem.message} [{problem.code}] {element}".rstrip(), err=err)
        if problem.hint:
            click.echo(f"    {problem.hint}", err=err)


def print_json(document: Any) -> None:
    """Print one JSON document; numbers are written exactly as they are."""
    text = json.dumps(document, ensure_ascii=False, indent=2, default=_plain)
    click.echo(_EXACT.sub(r"\1", text))


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return f"\0{value}\0"
    return feel.to_text(value).strip('@"')
