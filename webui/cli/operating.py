"""Commands for those who run an installation: serve, deploy, verify."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import click

from connectors.sandbox import Sandbox, Served
from connectors.sandbox import run as run_sandbox
from connectors.sandbox.faults import at_random
from engine import audit, deploying
from engine.errors import InvalidInput
from engine.store.definitions import DefinitionRow
from webui import demo, fleet, serving
from webui.anchors import anchor
from webui.logs import log_plainly
from webui.settings import EMBEDDED, WORKERS, Settings
from webui.wiring import open_installation

from .printing import as_json, failing_plainly, in_language, print_json, print_problems, problem_record
from .services import read_service


@click.command()
@click.option("--demo", "demo", is_flag=True, help="Show the demo's clock and accounts.")
@click.option(
    "--background",
    type=click.Choice([EMBEDDED, WORKERS]),
    help="Run due jobs in this process, or leave them to workers; else as LINBANG_BACKGROUND says.",
)
@click.option(
    "--processes",
    default=1,
    show_default=True,
    type=click.IntRange(1, fleet.MAX_PROCESSES),
    help="How many processes serve pages; several only with --background none.",
)
@failing_plainly
def serve(*, demo: bool, background: str | None, processes: int) -> None:
    """Serve the application with background work, or beside workers, until it is told to stop."""
    log_plainly()
    settings = Settings.from_environment(demo=demo)
    settings = replace(settings, background=background or settings.background)
    if settings.background == WORKERS:
        fleet.check(settings)
    if processes > 1:
        fleet.serve(settings, processes, _say_where)
        return
    with open_installation(settings) as found:
        serving.serve(found, _say_where, play_outside=demo)


@click.command()
@click.option(
    "--calls",
    default=fleet.CALLS,
    show_default=True,
    type=click.IntRange(1, fleet.MAX_CALLS),
    help="How many outside systems it asks at once.",
)
@failing_plainly
def worker(*, calls: int) -> None:
    """Run due jobs beside other workers until it is told to stop; needs PostgreSQL."""
    log_plainly()
    settings = replace(Settings.from_environment(), background=WORKERS)
    fleet.check(settings)
    fleet.work(settings, calls, lambda: click.echo(f"worker {settings.worker_name} works"))


@click.command("demo")
@click.option("--cases", default=demo.CASES, show_default=True, type=click.IntRange(0, demo.MAX_CASES))
@failing_plainly
def demo_(cases: int) -> None:
    """Serve a demo: one district with its staff and cases in every state. Data in LINBANG_DATA_DIR."""
    log_plainly()
    settings = replace(Settings.from_environment(demo=True), background=EMBEDDED)
    with open_installation(settings) as found:
        if not found.runtime.offices.rows:
            click.echo(f"Making the demo's data, {cases} cases …")

            def tell(done: int, of: int) -> None:
                if done % 20 == 0:
                    click.echo(f"  {done} of {of} cases")

            demo.fill(found, tell, cases=cases)

        def ready(address: str, sandbox: str | None) -> None:
            _say_where(address, sandbox)
            click.echo(
                "Accounts (the password is the user name; clerk.shiqiao, clerk.wutong … work next door):"
            )
            for row in found.runtime.people.persons():
                if "." in row.username:
                    continue
                groups = ", ".join(sorted({group for group, _ in found.runtime.people.memberships(row.id)}))
                click.echo(f"  {row.username:<12} {row.name}  {groups or row.roles}")

        serving.serve(found, ready, play_outside=True)


@click.command()
@click.argument("path", type=click.Path(exists=True, path_type=Path))
@click.option("--note", default="", help="Why this version.")
@click.option(
    "--without-stories",
    is_flag=True,
    help="Deploy without playing its stories: for an emergency, and recorded.",
)
@in_language
@as_json
@failing_plainly
def deploy(path: Path, note: str, *, without_stories: bool, language: str, as_json: bool) -> None:
    """Deploy a service, a folder or a zip, after its stories went well. With errors, nothing is changed."""
    bundle = read_service(path)
    with open_installation(Settings.from_environment()) as found:
        runtime = found.runtime
        row = DefinitionRow(runtime.ids.next(), bundle.key, 0, bundle.digest, runtime.now_ms(), None, note)
        try:
            added, problems = deploying.add(runtime, bundle, row, without_stories=without_stories)
        except InvalidInput as exc:
            problems = exc.details.get("problems", [])
            if as_json:
                print_json(
                    {"ok": False, "problems": [problem_record(problem, language) for problem in problems]}
                )
            else:
                print_problems(problems, err=True, language=language)
                click.echo(f"linbang: {exc.message}; nothing was deployed", err=True)
            sys.exit(1)
    if as_json:
        print_json(
            {
                "ok": True,
                "version": added.version,
                "stories": added.stories,
                "problems": [problem_record(problem, language) for problem in problems],
            }
        )
    else:
        print_problems(problems, language=language)
        click.echo(f"{bundle.key}: version {added.version}")


@click.command()
@click.option("--port", default=8090, show_default=True)
@click.option("--mail-port", default=8025, show_default=True)
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option(
    "--faults", default=0.0, type=click.FloatRange(0, 1), help="Share of the questions that goes wrong."
)
@click.option("--seed", default=0, show_default=True, help="What the faults and the replies are drawn from.")
@failing_plainly
def sandbox(host: str, port: int, mail_port: int, faults: float, seed: int) -> None:
    """Play the outside systems over HTTP and SMTP, with faults on demand.

    Replies to offers are posted to LINBANG_SANDBOX_CALLBACK_URL, signed with LINBANG_BEDS_SECRET.
    """
    log_plainly()
    settings = Settings.from_environment()
    secret = settings.given(("LINBANG_BEDS_SECRET",)).get("LINBANG_BEDS_SECRET", "")
    played = Sandbox(
        callback_url=settings.sandbox_callback_url,
        secret=secret.encode(),
        reply_after_s=settings.sandbox_reply_s,
    )
    played.faults.replace(at_random(faults), seed)
    played.beds.replies.replace([], seed)

    def ready(served: Served) -> None:
        click.echo(f"the sandbox answers at {served.url}; Linbang asks it with")
        for name, value in served.settings.items():
            click.echo(f"  {name}={'…' if name.endswith('SECRET') else value}")

    run_sandbox(played, ready, host=host, port=port, mail_port=mail_port)


@click.group("audit")
def audit_() -> None:
    """The chain of every case's history."""


@audit_.command()
@click.option(
    "--anchor", type=click.Path(exists=True, path_type=Path), help="Compare with heads kept outside."
)
@as_json
@failing_plainly
def verify(anchor: Path | None, *, as_json: bool) -> None:
    """Find every history row that was changed, removed or reordered."""
    with open_installation(Settings.from_environment()) as found:
        faults = list(audit.verify(found.runtime, found.cases))
        if anchor is not None:
            faults += audit.compare_with_anchor(found.cases, anchor.read_text("utf-8").splitlines())
    if as_json:
        listed = [
            {"case": str(fault.process_instance_id), "seq": fault.seq, "reason": fault.reason}
            for fault in faults
        ]
        print_json({"ok": not faults, "faults": listed})
    else:
        for fault in faults:
            click.echo(f"case {fault.process_instance_id}, row {fault.seq}: {fault.reason}")
        click.echo("every history is whole" if not faults else f"{len(faults)} faults")
    sys.exit(1 if faults else 0)


@audit_.command("anchor")
@failing_plainly
def anchor_() -> None:
    """Write the head of every history to a dated file beside the database, to be kept elsewhere."""
    with open_installation(Settings.from_environment()) as found:
        click.echo(str(anchor(found)))


@click.command()
@as_json
@failing_plainly
def doctor(*, as_json: bool) -> None:
    """Recompute tasks, inbox and jobs from the cases' states; show any difference, and alerts that reached nobody."""
    with open_installation(Settings.from_environment()) as found:
        differences = [*audit.examine(found.runtime, found.cases), *audit.examine_alerts(found.runtime)]
    if as_json:
        listed = [{"case": one.business_key, "what": one.what, "detail": one.detail} for one in differences]
        print_json({"ok": not differences, "differences": listed})
    else:
        for one in differences:
            click.echo(f"{one.business_key}: {one.what}: {one.detail}")
        click.echo(
            "inbox and jobs are as the states say" if not differences else f"{len(differences)} differences"
        )
    sys.exit(1 if differences else 0)


def _say_where(address: str, sandbox: str | None) -> None:
    click.echo(f"Linbang answers at {address}")
    if sandbox:
        click.echo(f"The outside systems are played at {sandbox}")


COMMANDS = (serve, worker, demo_, deploy, sandbox, audit_, doctor)
