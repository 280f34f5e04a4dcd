"""What every verb of the engine is given: the database, the clock, the keys, the services, the connectors."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from engine import feel
from engine.calendars import Calendars
from engine.catalogue import Catalogue
from engine.people import Actor, Offices, read_actor, read_offices
from engine.spiff import ScriptEngine
from engine.state import to_ms
from engine.store import Database, StepStore
from engine.store.absence import AbsenceStore
from engine.store.alert_ledger import AlertLedgerStore
from engine.store.alert_messages import AlertMessageStore
from engine.store.alerts import AlertStore
from engine.store.announcing import AnnouncingStore
from engine.store.calendars import CalendarStore
from engine.store.dead_letters import DeadLetterStore
from engine.store.deadlines import DeadlineStore
from engine.store.definitions import DefinitionStore
from engine.store.deliveries import DeliveryStore
from engine.store.figures import FigureStore
from engine.store.filters import FilterStore
from engine.store.heartbeats import HeartbeatStore
from engine.store.inbox import InboxStore
from engine.store.incidents import IncidentStore
from engine.store.jobs import JobStore
from engine.store.kept_messages import KeptMessageStore
from engine.store.people import PeopleStore
from engine.store.reasons import ReasonStore
from engine.store.relations import RelationStore
from engine.store.schedules import ScheduleStore
from engine.store.searching import SearchStore
from engine.store.story_runs import StoryRunStore
from engine.store.subscriptions import SubscriptionStore
from engine.store.tokens import TokenStore
from engine.store.work import WorkStore

if TYPE_CHECKING:
    from engine.calendar import Calendar
    from engine.definitions import Definition, Groups
    from engine.ids import IdSource
    from engine.live import LiveCases
    from engine.playing.player import Player
    from engine.ports import Clock, Connector, Hooks, OperationShape
    from engine.sealing import Sealer
    from engine.store.alert_messages import AlertDigest


def _nobody_waits() -> None:
    """Stand in for a dispatcher where none runs."""


def _plain_mail(_language: str, mail: AlertDigest) -> tuple[str, str]:
    """Say what a mail about alerts tells, where nobody gave better words."""
    told = [f"{line.business_key} {line.deadline_id} {line.level}" for line in mail.lines]
    return f"Linbang: {mail.missed} missed, {mail.warned} warned", "\n".join(told)


def _plain_sms(_language: str, digest: AlertDigest) -> str:
    """Say what a short message about alerts tells, where nobody gave better words."""
    told = ", ".join(f"{line.business_key} {line.level}" for line in digest.lines)
    return f"Linbang: {digest.missed} missed, {digest.warned} warned: {told}"


@dataclass
class Runtime:
    """One installation for one authority (tenant). Shared by threads."""

    tenant_id: int
    database: Database
    steps: StepStore
    people: PeopleStore
    absence: AbsenceStore
    search: SearchStore
    inbox: InboxStore
    filters: FilterStore
    jobs: JobStore
    deliveries: DeliveryStore
    incidents: IncidentStore
    kept: KeptMessageStore
    dead_letters: DeadLetterStore
    relations: RelationStore
    schedules: ScheduleStore
    deadlines: DeadlineStore
    tokens: TokenStore
    subscriptions: SubscriptionStore
    alerts: AlertStore
    alert_messages: AlertMessageStore
    announcing: AnnouncingStore
    alert_ledger: AlertLedgerStore
    heartbeats: HeartbeatStore
    work: WorkStore
    figures: FigureStore
    reasons: ReasonStore
    story_runs: StoryRunStore
    catalogue: Catalogue
    clock: Clock
    ids: IdSource
    sealer: Sealer
    calendars: Calendars
    groups: Groups
    offices: Offices = field(default_factory=Offices)
    connectors: Mapping[str, Connector] = field(default_factory=dict)
    live: LiveCases | None = None
    """Cases kept as objects between their steps; None where every step reads its case anew."""
    hooks: Hooks | None = None
    """Posts to machines; None where nothing is told to any."""
    wake: Callable[[], None] = _nobody_waits
    """Tells the dispatcher, after a commit, that something is due now."""

    mail_words: Callable[[str, AlertDigest], tuple[str, str]] = _plain_mail
    """Gives subject and text of a mail about alerts in a language; the web has the words."""

    sms_words: Callable[[str, AlertDigest], str] = _plain_sms
    """Gives the text of a short message about alerts in a language; the web has the words."""

    beaten_at: float = float("-inf")
    """When this process last noted a heartbeat, on the `time.monotonic` scale."""

    offered: Mapping[str, Any] = field(default_factory=dict)
    """Operations of outside systems by name, with an address or not: shapes of answers given by hand."""
    player: Player | None = None
    """What plays the stories of services; None where nobody does."""

    @property
    def calendar(self) -> Calendar:
        """Give the calendar of the house: what is counted outside of cases, and the business zone."""
        return self.calendars.known.house

    def operation(self, name: str) -> Any:
        """Give an operation such as `registry.sweep`, or None when no connector says what it is."""
        system, _, own = name.partition(".")
        connector = self.connectors.get(system)
        found = connector.operations.get(own) if connector is not None else None
        return found if found is not None else self.offered.get(name)

    def now_ms(self) -> int:
        """Give the present moment in milliseconds."""
        return to_ms(self.clock.now())

    def today(self) -> date:
        """Give the present day in the business zone."""
        return self.calendar.local_date(self.clock.now())

    def actor(self, person_id: int) -> Actor | None:
        """Read who a person is today and for whom they stand in; None for one who may not sign in."""
        return read_actor(self.people, person_id, self.today())

    def environment(self, now: datetime | None = None) -> feel.Environment:
        """Give what expressions may learn of the world; the clock stands still for the length of a step."""
        moment = now or self.clock.now()
        return feel.Environment(now=lambda: moment, zone=self.calendar.zone, calendar=self.calendar)

    def evaluator(
        self, definition: Definition, now: datetime | None = None
    ) -> Callable[[str, Mapping[str, Any]], Any]:
        """Give what evaluates a service's expressions for variables, at one moment."""
        environment = self.environment(now)

        def evaluate(text: str, variables: Mapping[str, Any]) -> Any:
            return feel.compile(text, names=definition.names).evaluate(variables, environment)

        return evaluate

    def script_engine(self, definition: Definition, now: datetime) -> ScriptEngine:
        """Make the evaluator for one step of a case of this definition."""
        return ScriptEngine(self.environment(now), definition.names, definition.decisions)


def open_runtime(
    database: Database,
    *,
    clock: Clock,
    ids: IdSource,
    sealer: Sealer,
    calendar: Calendar,
    groups: Groups,
    connectors: Mapping[str, Connector] | None = None,
    operations: Mapping[str, OperationShape] | None = None,
    tenant_id: int = 1,
) -> Runtime:
    """Put an installation together; its tables must exist. Offices are read now.

    operations: what diagrams may ask of outside systems; None leaves that unchecked. calendar: what is counted by
    until the installation keeps editions of its own.
    """
    people = PeopleStore(database, tenant_id)
    runtime: Runtime
    calendars = Calendars(CalendarStore(database, tenant_id), lambda: runtime.offices, calendar)
    runtime = Runtime(
        tenant_id=tenant_id,
        database=database,
        steps=StepStore(database, tenant_id),
        people=people,
        absence=AbsenceStore(database, tenant_id),
        search=SearchStore(database, tenant_id),
        inbox=InboxStore(database, tenant_id),
        filters=FilterStore(database, tenant_id),
        jobs=JobStore(database, tenant_id),
        deliveries=DeliveryStore(database, tenant_id),
        incidents=IncidentStore(database, tenant_id),
        kept=KeptMessageStore(database, tenant_id),
        dead_letters=DeadLetterStore(database, tenant_id),
        relations=RelationStore(database, tenant_id),
        schedules=ScheduleStore(database, tenant_id),
        deadlines=DeadlineStore(database, tenant_id),
        tokens=TokenStore(database, tenant_id),
        subscriptions=SubscriptionStore(database, tenant_id),
        alerts=AlertStore(database, tenant_id),
        alert_messages=AlertMessageStore(database, tenant_id),
        announcing=AnnouncingStore(database, tenant_id),
        alert_ledger=AlertLedgerStore(database, tenant_id),
        heartbeats=HeartbeatStore(database, tenant_id),
        work=WorkStore(database, tenant_id),
        figures=FigureStore(database, tenant_id),
        reasons=ReasonStore(database, tenant_id),
        story_runs=StoryRunStore(database, tenant_id),
        catalogue=Catalogue(DefinitionStore(database, tenant_id), groups, operations, calendars),
        clock=clock,
        ids=ids,
        sealer=sealer,
        calendars=calendars,
        groups=groups,
        offices=read_offices(people),
        connectors=connectors or {},
    )
    return runtime
