"""What a diagram declares beyond plain BPMN, as records: who does a task, its form, clocks, pauses, letters."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import yaml

from engine.errors import InvalidInput
from engine.sentences import Sentence

from .xml import B, L, S, local, strip_sign

if TYPE_CHECKING:
    from lxml import etree

    from .bundle import Bundle
    from .findings import Findings

DEFAULT_RETRY = "R3/PT5M"
DEFAULT_TIMEOUT = "PT20S"
DEFAULT_WARNINGS = "60%, 2 WD"
LEVELS = ("district", "subdistrict", "station")


@dataclass(frozen=True, slots=True)
class DeadlineDeclaration:
    """A clock as the diagram declares it. `scope` is the element it stands on; limits are texts or FEEL."""

    id: str
    scope: str
    kind: str
    limit: str
    starts_on: tuple[str, ...]
    ends_on: tuple[str, ...]
    hands_over_on: tuple[str, ...]
    warn: str
    escalate_to: str


@dataclass(frozen=True, slots=True)
class ExtensionDeclaration:
    """Leaving the element gives the deadline another limit, for a legal reason."""

    deadline: str
    limit: str
    reason: str


@dataclass(frozen=True, slots=True)
class PauseReason:
    """Why a promised clock may stand still: its legal basis, the longest it may, and its name by language."""

    key: str
    basis: str
    cap: str | None
    names: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is kept of a call that asks or passes on personal data.

    purpose: a key under `reasons`. consent: FEEL without its sign. expires: an ISO duration; None: with the case.
    recipient: the parameter that says who is told, where the system passes things on to several.
    """

    purpose: str
    consent: str | None
    expires: str | None
    recipient: str | None


@dataclass(frozen=True, slots=True)
class ServiceCall:
    """How an outside system is asked: retries, doubling waits, the time of one attempt, what is kept of it."""

    operation: str
    retry: str
    timeout: str
    evidence: Evidence | None = None


@dataclass(frozen=True, slots=True)
class Element:
    """One node, lane, flow or process of the diagrams, with everything that is declared on it."""

    id: str
    kind: str
    name: str
    process: str
    file: str
    line: int | None
    group: str | None = None
    form: str | None = None
    not_done_by: tuple[str, ...] = ()
    second_signer: bool = False
    send_back: bool = False
    latest_for: str | None = None
    leaving: str | None = None
    letter: str | None = None
    notice: str | None = None
    pause: str | None = None
    extensions: tuple[ExtensionDeclaration, ...] = ()
    call: ServiceCall | None = None


@dataclass(frozen=True, slots=True)
class MessageDeclaration:
    """A message that a person may hand in from the case page, or an outside system.

    matches: FEEL without its sign over the variables and `message`; where it is not true, it moves nothing.
    time_to_live: how long it waits for a case that does not wait for it yet. on_expiry: the message that the
    case which threw it is told when nobody heard it in that time.
    """

    name: str
    groups: tuple[str, ...]
    form: str | None
    matches: str | None = None
    time_to_live: str | None = None
    on_expiry: str | None = None


@dataclass(frozen=True, slots=True)
class NoticeDeclaration:
    """To whom a notice goes: FEEL without its sign for a telephone number and an e-mail address."""

    key: str
    sms: str | None
    mail: str | None


@dataclass(frozen=True, slots=True)
class Group:
    """Who does the work, at which level of office."""

    key: str
    level: str
    names: Mapping[str, str]
    leader: str | None = None
    """The group whose people lead this one; alerts may tell them."""


Groups = Mapping[str, Group]


@dataclass(slots=True)
class Declarations:
    """Everything that the diagrams of a bundle declare."""

    elements: dict[str, Element] = field(default_factory=dict)
    deadlines: dict[str, DeadlineDeclaration] = field(default_factory=dict)
    messages: dict[str, MessageDeclaration] = field(default_factory=dict)


def read_groups(content: bytes, filename: str = "groups.yaml") -> Groups:
    """Read the authority's groups; raises InvalidInput naming the group and what was expected."""
    document = read_yaml(content, filename)
    groups = {}
    for key, item in document.items():
        names = item.get("name") if isinstance(item, dict) else None
        if not isinstance(names, dict) or item.get("level") not in LEVELS or not {"zh", "en"} <= names.keys():
            raise InvalidInput(
                Sentence(
                    "Expected the group {key!r} in {filename} to have a level ({listed}) and a name in zh and en, but it has not",
                    key=key,
                    filename=filename,
                    listed=", ".join(LEVELS),
                ),
                code="group_incomplete",
            )
        if item.get("leader") is not None and item["leader"] not in document:
            raise InvalidInput(
                Sentence(
                    "Expected the leader of the group {key!r} in {filename} to be a group of it, but got {item!r}",
                    key=key,
                    filename=filename,
                    item=item["leader"],
                ),
                code="group_leader_unknown",
            )
        groups[key] = Group(key, item["level"], names, item.get("leader"))
    return groups


def read_yaml(content: bytes, filename: str) -> dict[str, Any]:
    """Read a YAML file of names and values; raises InvalidInput with the line when it is broken."""
    try:
        document = yaml.load(content, Loader=_Loader)  # noqa: S506 - a SafeLoader, quicker in C
    except (
        yaml.YAMLError,
        ValueError,
        AttributeError,
        ArithmeticError,
    ) as exc:  # a tag with another kind of value
        mark = getattr(exc, "problem_mark", None)
        line = mark.line + 1 if mark is not None else None
        reason = getattr(exc, "problem", None) or exc
        message = Sentence("Expected {filename} to be YAML, but {reason}", filename=filename, reason=reason)
        raise InvalidInput(
            Sentence("{problem} in line {line}", problem=message, line=line) if line else message,
            code="yaml_broken",
            line=line,
        ) from exc
    if document is None:
        return {}
    if not isinstance(document, dict) or not all(isinstance(name, str) for name in document):
        raise InvalidInput(
            Sentence("Expected {filename} to hold names and values", filename=filename),
            code="yaml_not_a_mapping",
            line=1,
        )
    return document


def yaml_of(bundle: Bundle, file: str, findings: Findings) -> dict[str, Any] | None:
    """Give what a file of a bundle says; None where there is none, and where it is broken, which is a finding."""
    content = bundle.files.get(file)
    if content is None:
        return None
    try:
        return read_yaml(content, file)
    except InvalidInput as exc:
        findings.add(file, exc.code, exc.message, line=exc.details.get("line"))
        return None


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]  # whichever is built
    """A safe loader with exact numbers, in which dates stay text and `yes` is a word, not a truth."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if not tag.endswith((":timestamp", ":bool"))]
    for first, resolvers in _Loader.yaml_implicit_resolvers.items()
}
_Loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"^(?:true|false)$"), ["t", "f"])
_Loader.add_constructor(
    "tag:yaml.org,2002:float", lambda loader, node: Decimal(loader.construct_scalar(node))
)


def read_element(node: etree._Element, process: str, file: str, group: str | None) -> Element:
    """Read one element of a diagram."""
    pause = node.find(f"{B}extensionElements/{L}pause")
    operator = node.find(f"{B}extensionElements/{S}serviceTaskOperator")
    call = None
    if operator is not None:
        call = ServiceCall(
            operator.get("id", ""),
            node.get(f"{L}retry", DEFAULT_RETRY),
            node.get(f"{L}timeout", DEFAULT_TIMEOUT),
            _evidence(node),
        )
    return Element(
        id=node.get("id", ""),
        kind=local(node),
        name=(node.get("name") or "").strip(),
        process=process,
        file=file,
        line=node.sourceline,
        group=node.get(f"{L}candidateGroup") or group,
        form=node.get(f"{L}form"),
        not_done_by=_words(node.get(f"{L}notDoneBy")),
        second_signer=node.get(f"{L}secondSigner") == "true",
        send_back=node.get(f"{L}sendBack") == "true",
        latest_for=node.get(f"{L}latestFor"),
        leaving=node.get(f"{L}leaving"),
        letter=node.get(f"{L}letter"),
        notice=node.get(f"{L}notice"),
        pause=pause.get("reason") if pause is not None else None,
        extensions=tuple(
            ExtensionDeclaration(item.get("deadline", ""), item.get("limit", ""), item.get("reason", ""))
            for item in node.iterfind(f"{B}extensionElements/{L}extend")
        ),
        call=call,
    )


def read_deadlines(node: etree._Element) -> list[DeadlineDeclaration]:
    """Read the clocks that stand on an element."""
    return [
        DeadlineDeclaration(
            id=item.get("id", ""),
            scope=node.get("id", ""),
            kind=item.get("kind", ""),
            limit=item.get("limit", ""),
            starts_on=_words(item.get("startsOn")),
            ends_on=_words(item.get("endsOn")),
            hands_over_on=_words(item.get("handsOverOn")),
            warn=item.get("warn", DEFAULT_WARNINGS),
            escalate_to=item.get("escalateTo", "supervisor"),
        )
        for item in node.iterfind(f"{B}extensionElements/{L}deadline")
    ]


def read_message(node: etree._Element) -> MessageDeclaration:
    """Read a message."""
    return MessageDeclaration(
        node.get("name", ""),
        _words(node.get(f"{L}messageGroups")),
        node.get(f"{L}form"),
        _feel(node.get(f"{L}matches")),
        node.get(f"{L}timeToLive"),
        node.get(f"{L}onExpiry"),
    )


def read_pauses(content: bytes, filename: str) -> dict[str, PauseReason]:
    """Read the catalogue of pause reasons; raises InvalidInput when one has no legal basis or name."""
    reasons = {}
    for key, item in read_yaml(content, filename).items():
        names = item.get("name") if isinstance(item, dict) else None
        if not isinstance(names, dict) or not item.get("basis"):
            raise InvalidInput(
                Sentence(
                    "Expected the pause reason {key!r} in {filename} to have a basis and a name, but it has not",
                    key=key,
                    filename=filename,
                ),
                code="pause_incomplete",
            )
        cap = item.get("cap")
        reasons[key] = PauseReason(key, str(item["basis"]), str(cap) if cap else None, names)
    return reasons


def read_notices(content: bytes, filename: str) -> dict[str, NoticeDeclaration]:
    """Read to whom notices go; raises InvalidInput for one that goes to nobody or by an unknown way."""
    notices = {}
    for key, item in read_yaml(content, filename).items():
        ways = item if isinstance(item, dict) else {}
        if (
            not ways
            or ways.keys() - {"sms", "mail"}
            or not all(isinstance(to, str) and to for to in ways.values())
        ):
            raise InvalidInput(
                Sentence(
                    "Expected the notice {key!r} in {filename} to say in FEEL to whom it goes, under sms, mail or both, but it does not",
                    key=key,
                    filename=filename,
                ),
                code="notice_incomplete",
            )
        notices[key] = NoticeDeclaration(key, _feel(ways.get("sms")), _feel(ways.get("mail")))
    return notices


def _evidence(node: etree._Element) -> Evidence | None:
    found = node.find(f"{B}extensionElements/{L}evidence")
    if found is None:
        return None
    return Evidence(
        found.get("purpose", ""), _feel(found.get("consent")), found.get("expires"), found.get("recipient")
    )


def _feel(text: str | None) -> str | None:
    return strip_sign(text) or None if text else None


def _words(text: str | None) -> tuple[str, ...]:
    return tuple((text or "").replace(",", " ").split())
