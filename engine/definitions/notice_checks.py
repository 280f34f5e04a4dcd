"""Checks what notices say and to whom: FEEL everywhere, short messages short and without confidential facts."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from engine import feel
from engine.errors import InvalidInput
from engine.sentences import Sentence

from .notices import Template, compile_template
from .texts import LANGUAGES

if TYPE_CHECKING:
    from .bundle import Bundle
    from .declarations import NoticeDeclaration
    from .findings import Findings
    from .texts import Texts

MAX_MESSAGE = 300
"""Characters of a short message without its places for values."""
CONFIDENTIAL = frozenset({"identity", "bank", "health", "finance"})
"""Kinds of `linbang:sensitive` that a short message may not name."""
_WORDS = ("sms", "subject", "body")


def check_notices(
    notices: Mapping[str, NoticeDeclaration],
    bundle: Bundle,
    texts: Texts,
    schemas: Mapping[str, Any],
    names: frozenset[str],
    findings: Findings,
) -> None:
    """Check every notice: its recipients, and its words in both languages."""
    confidential = dict(_confidential(schemas))
    for notice in notices.values():
        file = "notices.yaml" if "notices.yaml" in bundle.files else "shared/notices.yaml"
        for way, recipient in (("sms", notice.sms), ("mail", notice.mail)):
            if recipient is not None:
                _check_recipient(f"{notice.key}.{way}", recipient, file, names, findings)
        for language in LANGUAGES:
            file = f"texts.{language}.yaml"
            for key in _WORDS:
                words = texts.get(language, "notices", notice.key, key)
                template = _compiled(f"notices.{notice.key}.{key}", words, file, names, findings)
                if template is not None and key == "sms":
                    _check_length(notice.key, template, file, findings)
                    _check_facts(notice.key, template, file, (confidential, names), findings)


def _check_recipient(
    where: str, recipient: str, file: str, names: frozenset[str], findings: Findings
) -> None:
    try:
        feel.compile(recipient, names=names)
    except InvalidInput as exc:
        message = Sentence(
            "Expected the recipient {where} to be FEEL: {reason}", where=where, reason=exc.message
        )
        findings.add(file, "notice_recipient_broken", message, "Name the variable that holds it.")


def _compiled(
    where: str, words: str | None, file: str, names: frozenset[str], findings: Findings
) -> Template | None:
    if not words:
        return None  # what must be there is said with all other texts
    try:
        return compile_template(words, names)
    except InvalidInput as exc:
        hint = "Values stand as FEEL between braces; a brace itself is written {{."
        findings.add(
            file,
            "notice_template_broken",
            Sentence("{where}: {reason}", where=where, reason=exc.message),
            hint,
        )
        return None


def _check_length(notice: str, template: Template, file: str, findings: Findings) -> None:
    if len(template.words) > MAX_MESSAGE:
        message = Sentence(
            "Expected the short message of {notice} to have at most {most} characters without its values, but it has {count}.",
            notice=notice,
            most=MAX_MESSAGE,
            count=len(template.words),
        )
        findings.add(file, "notice_too_long", message, "Say it shorter, or write an e-mail or a letter.")


def _check_facts(
    notice: str,
    template: Template,
    file: str,
    known: tuple[Mapping[str, str], frozenset[str]],
    findings: Findings,
) -> None:
    confidential, names = known
    for name, kind in confidential.items():
        if any(_names(expression, name, names) for expression in template.expressions):
            message = Sentence(
                "Expected the short message of {notice} not to name {name!r}, which is marked {kind}.",
                notice=notice,
                name=name,
                kind=kind,
            )
            hint = "Say that a letter is ready, or how to ask."
            findings.add(file, "notice_confidential", message, hint)


def _names(expression: str, path: str, names: frozenset[str]) -> bool:
    """Tell whether an expression reads a field, or the whole of what the field stands in."""
    outer, _, inner = path.partition(".")
    if outer not in feel.compile(expression, names=names).names:
        return False
    if not inner:
        return True
    others = rf"(?<![\w.]){re.escape(outer)}\s*\.\s*(?!{re.escape(inner)}\b)\w"
    every = rf"(?<![\w.]){re.escape(outer)}\b"
    return len(re.findall(others, expression)) < len(re.findall(every, expression))


def _confidential(schemas: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Give the fields that are marked so, by the path of their variable: `applicant.illness`."""
    for schema in schemas.values():
        yield from _marked(schema.get("components"), "")


def _marked(components: Any, path: str) -> Iterator[tuple[str, str]]:
    for component in components if isinstance(components, list) else ():
        if not isinstance(component, dict):
            continue
        properties = component.get("properties")
        kind = properties.get("linbang:sensitive") if isinstance(properties, dict) else None
        if isinstance(kind, str) and kind in CONFIDENTIAL and component.get("key"):
            yield f"{path}{component['key']}", kind
        inner = f"{path}{component['path']}." if component.get("path") else path
        yield from _marked(component.get("components"), inner)
