"""Plays the platform of care beds: who offers which, who holds which, who waits, and what is replied later.

Its calendar goes on when it is told the time; a hold whose end lies ahead of the machine's clock also ends
by that.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import Any

from connectors.beds import MAX_VACANCIES

from .callbacks import Callback, Callbacks
from .places import Place, places
from .refusals import RefusedError
from .replies import Replies, Reply
from .waiting import Waiting, WaitingList

MAX_OFFERS = 20_000
HELD = timedelta(days=3)
"""How long a bed is kept after the day by which the institution must reply."""


@dataclass
class Offer:
    """An offer of a bed. state: open, accepted, rejected, withdrawn, expired or admitted."""

    offer_no: str
    bed_no: str
    asked: dict[str, Any]
    held_until: datetime
    by_wall: bool
    state: str = "open"

    @property
    def holds(self) -> bool:
        """Say whether the bed is kept for it."""
        return self.state in {"open", "accepted"}


class PlayedBeds:
    """The platform. reply_after_s: real seconds until an institution replies. Safe for many threads."""

    def __init__(self, callbacks: Callbacks, *, reply_after_s: float, scale: int = 1) -> None:
        self.replies = Replies()
        self.callbacks = callbacks
        self.reply_after_s = reply_after_s
        self.places = places(scale)
        self.waiting = WaitingList()
        self.offers: dict[str, Offer] = {}
        self.stays: dict[str, str | None] = {}
        """Beds by the number of the stay; None when it has ended."""
        self.taken: dict[str, str] = {}
        """Numbers of the offer, the stay or `elsewhere` by the bed that is not free for its sake."""
        self._lock = threading.RLock()
        self._told = datetime.min.replace(tzinfo=UTC)
        self._count = 0
        self.act: dict[str, Callable[[str, dict[str, Any]], dict[str, Any]]] = {
            "vacancies": self._vacancies,
            "offer": self._offer,
            "withdraw_offer": self._withdraw,
            "enlist": self._enlist,
            "place": self._place,
            "delist": self._delist,
            "admit": self._admit,
            "discharge": self._discharge,
        }

    def tick(self, now: datetime) -> None:
        """Be told the time: what is held until then is held no longer."""
        with self._lock:
            self._told = max(self._told, now)
            self._end_holds()

    def everybody_waiting(self) -> list[Waiting]:
        """Give all who wait, in the order of their lines."""
        with self._lock:
            return sorted(self.waiting.entries.values(), key=lambda one: (one.bed_type, one.rank))

    def free(self, bed_no: str) -> None:
        """Let a bed become free, whoever has it, and call the next in line; raises RefusedError for an unknown one."""
        with self._lock:
            if bed_no not in self.places:
                raise RefusedError(HTTPStatus.NOT_FOUND, "bed_unknown", "Expected a bed of the platform")
            holder = self.taken.setdefault(bed_no, "elsewhere")
            if holder in self.offers:
                self.offers[holder].state = "expired"
            elif holder in self.stays:
                self.stays[holder] = None
            self._let_go(bed_no)

    def occupy(self, bed_type: str) -> None:
        """Let every free bed of a type be taken by people from elsewhere."""
        with self._lock:
            for place in self._free_places(bed_type):
                self.taken[place.bed_no] = "elsewhere"

    def _vacancies(self, key: str, question: dict[str, Any]) -> dict[str, Any]:
        """Give what is free of the type, the nearest first: whether it fits is for the asker to decide."""
        home = question["home_subdistrict"]
        with self._lock:
            self._end_holds()
            free = [place.offered(home) for place in self._free_places(question["bed_type"])]
        free.sort(key=lambda bed: (bed["distance_km"], bed["price"], bed["bed_no"]))
        return {"query_no": f"CX-{key}"[:64], "beds": free[:MAX_VACANCIES]}

    def _offer(self, key: str, question: dict[str, Any]) -> dict[str, Any]:
        if not question["consent_no"]:
            raise RefusedError(HTTPStatus.FORBIDDEN, "consent_missing", "Expected a separate consent")
        with self._lock:
            self._end_holds()
            place = self.places.get(question["bed_no"])
            if place is None or place.bed_no in self.taken:
                raise RefusedError(HTTPStatus.CONFLICT, "bed_taken", "Expected a free bed")
            offer_no = self._number("YP")
            until = question["reply_by"] + HELD
            offer = Offer(offer_no, place.bed_no, question, until, by_wall=until > datetime.now(UTC))
            self._keep(offer)
            self.taken[place.bed_no] = offer_no
            self._plan_reply(offer, place, key)
            return {"offer_no": offer_no, "held_until": until}

    def _keep(self, offer: Offer) -> None:
        """Remember an offer, and forget the oldest that is over when there are too many."""
        self.offers[offer.offer_no] = offer
        if len(self.offers) > MAX_OFFERS:
            over = next((number for number, one in self.offers.items() if not one.holds), offer.offer_no)
            del self.offers[over]

    def _plan_reply(self, offer: Offer, place: Place, key: str) -> None:
        reply = self.replies.reply_to(offer.asked)
        if reply.reply == "silent":
            return
        content = {
            "offer_no": offer.offer_no,
            "reply": reply.reply,
            "rejection": reply.rejection,
            "note": reply.note,
            "by": place.institution.name,
        }
        due = time.monotonic() + self.reply_after_s
        still_so = lambda: self._decide(offer, reply)  # noqa: E731 - binds the offer
        self.callbacks.plan(Callback("beds", "bed_reply", key, content, due, still_so))

    def _decide(self, offer: Offer, reply: Reply) -> bool:
        """Let the institution decide on an offer; say whether it still could."""
        with self._lock:
            if offer.state != "open":
                return False
            offer.state = reply.reply
            if reply.rejection == "no_bed":
                self.taken[offer.bed_no] = "elsewhere"
            elif reply.reply == "rejected":
                self._let_go(offer.bed_no)
            return True

    def _withdraw(self, _key: str, question: dict[str, Any]) -> dict[str, Any]:
        with self._lock:
            offer = self._known_offer(question["offer_no"])
            withdrawn = offer.holds
            if withdrawn:
                offer.state = "withdrawn"
                self._let_go(offer.bed_no)
            return {"withdrawn": withdrawn}

    def _enlist(self, key: str, question: dict[str, Any]) -> dict[str, Any]:
        with self._lock:
            self._count += 1
            entry = Waiting(**question, reference=key, number=self._count)
            self.waiting.entries[entry.referral_no] = entry
            return self._place(key, question)

    def _place(self, _key: str, question: dict[str, Any]) -> dict[str, Any]:
        with self._lock:
            found = self.waiting.place_of(question["referral_no"])
        if found is None:
            raise RefusedError(HTTPStatus.NOT_FOUND, "not_enlisted", "Expected somebody who waits")
        return dict(found)

    def _delist(self, _key: str, question: dict[str, Any]) -> dict[str, Any]:
        with self._lock:
            return {"delisted": self.waiting.entries.pop(question["referral_no"], None) is not None}

    def _admit(self, _key: str, question: dict[str, Any]) -> dict[str, Any]:
        with self._lock:
            offer = self._known_offer(question["offer_no"])
            if not offer.holds:
                raise RefusedError(HTTPStatus.NOT_FOUND, "offer_unknown", "Expected an offer that holds")
            stay_no = self._number("RZ")
            offer.state = "admitted"
            self.stays[stay_no] = offer.bed_no
            self.taken[offer.bed_no] = stay_no
            self.waiting.entries.pop(offer.asked["referral_no"], None)
            return {"stay_no": stay_no}

    def _discharge(self, _key: str, question: dict[str, Any]) -> dict[str, Any]:
        with self._lock:
            stay_no = question["stay_no"]
            if stay_no not in self.stays:
                raise RefusedError(HTTPStatus.NOT_FOUND, "stay_unknown", "Expected a stay of the platform")
            bed_no, self.stays[stay_no] = self.stays[stay_no], None
            if bed_no is not None:
                self._let_go(bed_no)
            return {"discharged": bed_no is not None}

    def _known_offer(self, offer_no: str) -> Offer:
        offer = self.offers.get(offer_no)
        if offer is None:
            raise RefusedError(HTTPStatus.NOT_FOUND, "offer_unknown", "Expected an offer of the platform")
        return offer

    def _free_places(self, bed_type: str) -> list[Place]:
        return [
            place
            for place in self.places.values()
            if place.institution.bed_type == bed_type and place.bed_no not in self.taken
        ]

    def _end_holds(self) -> None:
        wall = datetime.now(UTC)
        for offer in list(self.offers.values()):
            if offer.holds and offer.held_until <= (max(self._told, wall) if offer.by_wall else self._told):
                offer.state = "expired"
                self._let_go(offer.bed_no)

    def _let_go(self, bed_no: str) -> None:
        """Make a bed free and announce it to the first in line."""
        if self.taken.pop(bed_no, None) is None:
            return
        house = self.places[bed_no].institution
        turn = self.waiting.next_for(house.bed_type)
        if turn is not None:
            turn.called = True
            content = {
                "referral_no": turn.referral_no,
                "bed_type": house.bed_type,
                "institution": house.code,
            }
            due = time.monotonic() + self.reply_after_s
            self.callbacks.plan(Callback("beds", "bed_free", turn.reference, content, due))

    def _number(self, prefix: str) -> str:
        self._count += 1
        return f"{prefix}-{self._count:06d}"
