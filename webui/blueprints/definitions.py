"""Services as files: versions to look at and download; designers upload, see what differs, and deploy."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING, Any

from flask import Blueprint, Response, flash, redirect, render_template, request, send_file, url_for
from flask_babel import gettext as _

from engine import deploying, playing
from engine.definitions import SHARED, read_shared, read_zip
from engine.definitions.bundle import MAX_BUNDLE_BYTES, MAX_FILE_BYTES, MAX_FILES
from engine.definitions.difference import difference
from engine.errors import InvalidInput, InvalidState, NotFound
from engine.migration.previews import may_look
from engine.store.definitions import MAX_COUNTED, DefinitionRow
from webui.auth import actor, signed_in
from webui.kept_uploads import KeptUploads
from webui.language import language
from webui.page import installation
from webui.sent_bundles import sent_bundle
from webui.story_view import marks, rule_times, stories_panel
from webui.words import message_of, moment_words, person_name, service_name
from webui.words.decisions import decision_list, decision_words
from webui.words.definitions import problem_rows, shared_words
from webui.words.diagrams import drawn_names
from webui.words.differences import Version, diagram_marks, file_rows

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engine.definitions import Bundle, Definition
    from engine.definitions.difference import Difference
    from engine.playing import Run

MAX_VERSIONS = 100
"""So many versions of a service are listed, the newest ones."""

pages = Blueprint("definitions", __name__, url_prefix="/definitions")


@pages.get("/")
@signed_in
def listing() -> Any:
    """List the services with their newest versions, and take a file from a designer."""
    return _listing()


def _listing(**more: Any) -> str:
    catalogue = installation().runtime.catalogue
    services = catalogue.services()
    newest = {key: catalogue.versions(key) for key in services}
    running = catalogue.running([row.id for rows in newest.values() for row in rows[:MAX_VERSIONS]])
    entries = []
    for key, (_id, definition) in services.items():
        rows = newest[key]
        entries.append(
            _version_row(rows[0], running)
            | {
                "key": key,
                "name": service_name(definition),
                "versions": len(rows),
                "earlier": _count(sum(running.get(row.id, 0) for row in rows[1:])),
            }
        )
    return render_template("definitions.html", entries=entries, **_upload_facts(), **more)


@pages.get("/<key>")
@signed_in
def show(key: str) -> Any:
    """Show the versions of a service and the diagrams of one of them, the newest unless another is asked for."""
    rows = _versions(key)
    asked = request.args.get("version", "")
    chosen = next((row for row in rows if str(row.version) == asked), rows[0])
    definition = installation().runtime.catalogue.get(chosen.id)
    running = installation().runtime.catalogue.running([row.id for row in rows[:MAX_VERSIONS]])
    run = playing.known(installation().runtime, chosen.digest)
    stories = _stories(definition, run, request.args.get("story", ""), chosen.version)
    return render_template(
        "definition.html",
        key=key,
        name=service_name(definition),
        summary=definition.texts.get(language(), "service", "summary"),
        versions=[_version_row(row, running) for row in rows[:MAX_VERSIONS]],
        left=max(0, len(rows) - MAX_VERSIONS),
        behind=_count(sum(running.get(row.id, 0) for row in rows[1:])) if may_look(actor()) else "0",
        chosen=chosen,
        files=len(definition.bundle.files),
        shared=shared_words(definition.bundle, _shared()),
        diagrams=[
            {
                "name": definition.texts.say(language(), "processes", process),
                "href": url_for("definitions.diagram", key=key, version=chosen.version, process=process),
                "facts": {"names": drawn_names(definition, process)}
                | marks(definition, process, run.record if run else None, stories["chosen"]),
            }
            for process in definition.processes
        ],
        stories=stories,
        may_play=deploying.may_deploy(actor()),
        decisions=decision_list(definition),
    )


@pages.get("/<key>/<int:version>/decisions/<decision>")
@signed_in
def decision(key: str, version: int, decision: str) -> Any:
    """Show a decision of a version as a table, with what the checks say of its cells."""
    row = _version(key, version)
    definition = installation().runtime.catalogue.get(row.id)
    found = definition.decisions.get(decision)
    if found is None:
        raise NotFound(f"Expected a decision {decision!r} in {key!r}, but there is none", code="no_decision")
    run = playing.known(installation().runtime, row.digest)
    return render_template(
        "definition_decision.html",
        key=key,
        name=service_name(definition),
        version=version,
        decision=decision_words(found, language()),
        hits=rule_times(run.record if run is not None else None),
    )


@pages.get("/<key>/<int:version>.zip")
@signed_in
def download(key: str, version: int) -> Any:
    """Give a version as the zip that it was deployed from, shared parts among its files."""
    content = installation().runtime.catalogue.content(_version(key, version).id)
    return send_file(
        BytesIO(content), "application/zip", as_attachment=True, download_name=f"{key}-{version}.zip"
    )


@pages.get("/<key>/<int:version>/diagrams/<process>.bpmn")
@signed_in
def diagram(key: str, version: int, process: str) -> Any:
    """Give a diagram of a version."""
    return _drawing(installation().runtime.catalogue.get(_version(key, version).id), process)


@pages.get("/<key>/<int:version>/changes")
@signed_in
def changes(key: str, version: int) -> Any:
    """Show what differs between a version and the one before, or another one that is asked for."""
    rows = _versions(key)
    new = _version(key, version)
    asked = request.args.get("since", "")
    since = next((row for row in rows if str(row.version) == asked), None)
    old = since or next((row for row in rows if row.version < version), None)
    was = _stored(old) if old is not None else None
    now = _stored(new)
    found = difference(was.bundle if was else None, now.bundle)
    return render_template(
        "definition_changes.html",
        key=key,
        name=service_name(now.definition) if now.definition else key,
        version=new,
        since=old,
        same=found.same,
        files=file_rows(found, was, now),
        diagrams=_drawings(found, was, now, old, _address(key, version)),
    )


@pages.post("/-/check")
@signed_in
def check() -> Any:
    """Check an uploaded service; lead to what differs, or show everything that has to be mended."""
    person = actor()
    runtime = installation().runtime
    try:
        bundle = read_zip(*sent_bundle(), _shared())
        found = deploying.check(runtime, person, bundle)
    except InvalidInput as exc:
        return _listing(problem=message_of(exc)), 422
    if found.definition is None:
        rows = problem_rows(found.problems, language())
        return _listing(problems=rows, uploaded=bundle, shared=shared_words(bundle, _shared())), 422
    assert person.person_id is not None
    _kept().keep(person.person_id, bundle)
    return redirect(url_for("definitions.review", digest=bundle.digest), 303)


@pages.get("/-/<digest>")
@signed_in
def review(digest: str) -> Any:
    """Show what differs between the running version and a checked upload, with the form that deploys it."""
    try:
        return _review(_upload(digest))
    except InvalidInput as exc:
        return _listing(problem=message_of(exc)), 422


@pages.post("/-/<digest>/stories")
@signed_in
def play(digest: str) -> Any:
    """Play the stories of a checked upload, and lead back to the page that waits for them."""
    try:
        bundle = _upload(digest)
    except InvalidInput as exc:
        return _listing(problem=message_of(exc)), 422
    checked = deploying.check(installation().runtime, actor(), bundle)
    if checked.definition is not None:
        deploying.prove(installation().runtime, checked.definition)
    return redirect(url_for("definitions.review", digest=digest, _anchor="stories"), 303)


@pages.get("/-/<digest>/diagrams/<process>.bpmn")
@signed_in
def uploaded_diagram(digest: str, process: str) -> Any:
    """Give a diagram of a checked upload."""
    bundle = _upload(digest)
    checked = deploying.check(installation().runtime, actor(), bundle)
    if checked.definition is None:
        raise NotFound("Expected an upload without errors, but it has some", code="diagram_unknown")
    return _drawing(checked.definition, process)


@pages.post("/-/<digest>/deploy")
@signed_in
def deploy(digest: str) -> Any:
    """Deploy what was shown, unless somebody else has deployed another version meanwhile."""
    person, runtime = actor(), installation().runtime
    note, onto = request.form.get("note", ""), request.form.get("onto", "")
    try:
        bundle = _upload(digest)
    except InvalidInput as exc:
        return _listing(problem=message_of(exc)), 422
    try:
        number = int(onto) if onto.isdigit() and len(onto) < 10 else 0  # noqa: PLR2004 - a version
        without = request.form.get("without_stories") == "1"
        row, _problems = deploying.deploy(runtime, person, bundle, note, onto=number, without_stories=without)
    except InvalidInput as exc:
        return _review(bundle, problem=message_of(exc), note=note), 422
    except InvalidState as exc:
        return _review(bundle, problem=message_of(exc), note=note), 409
    assert person.person_id is not None
    _kept().forget(person.person_id, digest)
    name = service_name(runtime.catalogue.get(row.id))
    flash(_("%(name)s: version %(number)s is deployed.", name=name, number=row.version), "success")
    return redirect(url_for("definitions.show", key=bundle.key))


def _review(bundle: Bundle, *, problem: str | None = None, note: str = "") -> Any:
    runtime = installation().runtime
    checked = deploying.check(runtime, actor(), bundle)
    if checked.definition is None:  # what the installation offers has changed since
        return _listing(problems=problem_rows(checked.problems, language()), uploaded=bundle), 422
    versions = runtime.catalogue.versions(bundle.key)
    newest = versions[0] if versions else None
    was = _stored(newest) if newest is not None else None
    now = Version(bundle, checked.definition)
    found = difference(was.bundle if was else None, bundle)
    running = runtime.catalogue.running([row.id for row in versions[:MAX_VERSIONS]])
    run = playing.known(runtime, bundle.digest)
    told = playing.problems_of(run, checked.definition) if run is not None and run.ended_at else []
    return render_template(
        "definition_review.html",
        key=bundle.key,
        name=service_name(checked.definition),
        digest=bundle.digest,
        bundle=bundle,
        shared=shared_words(bundle, _shared()),
        newest=_version_row(newest, running) if newest else None,
        number=newest.version + 1 if newest else 1,
        earlier=next((row for row in versions[1:] if row.digest == bundle.digest), None),
        staying=_count(sum(running.values())),
        problems=problem_rows(checked.problems, language()),
        stories=_stories(checked.definition, run) | {"findings": problem_rows(told, language())},
        same=found.same,
        files=file_rows(found, was, now),
        diagrams=_drawings(found, was, now, newest, _uploaded_address(bundle.digest)),
        problem=problem,
        note=note,
    )


def _stories(definition: Definition, run: Run | None, chosen: str = "", version: int = 0) -> dict[str, Any]:
    """Give the words of a version's stories."""
    calendar = installation().runtime.calendar
    return {**stories_panel(definition, run, calendar, chosen), "version": version}


def _drawings(
    found: Difference, was: Version | None, now: Version, old: DefinitionRow | None, address: Any
) -> dict[str, list[dict[str, Any]]]:
    """Give the drawings of the diagrams whose elements differ, by file: the old one and the new one."""
    drawings: dict[str, list[dict[str, Any]]] = {}
    for one in found.of_kind("diagram"):
        before, after = diagram_marks(one)
        sides = []
        if was is not None and was.definition is not None and old is not None and one.status == "changed":
            sides += _drawn(was.definition, one.file, before, _address(old.key, old.version), "old")
        if now.definition is not None and one.status == "changed":
            sides += _drawn(now.definition, one.file, after, address, "new")
        if one.parts:
            drawings[one.file] = sides
    return drawings


def _drawn(
    definition: Definition, file: str, marks: dict[str, list[str]], address: Any, side: str
) -> list[dict[str, Any]]:
    return [
        {
            "side": side,
            "href": address(process),
            "name": definition.texts.say(language(), "processes", process),
            "facts": {"names": drawn_names(definition, process), **marks},
        }
        for process, drawn_in in definition.processes.items()
        if drawn_in == file
    ]


def _address(key: str, version: int) -> Any:
    return lambda process: url_for("definitions.diagram", key=key, version=version, process=process)


def _uploaded_address(digest: str) -> Any:
    return lambda process: url_for("definitions.uploaded_diagram", digest=digest, process=process)


def _drawing(definition: Definition, process: str) -> Response:
    if process not in definition.processes:
        raise NotFound("Expected a diagram of this service, but there is none", code="diagram_unknown")
    return Response(definition.bundle.files[definition.processes[process]], mimetype="application/xml")


def _upload(digest: str) -> Bundle:
    person_id = actor().person_id
    assert person_id is not None
    return _kept().read(person_id, digest)


def _kept() -> KeptUploads:
    return KeptUploads(installation().settings.data_dir / "uploads")


def _shared() -> dict[str, bytes]:
    return read_shared(installation().settings.processes_dir / SHARED)


def _stored(row: DefinitionRow) -> Version:
    """Give a deployed version; without its meaning where the checks have become stricter since."""
    catalogue = installation().runtime.catalogue
    try:
        definition = catalogue.get(row.id)
    except InvalidInput:
        return Version(read_zip(catalogue.content(row.id)), None)
    return Version(definition.bundle, definition)


def _versions(key: str) -> Sequence[DefinitionRow]:
    rows = installation().runtime.catalogue.versions(key)
    if not rows:
        raise NotFound(f"Expected a deployed service {key!r}, but there is none", code="service_unknown")
    return rows


def _version(key: str, version: int) -> DefinitionRow:
    found = next((row for row in _versions(key) if row.version == version), None)
    if found is None:
        raise NotFound(f"Expected a version {version} of {key}, but there is none", code="definition_unknown")
    return found


def _version_row(row: DefinitionRow, running: dict[int, int]) -> dict[str, Any]:
    runtime = installation().runtime
    by = runtime.people.person(person_id=row.deployed_by) if row.deployed_by is not None else None
    return {
        "number": row.version,
        "at": moment_words(row.deployed_at, runtime.calendar),
        "by": person_name(by) if by is not None else _("the operator's command"),
        "note": row.note,
        "stories": row.stories,
        "running": _count(running.get(row.id, 0)),
        "digest": row.digest[:12],
    }


def _count(number: int) -> str:
    return f"{MAX_COUNTED}+" if number >= MAX_COUNTED else str(number)


def _upload_facts() -> dict[str, Any]:
    mega = 1024 * 1024
    return {
        "may_deploy": deploying.may_deploy(actor()),
        "limits": {"files": MAX_FILES, "each": MAX_FILE_BYTES // mega, "whole": MAX_BUNDLE_BYTES // mega},
    }
