"""Diagrams of other engines made services: designers bring files, see what needs a hand, and go on to deploy."""

from __future__ import annotations

from contextlib import suppress
from io import BytesIO
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from flask import Blueprint, Response, redirect, render_template, request, send_file, url_for

from engine import deploying, importing
from engine.confined import Limits
from engine.definitions import Bundle
from engine.definitions.bundle import MAX_BUNDLE_BYTES, MAX_FILE_BYTES, MAX_FILES
from engine.errors import InvalidInput, NotAllowed, NotFound
from webui.auth import actor, signed_in
from webui.kept_imports import KeptImports, counts
from webui.kept_uploads import KeptUploads
from webui.language import language
from webui.page import installation
from webui.wiring import operations
from webui.words import group_name
from webui.words.definitions import problem_rows
from webui.words.importing import drawn_in, error_words, note_rows

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from engine.importing import Imported, Service
    from engine.problems import Problem

pages = Blueprint("importing", __name__, url_prefix="/import")


@pages.get("/")
@signed_in
def choose() -> Any:
    """Take the files of another engine from a designer."""
    _designer()
    return _choose()


@pages.post("/")
@signed_in
def convert() -> Any:
    """Make services of the files, check them, and lead to what became of each."""
    person_id = _designer()
    try:
        sources = importing.gather(_sent())
        made, problems = _converted(sources)
    except InvalidInput as exc:
        return _choose(problem=error_words(exc)), 422
    digest = _kept().keep(person_id, made, problems, sources.left_out)
    if len(made.services) == 1 and not made.notes and not sources.left_out:
        return redirect(url_for("importing.show", digest=digest, key=made.services[0].key), 303)
    return redirect(url_for("importing.overview", digest=digest), 303)


@pages.get("/<digest>/")
@signed_in
def overview(digest: str) -> Any:
    """List the services that were made, and what could not be made."""
    try:
        found = _kept().overview(_designer(), digest)
    except InvalidInput as exc:
        return _choose(problem=error_words(exc)), 422
    return render_template(
        "import_report.html",
        digest=digest,
        services=found.services,
        lost=note_rows(found.notes),
        left_out=found.left_out,
    )


@pages.get("/<digest>/<key>")
@signed_in
def show(digest: str, key: str) -> Any:
    """Show what became of the diagrams of one service."""
    try:
        return _show(digest, *_service(digest, key))
    except InvalidInput as exc:
        return _choose(problem=error_words(exc)), 422


@pages.get("/<digest>/<key>/files.zip")
@signed_in
def download(digest: str, key: str) -> Any:
    """Give a service that was made as a zip."""
    bundle = _bundle(_service(digest, key)[0])
    return send_file(
        BytesIO(bundle.to_zip()), "application/zip", as_attachment=True, download_name=f"{key}.zip"
    )


@pages.get("/<digest>/<key>/diagrams/<process>.bpmn")
@signed_in
def diagram(digest: str, key: str, process: str) -> Any:
    """Give a diagram of a service that was made."""
    content = _service(digest, key)[0].files.get(f"{process}.bpmn")
    if content is None:
        raise NotFound("Expected a diagram of this service, but there is none", code="diagram_unknown")
    return Response(content, mimetype="application/xml")


@pages.post("/<digest>/<key>")
@signed_in
def go_on(digest: str, key: str) -> Any:
    """Check a service once more as an upload; lead to the page that deploys it, or show what has to be mended."""
    person_id = _designer()
    try:
        service, _problems = _service(digest, key)
        bundle = _bundle(service)
        found = deploying.check(installation().runtime, actor(), bundle)
    except InvalidInput as exc:
        return _choose(problem=error_words(exc)), 422
    if found.definition is None:
        return _show(digest, service, found.problems), 422
    KeptUploads(installation().settings.data_dir / "uploads").keep(person_id, bundle)
    return redirect(url_for("definitions.review", digest=bundle.digest), 303)


def _choose(problem: str = "") -> str:
    groups = installation().runtime.groups
    mega = 1024 * 1024
    return render_template(
        "import.html",
        problem=problem,
        groups=sorted((group_name(groups, one), one) for one in groups),
        chosen={name: request.form.get(name, "") for name in ("group", "language")},
        kinds=importing.KINDS,
        limits={"files": MAX_FILES, "each": MAX_FILE_BYTES // mega, "whole": MAX_BUNDLE_BYTES // mega},
    )


def _sent() -> Iterator[tuple[str, bytes]]:
    """Give the files that were sent, each no longer than tells that it is too long."""
    for one in (*request.files.getlist("files"), *request.files.getlist("folder")):
        if one.filename and importing.is_of(one.filename, (".zip",)):
            yield one.filename, one.stream.read(MAX_BUNDLE_BYTES + 1)
        elif one.filename:
            wanted = importing.is_of(one.filename, importing.KINDS)
            yield one.filename, one.stream.read(MAX_FILE_BYTES + 1) if wanted else b""


def _converted(sources: importing.Sources) -> tuple[Imported, Sequence[Sequence[Problem] | None]]:
    """Convert and check in processes of their own."""
    groups, gate = installation().runtime.groups, installation().runtime.catalogue.gate
    limits = gate.limits if gate is not None else Limits()
    made = importing.convert_apart(
        sources.files,
        groups,
        group=request.form.get("group", ""),
        language=request.form.get("language") or None,
        limits=limits,
    )
    problems: Sequence[Sequence[Problem] | None] = [None] * len(made.services)
    with suppress(InvalidInput):  # what was made is shown though it takes too long to check all of it
        problems = importing.judge_apart(made.services, groups, operations(), limits=limits)
    return made, problems


def _show(digest: str, service: Service, problems: Sequence[Problem] | None) -> str:
    drawn = drawn_in(service)
    figures = {
        element: f"diagram-{number}" for number, ids in enumerate(drawn.values(), 1) for element in ids
    }
    by_hand = [note for note in service.notes if note.result == "by_hand"]
    marked = sorted({note.element for note in by_hand if note.element is not None})
    offered = operations()
    return render_template(
        "import_service.html",
        digest=digest,
        row=counts(service, problems),
        by_hand=note_rows(by_hand, figures),
        translated=note_rows([note for note in service.notes if note.result == "translated"], figures),
        operations=[(name, name in offered) for name in sorted(service.operations)],
        problems=None if problems is None else problem_rows(problems, language()),
        diagrams=[
            {
                "id": f"diagram-{number}",
                "name": process,
                "href": url_for("importing.diagram", digest=digest, key=service.key, process=process),
                "facts": {"overdue": [one for one in marked if one in set(ids)]},
            }
            for number, (process, ids) in enumerate(drawn.items(), 1)
        ],
    )


def _service(digest: str, key: str) -> tuple[Service, Sequence[Problem] | None]:
    found = _kept().service(_designer(), digest, key)
    if found is None:
        raise NotFound(f"Expected a service {key!r} that was made, but there is none", code="service_unknown")
    return found


def _bundle(service: Service) -> Bundle:
    return Bundle(service.key, MappingProxyType(dict(service.files)))


def _kept() -> KeptImports:
    return KeptImports(installation().settings.data_dir / "imports")


def _designer() -> int:
    """Give who asks; raises NotAllowed (`not_a_designer`)."""
    person = actor()
    if not deploying.may_deploy(person) or person.person_id is None:
        raise NotAllowed("Expected a designer, but this person has another role", code="not_a_designer")
    return person.person_id
