"""Plays the verification centre: what it says of a household, of a person's status, of everybody with a reason."""

from __future__ import annotations

import hashlib
import threading
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from http import HTTPStatus
from typing import Any

from marshmallow import Schema, fields, validate

from connectors.operations import Amount, Count, Day
from connectors.registry import CATEGORIES, SOURCES

from .people import Person, household_of, identity_number, person_of, share
from .refusals import RefusedError

MAX_WRITTEN_DOWN = 10_000
MOST_SWEPT = 6
_FAMILY_NAMES = "王李张刘陈杨赵黄周吴"
_GIVEN_NAMES = ("桂英", "秀兰", "建国", "淑珍", "德明", "玉梅", "志强", "凤英")
_SUBDISTRICTS = {"990101001": "青禾街道", "990101002": "石桥街道", "990101003": "梧桐里街道"}
_ESTATES = ("和风苑", "听雨新村")


class PersonSchema(Schema):
    """What `PUT /sandbox/persons/<id_no>` may say; the rest stays as it was drawn."""

    known = fields.Boolean()
    wage = Amount()
    business = Amount()
    property = Amount()
    transfer = Amount()
    excluded = Amount()
    deposits = Amount()
    vehicles = Count()
    homes = Count()
    mismatch = fields.String(allow_none=True, validate=validate.OneOf(SOURCES))
    category = fields.String(validate=validate.OneOf(CATEGORIES))
    valid_to = Day(allow_none=True)


class PlayedRegistry:
    """The registry. Its people are drawn from their numbers, and may be written down otherwise."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._written_down: dict[str, dict[str, Any]] = {}
        self.act = {
            "verify_household": self._verify,
            "low_income_status": self._status,
            "sweep": self._sweep,
        }

    def write_down(self, id_no: str, facts: dict[str, Any]) -> None:
        """Say what is known of a person from now on; a person of whom something is said is known."""
        with self._lock:
            if len(self._written_down) >= MAX_WRITTEN_DOWN and id_no not in self._written_down:
                raise RefusedError(HTTPStatus.CONFLICT, "too_many_persons", "Expected fewer persons")
            self._written_down[id_no] = {"known": True, **facts}

    def _verify(self, key: str, question: dict[str, Any]) -> dict[str, Any]:
        _check_consent(question)
        people = [self._person(member["id_no"]) for member in question["members"]]
        pairs = zip(question["members"], people, strict=True)
        return {
            "query_no": _query_no(key),
            **household_of(people),
            "mismatches": [{"name": m["name"], "source": p.mismatch} for m, p in pairs if p.mismatch],
        }

    def _status(self, key: str, question: dict[str, Any]) -> dict[str, Any]:
        _check_consent(question)
        person = self._person(question["id_no"])
        return {"query_no": _query_no(key), "category": person.category, "valid_to": person.valid_to}

    def _sweep(self, key: str, question: dict[str, Any]) -> dict[str, Any]:
        """Find the same few people for the same reason and days, living in all sub-districts."""
        reason, until = question["reason"], question["until"]
        of = f"{reason}:{question['since']}:{until}"
        count = 1 + int(share(of, "count") * MOST_SWEPT) if question["since"] <= until else 0
        persons = [_swept(f"{of}:{number}", reason, until) for number in range(count)]
        return {"query_no": _query_no(key), "persons": persons}

    def _person(self, id_no: str) -> Person:
        number = id_no.upper()
        with self._lock:
            written = self._written_down.get(number, {})
        person = replace(person_of(number, datetime.now(UTC).date()), **written)
        if not person.known:
            raise RefusedError(HTTPStatus.NOT_FOUND, "person_unknown", "Expected persons on record")
        return person


def _check_consent(question: dict[str, Any]) -> None:
    if not question["authorised"]:
        raise RefusedError(HTTPStatus.FORBIDDEN, "consent_missing", "Expected a signed authorisation")


def _query_no(key: str) -> str:
    return f"HD-{int(hashlib.sha256(key.encode()).hexdigest(), 16) % 10**10:010d}"


def _swept(seed: str, reason: str, until: date) -> dict[str, Any]:
    """Invent a person whom a sweep finds; those who live alone are 80 or older."""
    years = 80 + 12 * share(seed, "age") if reason == "alone_80" else 35 + 50 * share(seed, "age")
    born = until - timedelta(days=int(years * 365.25) + 30)
    code, street = _pick(seed, "street", tuple(_SUBDISTRICTS.items()))
    rooms = f"{1 + int(share(seed, 'house') * 40)}号{101 + int(share(seed, 'room') * 500)}室"
    return {
        "name": _pick(seed, "family", _FAMILY_NAMES) + _pick(seed, "given", _GIVEN_NAMES),
        "id_no": identity_number(code[:6], born, int(share(seed, "number") * 1000)),
        "phone": f"1990000{int(share(seed, 'phone') * 10_000):04d}",
        "address": f"{street}{_pick(seed, 'estate', _ESTATES)}{rooms}",
        "subdistrict": code,
        "reason": reason,
    }


def _pick(seed: str, what: str, among: Any) -> Any:
    return among[int(share(seed, what) * len(among))]
