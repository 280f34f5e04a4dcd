"""A person at the browser: signs in, finds work, fills forms by their labels, and sees what a person sees."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from typing import TYPE_CHECKING, Any

from playwright.sync_api import ViewportSize, expect

from . import households
from .clock import ZONE, Clock, sign_in_unseen
from .unseen import ALLOWANCE, Unseen

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Locator, Page

    from .running import Server

REQUIRED = r"(\s*\*?\s*\(required\))?"
WIDE: ViewportSize = {"width": 1280, "height": 800}
NARROW: ViewportSize = {"width": 320, "height": 640}
LOOKS, LOOK_MS = 25, 600

Answers = Mapping[str, Any]


class Office:
    """The people of the demo at their desks, each with a browser profile and a sign-in of their own."""

    def __init__(self, browser: Browser, server: Server) -> None:
        self.browser, self.server = browser, server
        self.said: list[str] = []
        """Everything that a page complained of: errors on the console, broken policies, lost scripts."""
        self.shown: set[str] = set()
        """What of the services' stories has been done at a desk already."""
        self._desks: dict[str, Desk] = {}
        self._unseen: dict[str, Unseen] = {}
        self._clock: Clock | None = None

    def desk(self, username: str, *, language: str = "en") -> Desk:
        """Give the desk of a person, who signs in at the first call."""
        key = f"{username} {language}"
        if key not in self._desks:
            self._desks[key] = self.new_desk()
            sign_in_unseen(self._desks[key], username, language)
        return self._desks[key]

    def unseen(self, username: str) -> Unseen:
        """Give a person who works without a page."""
        if username not in self._unseen:
            self._unseen[username] = Unseen(self.server, username)
        return self._unseen[username]

    def new_case(self, **money: Any) -> str:
        """Give the number of a new application of a couple, which the clerk took; money: what the registry knows."""
        couple = households.couple(self.server, **money)
        return self.unseen("clerk").apply(couple.application(self.today))

    @property
    def today(self) -> str:
        """Give the day that the demo's clock shows, as a date field takes it."""
        return self.clock.now.date().isoformat()

    def new_desk(self, **profile: Any) -> Desk:
        """Give a desk at which nobody has signed in; `profile` as Playwright's `new_context` takes it."""
        context = self.browser.new_context(**{"viewport": WIDE, "locale": "en-GB"} | profile)
        context.set_default_timeout(15_000)
        # A server that was just started compiles a service when it is first asked for it.
        context.set_default_navigation_timeout(30_000)
        context.on("console", self._hear)
        context.on("weberror", lambda error: self.said.append(str(error.error)))
        return Desk(self.server.address, context)

    @property
    def clock(self) -> Clock:
        """The demo's clock, for a story whose days nobody watches."""
        if self._clock is None:
            self._clock = Clock(self.desk("supervisor"))
        return self._clock

    def close(self) -> None:
        """Leave all desks."""
        for desk in self._desks.values():
            desk.context.close()
        for person in self._unseen.values():
            person.close()

    def _hear(self, message: ConsoleMessage) -> None:
        """Keep what a page complains of; that a refused form came with status 4xx is no complaint."""
        refused = re.search(r"status of (400|403|404|409|413|422|429)\b", message.text)
        if message.type in ("error", "warning") and not refused:
            self.said.append(f"{message.text} ({message.location.get('url')})")


class Desk:
    """One browser profile. `page` is the page that the person looks at."""

    def __init__(self, address: str, context: BrowserContext) -> None:
        self.address, self.context = address, context
        self.page: Page = context.new_page()

    # Places

    def go(self, path: str) -> None:
        """Open an address of the application."""
        self.page.goto(f"{self.address}{path}")

    def sign_in(self, username: str, password: str | None = None, *, language: str = "en") -> None:
        """Sign in; the password of the demo is the user name."""
        self.go(f"/sign-in?lang={language}")
        self.page.locator("#username").fill(username)
        self.page.locator("#password").fill(password or username)
        self.page.locator("main form button").click()

    def inbox(self, view: str = "groups") -> Locator:
        """Open the inbox and give its rows."""
        self.go(f"/?view={view}")
        return self.page.locator("table tbody tr")

    def row(self, task: str, case: str) -> Locator:
        """Open the groups' inbox and give the row of a task of a case."""
        return self.inbox().filter(has_text=task).filter(has_text=case)

    def wait_for(self, task: str, case: str) -> Locator:
        """Open the groups' inbox until a task of a case is there: an outside system may have to answer first."""
        for _look in range(LOOKS):
            row = self.row(task, case)
            with suppress(AssertionError):
                expect(row).to_be_visible(timeout=LOOK_MS)
                return row
        raise AssertionError(
            f"Expected {task!r} of {case} in the inbox, but got {self.inbox().all_inner_texts()}"
        )

    def incidents(self, step: str, case: str) -> Locator:
        """Open the list of incidents and give the row of the one at a step of a case."""
        self.go("/incidents/")
        return self.page.locator("table tbody tr").filter(has_text=step).filter(has_text=case)

    def incident(self, step: str, case: str) -> Page:
        """Open an incident as soon as it is there: an outside system may be asked first."""
        for _look in range(LOOKS):
            row = self.incidents(step, case)
            with suppress(AssertionError):
                expect(row).to_be_visible(timeout=LOOK_MS)
                row.get_by_role("link", name=step).click()
                expect(self.page.get_by_role("heading", level=1)).to_have_text(step)
                return self.page
        raise AssertionError(f"Expected an incident at {step!r} of {case}")

    def case(self, number: str) -> Page:
        """Search a case by its number and open it."""
        self.go("/cases/")
        self.page.get_by_label("Case number, name or identity number").fill(number)
        self.page.get_by_role("button", name="Show").click()
        self.page.get_by_role("link", name=number).click()
        return self.page

    def letter(self, case: str, title: str) -> Locator:
        """Open a letter of a case and give its sheet."""
        self.case(case).get_by_role("link", name=title).first.click()
        return self.page.locator("article.letter")

    def later(self, step: str, times: int = 1) -> None:
        """Move the demo's clock on by one of its buttons."""
        for _time in range(times):
            self.page.get_by_role("region", name="Clock of the demo").get_by_text(step, exact=True).click()
            expect(self.page.locator("#messages")).to_contain_text(" now.")

    @property
    def now(self) -> datetime:
        """The moment that the demo's clock shows."""
        if self.page.url == "about:blank":
            self.go("/help")
        shown = self.page.locator(".demo-clock time").get_attribute("datetime") or ""
        return datetime.fromisoformat(shown).astimezone(ZONE)

    @property
    def today(self) -> str:
        """The day that the demo's clock shows, as a date field takes it."""
        return self.now.date().isoformat()

    # Work

    def apply(self, answers: Answers, service: str = ALLOWANCE, *, office: str | None = None) -> str:
        """Start a case of a service, and give its number; `office` where the page asks for one."""
        self.go("/services")
        panel = self.page.locator("section", has=self.page.get_by_role("heading", name=service, exact=True))
        panel.get_by_role("link", name="Start a case").click()
        if office is not None:
            self.page.get_by_label("Office whose people will work on the case").select_option(label=office)
        self.fill(answers)
        self.page.get_by_role("button", name="Start the case").click()
        heading = self.page.get_by_role("heading", level=1)
        expect(self.page.get_by_text("has been started")).to_be_visible()
        return heading.inner_text().split(" · ")[0]

    def open(self, task: str, case: str) -> None:
        """Claim a task from the groups' inbox, which leads to its form."""
        self.wait_for(task, case).get_by_role("link", name=task).click()
        claim = self.page.get_by_role("button", name="Claim this task")
        claim.click()
        expect(claim).to_have_count(0)
        expect(self.page.get_by_role("heading", level=1)).to_have_text(task)

    def do(self, task: str, case: str, answers: Answers, press: str = "Complete the task") -> None:
        """Claim a task, answer it and pass it on."""
        self.open(task, case)
        self.fill(answers)
        self.page.get_by_role("button", name=press).click()
        expect(self.page.locator(".notice-success")).to_contain_text(task)

    def sign_first(self, task: str, case: str, answers: Answers) -> None:
        """Answer a task that needs two people, and sign as the first."""
        self.do(task, case, answers, press="Sign and pass on to the second signer")

    def sign_second(self, task: str, case: str) -> None:
        """Sign the answers that a colleague gave."""
        self.open(task, case)
        self.page.get_by_role("button", name="Sign as second person").click()
        expect(self.page.locator(".notice-success")).to_contain_text(task)

    def tell(self, case: str, button: str, answers: Answers) -> None:
        """Hand in something that a case waits for, such as an objection."""
        self.case(case).get_by_role("link", name=button).click()
        self.fill(answers)
        self.page.get_by_role("button", name="Record it").click()
        expect(self.page.locator(".notice-success")).to_be_visible()

    # Forms

    def fill(self, answers: Answers, within: Locator | None = None) -> None:
        """Answer fields by labels: text, True or False for a tick, a list of ticks, rows and groups as mappings."""
        place = within or self.page.locator("form#answers")
        for label, answer in answers.items():
            if isinstance(answer, Mapping):
                self.fill(answer, place.get_by_role("group", name=label, exact=True))
            elif isinstance(answer, Sequence) and answer and isinstance(answer[0], Mapping):
                self._fill_rows(place, label, answer)
            else:
                self.answer(place, label, answer)

    def answer(self, place: Locator, label: str, answer: Any) -> None:
        """Answer one field."""
        control, group = place.get_by_label(words(label)), place.get_by_role("group", name=words(label))
        control.or_(group).first.wait_for(state="attached")
        found = control.evaluate_all("found => found.map((one) => one.tagName + (one.type || ''))")
        if not found:
            self._choose(group, answer)
        elif isinstance(answer, bool):
            if control.is_checked() != answer:
                self._and_wait(control, control.click)
        elif found[0].startswith("SELECT"):
            if control.locator("option:checked").inner_text() != answer:
                self._and_wait(control, lambda: control.select_option(label=answer))
        else:
            control.fill(str(answer))

    def _choose(self, group: Locator, answer: str | list[str]) -> None:
        """Tick one answer of a group, or several."""
        for one in [answer] if isinstance(answer, str) else answer:
            choice = group.get_by_label(one, exact=True)
            if not choice.is_checked():
                self._and_wait(choice, choice.check)

    def _fill_rows(self, place: Locator, label: str, rows: Sequence[Answers]) -> None:
        whole = place.get_by_role("group", name=re.compile(rf"^{re.escape(label)} \d+$"))
        for number, row in enumerate(rows, start=1):
            entry = whole.locator(".rows > fieldset").nth(number - 1)
            if not entry.count():
                whole.locator("button.add-row").last.click()
            expect(entry).to_be_visible()
            self.fill(row, entry)

    def _and_wait(self, control: Locator, act: Any) -> None:
        """Act on a control; where other questions hang on it, wait until they have come."""
        if control.get_attribute("hx-post") is None:
            act()
            return
        with self.page.expect_response(lambda response: response.request.method == "POST"):
            act()


def words(label: str) -> re.Pattern[str]:
    """Match a label with or without its mark of what has to be answered."""
    return re.compile(rf"^\s*{re.escape(label)}{REQUIRED}\s*$")


@contextmanager
def office(browser: Browser, server: Server) -> Iterator[Office]:
    """Open an office; at the end no page may have complained of anything."""
    opened = Office(browser, server)
    yield opened
    opened.close()
    assert opened.said == []
