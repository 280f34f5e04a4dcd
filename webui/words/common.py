"""Moments, due dates, errors and history in the reader's words. Takes engine records, gives plain text."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as lazy

from engine import clocks
from engine.state import from_ms
from engine.store import FAR_FUTURE_MS
from webui.language import language

from .data import part_words

if TYPE_CHECKING:
    from engine.calendar import Calendar
    from engine.definitions import Definition
    from engine.errors import EngineError
    from engine.store.people import OfficeRow, PersonRow

SOON_WD = 2
"""From so many working days before it on, a due date is shown as soon due (the rule of §B0's clock)."""

_WEEKDAYS = {"zh": "一二三四五六日", "en": ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")}
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_UNITS = {
    "WD": ("个工作日", "working day", "working days"),
    "D": ("个自然日", "day", "days"),
    "h": ("小时", "hour", "hours"),
}
_HOLIDAYS = {
    "元旦": "New Year's Day",
    "春节": "Spring Festival",
    "清明节": "Qingming Festival",
    "劳动节": "Labour Day",
    "端午节": "Dragon Boat Festival",
    "中秋节": "Mid-Autumn Festival",
    "国庆节": "National Day",
}
"""What the calendar names in Chinese; anything else of an office's own notices stays as it was written."""

_ERRORS = {
    "already_claimed": lazy("Somebody else has already claimed this task."),
    "not_claimed": lazy("Claim the task before you work on it."),
    "task_not_open": lazy("This task has been completed or is no longer needed."),
    "not_in_group": lazy("This is work of another group or office."),
    "absent_did_earlier_step": lazy(
        "The colleague for whom you stand in did an earlier step that this one checks; another person has to do it."
    ),
    "absent_signed_first": lazy(
        "The colleague for whom you stand in has signed already; another person has to sign."
    ),
    "receiver_not_allowed": lazy(
        "This colleague may not do the task: they are of another group, or did or signed a step that it checks."
    ),
    "delegate_oneself": lazy("Choose a colleague; the task is yours already."),
    "nobody_chosen": lazy("Choose a colleague."),
    "person_unknown": lazy("There is no such person, or they no longer work here."),
    "note_to_colleague": lazy("Write a note of 5 to 500 characters for your colleague."),
    "note_length": lazy("A note may have at most 200 characters."),
    "day_unknown": lazy("Choose a day."),
    "put_off_past": lazy("Choose a later day."),
    "put_off_far": lazy("A task can be put off for a year at most."),
    "substitute_oneself": lazy("Choose a colleague; nobody stands in for themselves."),
    "substitute_elsewhere": lazy("The substitute has to work at the same office or at one above it."),
    "substitutes_many": lazy("There are five substitutions for this time already; revoke one first."),
    "substitution_unknown": lazy("There is no such substitution."),
    "substitution_revoked": lazy("This substitution has been revoked already."),
    "absence_of_others": lazy("You can settle your own absence; a supervisor settles those of the office."),
    "absence_backwards": lazy("The last day lies before the first."),
    "absence_over": lazy("The last day is over already."),
    "absence_long": lazy("An absence lasts a year at most and begins within a year."),
    "did_earlier_step": lazy("You did an earlier step that this one checks; another person has to do it."),
    "signed_first": lazy("You have signed already; a second person has to sign."),
    "busy": lazy("Others are changing the same case at this moment. Nothing is lost: please try again."),
    "database_away": lazy(
        "The database does not answer. Look in a minute whether it was done; if not, please try again."
    ),
    "database_full": lazy(
        "The database cannot write: its disk is full or broken. Please tell your operator, and look later"
        " whether it was done."
    ),
    "not_storable": lazy("There is a sign or a number that cannot be stored. Please correct it."),
    "case_ended": lazy("The case has ended."),
    "case_unknown": lazy("There is no such case, or it belongs to another office."),
    "task_unknown": lazy("There is no such task."),
    "reason_missing": lazy("Please give a reason of at least 5 characters."),
    "no_send_back": lazy("This task cannot be sent back."),
    "not_signed": lazy("There is no first signature to refuse."),
    "may_not_start": lazy("Cases of this service are started by another group."),
    "service_unknown": lazy("There is no such service."),
    "not_awaited": lazy("The case no longer waits for this."),
    "message_unknown": lazy("The service does not know this message."),
    "comment_length": lazy("A comment has 1 to 4,000 characters."),
    "file_type": lazy("Only PDF, PNG and JPEG files can be attached."),
    "file_size": lazy("A file may have at most 10 MB."),
    "attachment_unknown": lazy("There is no such file."),
    "letter_unknown": lazy("There is no such letter."),
    "incident_resolved": lazy("The incident has been resolved."),
    "alert_unknown": lazy("There is no such alert."),
    "incident_unknown": lazy("There is no such incident."),
    "not_an_operator": lazy("Only a supervisor or an operator may do this."),
    "not_correctable": lazy("There is nothing here that could be corrected."),
    "not_settleable": lazy("Give an answer or choose an error."),
    "not_sendable": lazy(
        "The message has no recipient or no words; correct it or tell the person in another way."
    ),
    "nothing_changed": lazy("Nothing differs from before."),
    "answer_unknown": lazy("The shape of the answer is not known, so that it cannot be given by hand."),
    "error_not_caught": lazy("The diagram does not provide for this error."),
    "changed": lazy("The case has changed since the page was drawn. Please look again."),
    "changed_since_edit": lazy("Somebody has changed this since, so that it cannot be taken back."),
    "not_undoable": lazy("This cannot be taken back any more."),
    "target_unknown": lazy("The case cannot go on there."),
    "token_gone": lazy("The step is no longer open."),
    "variable_unknown": lazy("The case has no such data."),
    "still_broken": lazy("With these values it cannot be carried out either."),
    "not_alike": lazy("They are not all of the same step, so that one answer does not fit all."),
    "act_unknown": lazy("Choose what is to be done."),
    "too_many_incidents": lazy("At most 500 incidents can be chosen at once."),
    "too_many_kept": lazy("Too many messages wait for the case already."),
    "letter_gone": lazy("Somebody has seen to it already."),
    "letter_settled": lazy("Somebody has seen to it already."),
    "key_missing": lazy("A message needs a key and a number of 1 to 200 characters."),
    "key_reused": lazy("The same key was used for something else before."),
    "draft_too_large": lazy("The draft is too large to be kept."),
    "form_invalid": lazy("Some answers break a rule of the form."),
    "changed_since": lazy("You have written something since; give the task back on its own page."),
    "filter_name": lazy("A filter needs a name of 1 to 40 characters."),
    "filter_empty": lazy("Choose a filter first; then it can be kept."),
    "filter_unknown": lazy("This is not a filter of the inbox."),
    "no_such_filter": lazy("There is no such filter."),
    "not_your_filter": lazy("A colleague shares this filter; only they can change it."),
    "too_many_filters": lazy("You keep 20 filters already; remove one first."),
    "too_many": lazy("At most 200 tasks can be chosen at once."),
    "priority_wrong": lazy("Choose how urgent it is."),
    "receiver_missing": lazy("Choose somebody, or the group."),
    "nobody_to_ask": lazy("Nobody has claimed the task, so nobody can be asked."),
    "already_asked": lazy("A reason has been asked for already."),
    "question_unknown": lazy("There is no such question to you."),
    "reason_answered": lazy("You have answered this question already."),
    "reason_too_long": lazy("A reason has at most 1,000 characters."),
    "not_a_supervisor": lazy("Only a supervisor may do this."),
    "not_a_person": lazy("Alerts are for people only."),
    "phone_broken": lazy("Write a telephone number of 6 to 15 digits, or nothing."),
    "address_refused": lazy(
        "Nothing is posted to this address: it has to begin with https:// and lie outside of this network."
    ),
    "event_unknown": lazy("Choose at least one event."),
    "event_waits": lazy("It waits to be told already."),
    "subscription_ended": lazy("The subscription has been ended."),
    "subscription_unknown": lazy("There is no such subscription."),
    "too_many_subscriptions": lazy("There are too many running subscriptions; end one first."),
    "not_a_designer": lazy("Only a designer may deploy services."),
    "stories_failed": lazy("The stories of this service do not go well. Below is what is wrong."),
    "version_moved": lazy(
        "Somebody has deployed another version meanwhile. Below is what differs from that one; please read it again."
    ),
    "checks_busy": lazy("Other services are being checked at this moment. Please try again in a minute."),
    "upload_gone": lazy("What you uploaded is kept for an hour. Please choose the file again."),
    "upload_missing": lazy("Choose a zip or a folder."),
    "diagram_alone": lazy(
        "This is a diagram, and a service is a folder. Put it into its folder, or, if it was drawn for Camunda 7, Flowable or Activiti, bring it under “Bring diagrams along”."
    ),
    "not_a_zip": lazy("The file is no zip, or no whole one."),
    "bad_path": lazy("Every file has to lie inside one folder of the zip, named as the service."),
    "not_one_folder": lazy("The zip has to hold one folder, named as the service."),
    "bundle_too_large": lazy("A service has at most 300 files of 5 MB each, 20 MB together."),
    "definition_unknown": lazy("There is no such version."),
    "may_not_look": lazy("Designers and supervisors look at what a move to another version would do."),
    "may_not_move": lazy("A supervisor moves cases to another version."),
    "version_not_older": lazy("There is no earlier version from which cases could be moved."),
    "migration_unknown": lazy("There is no such move to another version."),
    "may_not_import": lazy(
        "What is for everybody is decided by an operator or a supervisor of the office above all others."
    ),
    "invalid_override": lazy("Give each day once, and at most 400 days."),
    "invalid_hours": lazy("An office closes after it opens."),
    "label_missing": lazy("Say in at most 80 characters why the days are another way."),
    "office_unknown": lazy("There is no such office, or it is none of yours."),
    "change_unknown": lazy("There is no such change of the calendar."),
    "change_decided": lazy("Somebody has decided on this change already."),
    "calendar_moved_on": lazy(
        "Another change has come into force meanwhile; please look once more at what this one moves."
    ),
    "notice_missing": lazy("Choose the file of a notice."),
    "days_broken": lazy("Choose the first and the last day, at most 400 days."),
    "edition_unknown": lazy("There is no such calendar."),
    "preview_incomplete": lazy("Every case has to be looked at before any is moved."),
    "not_moved": lazy("This case has not been moved, or was moved back already."),
    "worked_on_since": lazy("Somebody has worked on the case since it was moved, so that it stays."),
    "diagram_unknown": lazy("There is no such diagram."),
    "file_unknown": lazy("There is no such list."),
    "help_unknown": lazy("There is no such page of help."),
    "may_not_extend": lazy("Your group may not extend this clock for this reason."),
    "not_extendable": lazy("The service does not let people extend this clock, or no such clock runs here."),
    "extended_too_late": lazy("Its limit has run out; an extension has to be decided before that."),
    "extended_before": lazy("It was extended as often as is allowed."),
    "not_longer": lazy("The longest limit would end no later than the present one."),
    "extension_reason_unknown": lazy("Choose a reason for which the clock may be extended."),
    "extension_note": lazy("Say in 5 to 500 characters why the reason holds here."),
    "clock_ended": lazy("The clock has ended."),
    "clock_unknown": lazy("The case has no such clock."),
    "clock_not_yours": lazy("There is no such clock, or you may not extend it."),
    "note_missing": lazy("Please write a note of at least 5 characters."),
}


def message_of(error: EngineError) -> str:
    """Say an error in the reader's language; what has no words of its own is said as the engine says it."""
    words = _ERRORS.get(error.code)
    return str(words) if words is not None else error.message


def moment_words(moment: datetime | int, calendar: Calendar) -> str:
    """Say a moment: day and time."""
    local = calendar.local_moment(from_ms(moment) if isinstance(moment, int) else moment)
    return f"{day_words(local.date())} {local:%H:%M}"


def clock_words(moment: datetime, calendar: Calendar) -> str:
    """Say a moment with its weekday."""
    local = calendar.local_moment(moment)
    weekday = _WEEKDAYS[language()][local.weekday()]
    return (
        f"{day_words(local.date())} 周{weekday} {local:%H:%M}"
        if language() == "zh"
        else f"{weekday} {day_words(local.date())}, {local:%H:%M}"
    )


def day_words(day: date) -> str:
    """Say a day."""
    if language() == "zh":
        return f"{day.year}年{day.month}月{day.day}日"
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


def month_words(year: int, month: int) -> str:
    """Say a month."""
    return f"{year}年{month}月" if language() == "zh" else f"{_MONTHS[month - 1]} {year}"


@dataclass(frozen=True, slots=True)
class DueWords:
    """What the due tag needs: how urgent, how many units, and the moment."""

    state: str
    count: int = 0
    unit: str = "working_days"
    at: str = ""
    iso: str = ""
    provisional: bool = False


def due_words(due_ms: int, now: datetime, calendar: Calendar, *, provisional: bool | None = None) -> DueWords:
    """Say how urgent a due date is: in working days, on the last day in hours.

    provisional: whether it may still move; None where nobody looked, so that its own year decides.
    """
    if due_ms >= FAR_FUTURE_MS:
        return DueWords("none")
    due = from_ms(due_ms)
    at, iso = moment_words(due, calendar), calendar.local_moment(due).isoformat()
    if provisional is None:
        provisional = calendar.is_provisional(calendar.local_date(due))
    today, day = calendar.local_date(now), calendar.local_date(due)
    if now >= due:
        late = max(1, calendar.working_days_between(day, today))
        return DueWords("overdue", late, "working_days", at, iso, provisional)
    left = calendar.working_days_between(today, day)
    if left == 0:
        hours = max(1, int((due - now).total_seconds() // 3600))
        return DueWords("soon", hours, "hours", at, iso, provisional)
    return DueWords("soon" if left <= SOON_WD else "on_time", left, "working_days", at, iso, provisional)


def clock_due_words(
    state: clocks.DeadlineState, due: clocks.Due, left: clocks.Remaining, now: datetime, calendar: Calendar
) -> DueWords:
    """Say how a case's clock stands; a clock in hours is said in hours."""
    words = _clock_due_words(state, due, now, calendar)
    if left.unit is not clocks.Unit.HOUR or words.state not in {"soon", "on_time", "overdue"}:
        return words
    return replace(words, count=max(1, abs(left.left)), unit="hours")


def _clock_due_words(
    state: clocks.DeadlineState, due: clocks.Due, now: datetime, calendar: Calendar
) -> DueWords:
    at, iso = moment_words(due.at, calendar), calendar.local_moment(due.at).isoformat()
    if state is clocks.DeadlineState.RUNNING:
        return due_words(int(due.at.timestamp() * 1000), now, calendar, provisional=due.provisional)
    if state is clocks.DeadlineState.BREACHED:
        found = due_words(int(due.at.timestamp() * 1000), now, calendar)
        return DueWords(
            "overdue",
            found.count if found.state == "overdue" else 0,
            "working_days",
            at,
            iso,
            due.provisional,
        )
    looks = {clocks.DeadlineState.PAUSED: "paused", clocks.DeadlineState.KEPT: "kept"}
    return DueWords(looks.get(state, "none"), 0, "working_days", at, iso, due.provisional)


def limit_words(limit: object) -> str:
    """Say a limit such as `12 WD`; anything else is given as it is."""
    count, _space, unit = str(limit).partition(" ")
    if unit not in _UNITS or not count.isdigit():
        return str(limit)
    chinese, one, many = _UNITS[unit]
    return f"{count}{chinese}" if language() == "zh" else f"{count} {one if count == '1' else many}"


def element_name(definition: Definition, element_id: str) -> str:
    """Say what an element is called, be it a whole diagram."""
    texts = definition.texts
    named = texts.get(language(), "elements", element_id, "name") or texts.get(
        language(), "processes", element_id
    )
    return named or texts.say(language(), "elements", element_id, "name")


def outcome_name(definition: Definition, outcome: str | None) -> str:
    """Say how a case ended; nothing for one that has not."""
    if outcome is None:
        return ""
    return definition.texts.get(language(), "outcomes", outcome) or element_name(definition, outcome)


def option_of(definition: Definition, name: str, value: object) -> str:
    """Say what a value is called on the forms that let people choose it; the value itself where none does."""
    for form in sorted(definition.forms):
        found = definition.texts.get(language(), "forms", form, "fields", name, "options", str(value))
        if found:
            return found
    return str(value)


def label_of(definition: Definition, name: str) -> str:
    """Say what a variable is called on the forms that ask for it, or where outside systems are asked or answer."""
    texts = definition.texts
    for form in sorted(definition.forms):
        found = texts.get(language(), "forms", form, "fields", name, "label")
        if found:
            return found
    ending = f".{name}.label"  # inside a list or a group
    own = texts.own.get(language(), {})
    named = (own[path] for path in sorted(own) if path.startswith("forms.") and path.endswith(ending))
    around = (
        row[name].get("label")
        for form in sorted(definition.forms)
        for row in texts.section(language(), "forms", form, "fields").values()
        if isinstance(row, dict) and isinstance(row.get(name), dict)
    )
    return str(next((words for words in (*named, *around) if words), part_words(name)))


def service_name(definition: Definition) -> str:
    """Say what a service is called."""
    return definition.texts.say(language(), "service", "name")


def units_of(definition: Definition) -> Mapping[str, str]:
    """Give the words for the units that a service's forms use, where its own are another language's."""
    return definition.texts.section(language(), "units")


def group_name(groups: Any, key: str) -> str:
    """Say what a group is called."""
    group = groups.get(key)
    return group.names.get(language(), key) if group is not None else key


def office_name(row: OfficeRow | None) -> str:
    """Give an office's name in the person's language; nothing for an unknown one."""
    return "" if row is None else row.name_zh if language() == "zh" else row.name_en


def person_name(row: PersonRow) -> str:
    """Give somebody's name in the reader's language."""
    return row.name if language() == "zh" else row.name_en


def holiday_name(name: str) -> str:
    """Say what a day is called; what an office wrote itself stays as it was written."""
    return _HOLIDAYS.get(name, name) if language() == "en" else name


def ledger_reason(day: clocks.LedgerDay, definition: Definition) -> str:
    """Say why a day was counted or not."""
    words = {
        "start": _("Day of the start; counting begins on the next day"),
        "counted": _("Working day"),
        "make_up": _("Working day: make-up for a holiday"),
        "weekend": _("Weekend"),
        "holiday": _("Public holiday"),
        "closed": _("Office closed"),
        "paused": _("Clock paused"),
        "moved_end": _("The last day was a day of rest; the end moved here"),
        "hours": _("Counted by the hour, on days of rest too"),
    }[day.reason.value]
    if day.reason.value == "paused" and day.detail:
        reasons = [definition.pauses[key] for key in day.detail.split(", ") if key in definition.pauses]
        named = "; ".join(
            f"{reason.names.get(language(), reason.key)} ({reason.basis})" for reason in reasons
        )
        return f"{words}: {named or day.detail}"
    detail = day.detail or ""
    if language() != "zh":
        detail = holiday_name(detail)
    return f"{words}: {detail}" if detail else words
