from service.intake.reports import csv_report, jsonl_report

ERRORS = [
    {"row": 2, "problem": {"detail": "=HYPERLINK(1)"}},
    {
        "row": 3,
        "problem": {"detail": "x", "invalid_params": [{"name": "@a", "reason": "is, bad"}]},
    },
]


def test_a_csv_report_is_no_program_for_a_spreadsheet() -> None:
    assert csv_report(ERRORS).splitlines() == [
        "row,field,reason",
        "2,,'=HYPERLINK(1)",
        '3,\'@a,"is, bad"',
    ]


def test_a_jsonl_report_has_a_line_a_row() -> None:
    assert jsonl_report(ERRORS).count("\n") == 2
