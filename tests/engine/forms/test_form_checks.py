"""The service's own rules, in FEEL, over one field or several."""

ID_NUMBER = {
    "type": "textfield",
    "key": "id_no",
    "properties": {"linbang:check": "string length(id_no) = 18"},
}
BEGIN = {"type": "number", "key": "begin", "validate": {"required": True}}
END = {"type": "number", "key": "end", "properties": {"linbang:check": "end > begin"}}


def codes(answers):
    return [(problem.path, problem.code) for problem in answers.problems]


def test_it_says_which_field_fails_its_check(read):
    assert codes(read([ID_NUMBER], {"id_no": "9901"})) == [("id_no", "check")]
    assert codes(read([ID_NUMBER], {"id_no": "990101195203070011"})) == []


def test_it_checks_only_what_was_answered(read):
    assert codes(read([ID_NUMBER], {"id_no": ""})) == []


def test_it_takes_a_check_without_a_value_as_failed(read):
    assert codes(read([END], {"end": "5"})) == [("end", "check")]


def test_it_does_not_blame_a_field_for_the_problem_of_another(read):
    """Without a begin the check has no value; only the missing begin is said."""
    assert codes(read([BEGIN, END], {"end": "5"})) == [("begin", "required")]


def test_it_checks_every_row_with_the_names_of_the_row(read):
    rows = {"type": "dynamiclist", "path": "members", "components": [ID_NUMBER]}
    answers = read([rows], {"members": [{"id_no": "990101195203070011"}, {"id_no": "1"}]})
    assert codes(answers) == [("members.1.id_no", "check")]


def test_it_checks_rules_over_several_fields_once_each_is_right(read):
    checks = [{"check": "begin + end = 10", "field": "end", "text": "sum"}]
    fields = [BEGIN, {"type": "number", "key": "end"}]
    wrong = read(fields, {"begin": "1", "end": "2"}, **{"linbang:checks": checks})
    assert codes(wrong) == [("end", "form_check")]
    assert wrong.problems[0].params == {"text": "sum"}
    assert codes(read(fields, {"begin": "8", "end": "2"}, **{"linbang:checks": checks})) == []
    assert codes(read(fields, {"begin": "x", "end": "2"}, **{"linbang:checks": checks})) == [
        ("begin", "not_a_number")
    ]


def test_it_reads_variables_of_the_case_in_a_check(read):
    checks = [{"check": "begin <= standard", "text": "too_much"}]
    assert codes(read([BEGIN], {"begin": "2000"}, {"standard": 1650}, **{"linbang:checks": checks})) == [
        ("", "form_check")
    ]
