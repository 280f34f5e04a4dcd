"""The sandbox's page and the knobs that people and tests turn: faults, replies, scripts, persons, beds, time."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from flask import Flask, Response, jsonify, render_template
from marshmallow import Schema

from connectors.operations import Moment

from .body import read_body
from .faults import FaultsSchema
from .people import REGION
from .refusals import RefusedError
from .registry import PersonSchema
from .replies import RulesSchema
from .scripts import ScriptSchema

if TYPE_CHECKING:
    from .app import Sandbox

MAX_LISTED = 100


class Tick(Schema):
    """What `POST /sandbox/tick` is told."""

    now = Moment(required=True)


def offer_knobs(app: Flask, sandbox: Sandbox) -> None:
    """Offer the page, what sets the sandbox, and what was done."""
    _offer_page(app, sandbox)
    _offer_scripts(app, sandbox)
    _offer_beds(app, sandbox)

    @app.put("/sandbox/faults")
    def replace_faults() -> tuple[str, int]:
        wanted = FaultsSchema().load(read_body())
        sandbox.faults.replace(wanted["faults"], wanted["seed"])
        return "", HTTPStatus.NO_CONTENT

    @app.get("/sandbox/effects")
    def count_effects() -> Response:
        counted = sandbox.effects.counted()
        return jsonify(
            total=sum(counted.values()),
            keys=counted,
            asked=sandbox.effects.asked(),
            operations=sandbox.effects.operations(),
        )


def _offer_page(app: Flask, sandbox: Sandbox) -> None:
    @app.get("/")
    def show() -> str:
        return render_template(
            "sandbox.html",
            asked=sandbox.asked.latest()[:MAX_LISTED],
            arrived=sandbox.asked.arrived()[:MAX_LISTED],
            faults=sandbox.faults.listed(),
            callbacks=sandbox.callbacks.listed()[:MAX_LISTED],
            waiting=sandbox.beds.everybody_waiting(),
            taken=len(sandbox.beds.taken),
            places=len(sandbox.beds.places),
        )


def _offer_scripts(app: Flask, sandbox: Sandbox) -> None:
    @app.put("/sandbox/persons/<id_no>")
    def write_person_down(id_no: str) -> tuple[str, int]:
        if not (len(id_no) == 18 and id_no.startswith(REGION) and id_no[:17].isdecimal()):  # noqa: PLR2004 - digits
            raise RefusedError(HTTPStatus.UNPROCESSABLE_ENTITY, "not_invented", "Expected an invented person")
        sandbox.write_down(id_no.upper(), dict(PersonSchema().load(read_body())))
        return "", HTTPStatus.NO_CONTENT

    @app.put("/sandbox/scripts/<case>")
    def write_script_down(case: str) -> tuple[str, int]:
        sandbox.scripts.write_down(case, ScriptSchema().load({"answers": read_body()})["answers"])
        return "", HTTPStatus.NO_CONTENT

    @app.patch("/sandbox/scripts/<case>")
    def change_script(case: str) -> tuple[str, int]:
        sandbox.scripts.change(case, ScriptSchema().load({"answers": read_body()})["answers"])
        return "", HTTPStatus.NO_CONTENT


def _offer_beds(app: Flask, sandbox: Sandbox) -> None:
    @app.put("/sandbox/replies")
    def replace_replies() -> tuple[str, int]:
        wanted = RulesSchema().load(read_body())
        sandbox.beds.replies.replace(wanted["replies"], wanted["seed"])
        return "", HTTPStatus.NO_CONTENT

    @app.post("/sandbox/beds/<bed_no>/free")
    def free_bed(bed_no: str) -> tuple[str, int]:
        sandbox.beds.free(bed_no)
        return "", HTTPStatus.NO_CONTENT

    @app.post("/sandbox/tick")
    def tick() -> Response:
        sandbox.beds.tick(Tick().load(read_body())["now"])
        return jsonify(delivered=sandbox.callbacks.send_due(all_of_them=True))
