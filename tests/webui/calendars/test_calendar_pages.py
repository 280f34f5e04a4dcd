"""Pages of the calendar, without JavaScript: a year, a notice, an office's own days, what moves, the decision."""

from __future__ import annotations

import io

import pytest

from tests.engine.calendars.conftest import NOTICE_2027, REASON
from tests.engine.support import CLERK, QINGHE, SUPERVISOR
from tests.webui.incidents.conftest import words


def close(browser, first="2026-03-10", **more):
    """Propose that Qinghe is closed on a day; gives the page of the change, looked at to the end."""
    fields = {"office": QINGHE, "what": "closed", "first": first, "label": "storm", **more}
    answer = browser.client.post("/calendars/offices", data=fields)
    assert answer.status_code == 303, answer.text
    return look(browser, answer.location)


def look(browser, address):
    """Look further until every case was looked at; a busy machine takes more than one request."""
    for _ in range(20):
        assert browser.client.post(f"{address}/look").status_code == 303
        if "Not every case" not in words(browser.get(address)):
            return address
    raise AssertionError("never looked at to the end")


def send(browser, text, name="2027.yaml"):
    data = {"file": (io.BytesIO(text.encode()), name)}
    return browser.client.post("/calendars/notices", data=data, content_type="multipart/form-data")


def test_it_shows_where_a_year_differs_and_by_which_notice(district, browse):
    page = words(browse(SUPERVISOR).get("/calendars/?year=2026"))

    assert "国办发明电〔2025〕7号" in page
    assert "14 Feb 2026 make-up working day Spring Festival" in page
    assert "248" in page


def test_it_says_of_a_year_without_a_notice_that_it_is_provisional(district, browse):
    assert "No notice for this year is in force" in words(browse(SUPERVISOR).get("/calendars/?year=2027"))


def test_it_shows_a_closed_day_the_cases_it_moves_and_the_decision(district, browse):
    story = district.begin()
    browser = browse(SUPERVISOR)
    address = close(browser)

    seen = browser.get(address)
    page = words(seen)
    assert "18 Mar 2026 17:00 → 19 Mar 2026 17:00" in page
    assert [cell.text for cell in seen.xpath("//details//td")] == [
        "10 Mar 2026",
        "working day",
        "office closed (storm)",
    ]
    assert story.due("promise") == "2026-03-18T17:00"

    assert browser.client.post(f"{address}/approve", data={"reason": REASON}).status_code == 303
    for _ in range(20):
        browser.client.post(f"{address}/go-on")
        page = words(browser.get(address))
        if "Cases are being moved" not in page:
            break

    assert REASON in page
    assert "1datesmoved" in page.replace(" ", "")
    assert story.due("promise") == "2026-03-19T17:00"
    history = words(browser.get(f"/cases/{story.case_id}"))
    assert "Calendar changed: storm" in history
    assert "is now due 19 Mar 2026 17:00 (before: 18 Mar 2026 17:00)" in history


def test_it_says_that_what_was_missed_stays_missed(district, browse):
    from tests.engine.calendars.conftest import deadline, service

    district.begin(service(deadline(limit="5 WD"))).later(days=8)
    browser = browse(SUPERVISOR)

    page = words(browser.get(close(browser, "2026-03-05")))

    assert "stays missed" in page
    assert "missed 9 Mar 2026 17:00 and stays so; counted anew it would be due 10 Mar 2026 17:00" in page


def test_it_imports_a_notice_and_drops_it(district, browse):
    browser = browse(SUPERVISOR)
    answer = send(browser, NOTICE_2027)
    assert answer.status_code == 303
    address = look(browser, answer.location)
    assert "No case is moved" in words(browser.get(address))

    browser.client.post(f"{address}/discard", data={"reason": "It is no real notice."})

    assert "dropped" in words(browser.get(address))
    assert "provisional" in words(browser.get("/calendars/?year=2027"))


def test_a_broken_notice_is_told_with_its_line(district, browse):
    answer = send(browse(SUPERVISOR), NOTICE_2027.replace("2027-01-04", "2027-02-30"))

    assert answer.status_code == 422
    assert "2027.yaml, line 6: Expected a date such as 2026-01-01" in answer.text


@pytest.mark.parametrize(
    "fields",
    [
        {"what": "closed"},
        {"what": "closed", "first": "2026-03-10"},
        {"what": "closed", "first": "2026-03-10", "last": "2026-03-01", "label": "x"},
        {"what": "closed", "first": "0001-01-01", "last": "9999-12-31", "label": "x"},
        {"what": "hours", "opens": "17:00", "closes": "09:00"},
        {"what": "hours", "opens": "noon", "closes": "later"},
        {"what": "forget", "first": "2026-03-10"},
        {},
    ],
)
def test_bad_input_is_said_in_a_sentence(district, browse, fields):
    answer = browse(SUPERVISOR).client.post("/calendars/offices", data={"office": QINGHE, **fields})

    assert answer.status_code == 422
    assert "There is a problem" in answer.text


def test_a_caseworker_does_not_come_here(district, browse):
    browser = browse(CLERK)

    assert "/calendars/" not in [link.get("href") for link in browser.get("/").xpath("//nav//a")]
    browser.get("/calendars/", status=403)


def test_it_speaks_chinese(district, browse):
    page = words(browse(SUPERVISOR, "zh").get("/calendars/?year=2026"))

    assert "调休上班" in page or "调休" in page
    assert "办公时间" in page
