import pytest

from engine.forms import FieldProblem

NAME = {
    "type": "textfield",
    "key": "name",
    "label": "姓名",
    "description": "As on the card",
    "validate": {"required": True},
}
KIND = {
    "type": "radio",
    "key": "kind",
    "label": "Kind",
    "values": [{"label": "甲", "value": "a"}, {"label": "乙", "value": "b"}],
}
MEMBERS = {"type": "dynamiclist", "path": "members", "label": "Household", "components": [NAME]}
ACCOUNT = {
    "type": "textfield",
    "key": "account",
    "label": "Account",
    "properties": {"linbang:sensitive": "bank"},
}


def texts_of(elements):
    return [" ".join(element.text_content().split()) for element in elements]


def test_every_control_has_a_label_of_its_own(draw):
    page = draw([NAME, KIND, MEMBERS, ACCOUNT, {"type": "textarea", "key": "note", "label": "Note"}])
    for control in page.xpath(
        "//form//*[self::input or self::textarea or self::select][not(@type='hidden')]"
    ):
        assert control.xpath("ancestor::label") or page.xpath("//label[@for=$id]", id=control.get("id"))


def test_it_links_the_summary_to_the_fields_by_their_labels(draw):
    problems = [FieldProblem("name", "required"), FieldProblem("members.0.name", "required")]
    page = draw([NAME, MEMBERS], {"members": [{}]}, problems=problems)
    links = page.xpath("//div[@class='error-summary']//a")
    assert texts_of(links) == ["Enter “姓名”", "Enter “Household, entry 1, 姓名”"]
    for link in links:
        assert len(page.xpath("//*[@id=$id]", id=link.get("href").removeprefix("#"))) == 1


def test_it_says_the_error_beside_the_field_and_to_a_screen_reader(draw):
    page = draw([NAME], problems=[FieldProblem("name", "required")])
    (control,) = page.xpath("//input[@name='name']")
    assert control.get("aria-invalid") == "true"
    described = control.get("aria-describedby").split()
    assert [texts_of(page.xpath("//*[@id=$id]", id=one)) for one in described] == [
        ["As on the card"],
        ["Error: Enter “姓名”"],
    ]


def test_it_asks_for_a_choice_in_other_words(draw):
    page = draw([KIND], problems=[FieldProblem("kind", "required")])
    assert texts_of(page.xpath("//div[@class='error-summary']//a")) == ["Choose an answer for “Kind”"]


def test_it_uses_the_service_s_own_words_for_its_own_checks(draw):
    texts = {
        "fields": {"name": {"problem": "The name is not that of the card"}},
        "problems": {"sum": "Sums differ"},
    }
    problems = [FieldProblem("name", "check"), FieldProblem("", "form_check", {"text": "sum"})]
    page = draw([NAME], problems=problems, texts=texts)
    assert texts_of(page.xpath("//div[@class='error-summary']//a")) == [
        "姓名: The name is not that of the card",
        "Sums differ",
    ]
    assert page.xpath("//div[@class='error-summary']//a/@href")[1] == "#answers"


def test_it_prefers_the_words_of_the_reader_s_language(draw):
    texts = {
        "fields": {
            "name": {"label": "Full name", "description": "See the card"},
            "kind": {"label": "Kind of case", "options": {"a": "First"}},
            "members": {"label": "People", "row": "Person", "name": {"label": "Name of the person"}},
        }
    }
    page = draw([NAME, KIND, MEMBERS], {"members": [{}]}, texts=texts)
    assert texts_of(page.xpath("//label[@for='f-name']")) == ["Full name *(required)"]
    assert texts_of(page.xpath("//label[@for='f-members-0-name']")) == ["Name of the person *(required)"]
    assert texts_of(page.xpath("//label[@class='choice']")) == ["First", "乙"]
    assert "Person 1" in texts_of(page.xpath("//div[@class='row-head']/span"))


def test_it_never_lets_a_browser_remember_what_people_type(draw):
    page = draw([NAME, ACCOUNT, MEMBERS], {"members": [{}]})
    assert set(page.xpath("//form//input[not(@type='hidden')]/@autocomplete")) == {"off"}
    assert len(page.xpath("//form//input[not(@type='hidden')][not(@autocomplete)]")) == 0


def test_it_masks_what_is_sensitive_where_it_is_only_read(draw):
    case = {"account": "6222990112345678"}
    locked = draw([ACCOUNT | {"disabled": True}], context=case)
    assert "6222990112345678" not in locked.text_content()
    assert "************5678" in locked.text_content()
    assert (
        "6222990112345678" in draw([ACCOUNT | {"disabled": True}], context=case, unmasked=True).text_content()
    )
    assert draw([ACCOUNT], case).xpath("//form//input/@value") == ["6222990112345678"]


@pytest.mark.parametrize("kind", ["health", "finance"])
def test_it_shows_what_may_only_not_stand_in_a_message(draw, kind):
    marked = ACCOUNT | {"properties": {"linbang:sensitive": kind}, "disabled": True}

    assert "6222990112345678" in draw([marked], context={"account": "6222990112345678"}).text_content()


def test_it_draws_a_form_to_read_without_any_control(draw):
    page = draw(
        [NAME, KIND, MEMBERS], {"name": "王秀英", "kind": "b", "members": [{"name": "李娜"}]}, read_only=True
    )
    assert page.xpath("//form//input[not(@type='hidden')] | //form//button") == []
    assert texts_of(page.xpath("//div[@id='read']//dd"))[:2] == ["王秀英", "乙"]


def test_it_escapes_whatever_people_and_services_write(draw):
    evil = "<script>alert(1)</script>\"'"
    page = draw([NAME | {"label": evil, "description": evil}, {"type": "text", "text": evil}], {"name": evil})
    assert page.xpath("//script") == []
    assert page.xpath("//form//input[@name='name']/@value") == [evil]


def test_it_redraws_when_an_answer_decides_what_is_asked(draw):
    why = {"type": "textfield", "key": "why", "label": "Why", "conditional": {"hide": '=kind != "b"'}}
    page = draw([KIND, why, NAME])
    assert {control.get("name") for control in page.xpath("//form//input[@hx-post]")} == {"kind"}
    assert len(page.xpath("//button[@name='_refresh']")) == 1
    assert draw([NAME]).xpath("//button[@name='_refresh']") == []


def test_it_offers_no_rows_to_add_where_the_rows_are_fixed(draw):
    fixed = MEMBERS | {"allowAddRemove": False}
    assert draw([fixed], {"members": [{}]}).xpath("//button") == []
    assert len(draw([MEMBERS], {"members": [{}]}).xpath("//button")) == 2


def test_every_id_on_the_page_is_there_once(draw):
    page = draw(
        [NAME, KIND, MEMBERS, {"type": "group", "id": "g", "components": [ACCOUNT]}], {"members": [{}, {}]}
    )
    ids = page.xpath("//form//@id")
    assert sorted(ids) == sorted(set(ids))
