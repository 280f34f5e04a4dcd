"""Finds cases by what somebody types: parts of the case number and of the name. Never a scan of all cases.

A case is written down under pairs of neighbouring Chinese signs, and under the Latin words and numbers of
its case number and title. Typing narrows by the rarest of the words first; what is left is compared with
number and title themselves, so that 张伟 does not find 张三伟 and 李张, 伟.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, func, literal, select, union_all

from engine.store import schema as s
from engine.store.database import Database

MAX_HITS = 1_000
_MAX_ENTRIES = 3 * MAX_HITS
MAX_WORDS = 12
"""Of longer texts only so many words narrow the search; all of it is compared."""

_HAN = "\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_RUNS = re.compile(rf"[{_HAN}]+|[^\W{_HAN}_]+")
_LAST = "\U0010ffff"
_DOTS = str.maketrans(dict.fromkeys("•‧・∙⋅·", "·"))
"""The dot between the parts of a name is typed in many ways."""


@dataclass(frozen=True, slots=True)
class Word:
    """One word of a search. whole: nothing may follow it; otherwise words that begin so count too."""

    text: str
    whole: bool


@dataclass(frozen=True, slots=True)
class Hits:
    """Ids of the cases found, the newest first. complete: there are no more."""

    ids: tuple[int, ...]
    complete: bool


def normal(text: str) -> str:
    """Give a text as it is compared: full-width signs and capitals count as the usual and small ones."""
    return unicodedata.normalize("NFKC", text).translate(_DOTS).casefold()


def words_of(text: str) -> list[str]:
    """Give the words of a text: pairs of neighbouring Chinese signs, Latin words and numbers, small letters."""
    return [word.text for run in _RUNS.findall(normal(text)) for word in _words_of_run(run)]


def index_words(business_key: str, title: str) -> set[str]:
    """Give all words under which a case is found.

    The last Chinese sign of a name stands alone too, and a number also without its leading zeros.
    """
    found: set[str] = set()
    for run in _RUNS.findall(normal(f"{business_key} {title}")):
        found.update(word.text for word in _words_of_run(run))
        if _is_han(run):
            found.add(run[-1])
        elif run.isdigit():
            found.add(run.lstrip("0") or "0")
    return found


def holds(text: str, business_key: str, title: str) -> bool:
    """Say whether number or title hold every part of a text that blanks separate."""
    number, name = normal(business_key), normal(title)
    return all(part in number or part in name for part in normal(text).split())


class SearchStore:
    """Queries over the words of cases."""

    def __init__(self, database: Database, tenant_id: int) -> None:
        self._database = database
        self._tenant = tenant_id

    def cases(self, text: str, offices: Collection[int]) -> Hits:
        """Find the cases of some offices whose number or title hold the text, at most MAX_HITS."""
        words = _narrowing(text)
        if not words or not offices:
            return Hits((), complete=True)
        case = s.process_instance.c
        with self._database.reading() as connection:
            if len(words) > 1:
                counted = connection.execute(self._counts(words, offices)).all()
                counts = sorted((count, place) for place, count in counted)
                few = counts[0][0] <= MAX_HITS  # then comparing them is quicker than narrowing further
                words = [words[place] for _count, place in counts[: 1 if few else None]]
            ids = [row[0] for row in connection.execute(self._ids(words, offices))]
            looked_at = list(dict.fromkeys(ids))[:MAX_HITS]
            rows = connection.execute(
                select(case.id, case.business_key, case.title)
                .where(case.tenant_id == self._tenant, case.id.in_(looked_at))
                .order_by(case.id.desc())
            ).all()
        found = tuple(row[0] for row in rows if holds(text, row[1], row[2]))
        return Hits(found, complete=len(set(ids)) <= MAX_HITS and len(ids) < _MAX_ENTRIES)

    def with_subject(self, digest: bytes, offices: Collection[int]) -> Hits:
        """Find a person's cases at some offices by the keyed hash of the identity number."""
        case, subject = s.process_instance.c, s.subject.c
        query = (
            select(case.id)
            .join(s.subject, (subject.tenant_id == case.tenant_id) & (subject.process_instance_id == case.id))
            .where(
                subject.tenant_id == self._tenant,
                subject.kind == "identity",
                subject.digest == digest,
                case.office_id.in_(sorted(offices)),
            )
            .order_by(case.id.desc())
            .limit(MAX_HITS + 1)
        )
        with self._database.reading() as connection:
            ids = tuple(row[0] for row in connection.execute(query))
        return Hits(ids[:MAX_HITS], complete=len(ids) <= MAX_HITS)

    def _counts(self, words: Sequence[Word], offices: Collection[int]) -> Any:
        """Count each word's cases up to a cap, as (place, count)."""
        parts = []
        for place, word in enumerate(words):
            some = select(literal(1)).where(self._under(s.case_word.c, word, offices)).limit(MAX_HITS + 1)
            parts.append(select(literal(place), func.count()).select_from(some.subquery()))
        return union_all(*parts)

    def _ids(self, words: Sequence[Word], offices: Collection[int]) -> Select[Any]:
        """Give the newest ids under all words; the first is the rarest and leads.

        A case comes as often as words of it begin like the first, so that more are read than are looked at.
        """
        first = s.case_word.alias("first")
        query = select(first.c.process_instance_id.label("id")).where(self._under(first.c, words[0], offices))
        for place, word in enumerate(words[1:]):
            other = s.case_word.alias(f"other_{place}").c
            if word.whole:
                same = (other.office_id == first.c.office_id) & (
                    other.process_instance_id == first.c.process_instance_id
                )
                under = and_(other.tenant_id == self._tenant, other.word == word.text, same)
                query = query.where(exists(select(literal(1)).where(under)))
            else:
                under = self._under(other, word, offices)
                query = query.where(
                    first.c.process_instance_id.in_(select(other.process_instance_id).where(under))
                )
        return query.order_by(first.c.process_instance_id.desc()).limit(_MAX_ENTRIES)

    def _under(self, table: Any, word: Word, offices: Collection[int]) -> ColumnElement[bool]:
        here = and_(table.tenant_id == self._tenant, table.office_id.in_(sorted(offices)))
        if word.whole:
            return and_(here, table.word == word.text)
        return and_(here, table.word >= word.text, table.word < word.text + _LAST)


def _narrowing(text: str) -> list[Word]:
    words = (word for run in _RUNS.findall(normal(text)) for word in _words_of_run(run))
    return list(dict.fromkeys(words))[:MAX_WORDS]


def _words_of_run(run: str) -> list[Word]:
    """Give the words of signs that stand together. A pair is whole; people type beginnings of all else."""
    if _is_han(run) and len(run) > 1:
        return [Word(first + second, whole=True) for first, second in pairwise(run)]
    return [Word(run, whole=False)]


def _is_han(run: str) -> bool:
    return re.match(f"[{_HAN}]", run) is not None
