import csv
import io

import pytest

from service.intake.reports import csv_report, jsonl_report
from service.text import FORMULA

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


@pytest.mark.parametrize("sign", FORMULA)
def test_no_sign_of_a_formula_begins_a_cell_of_a_report(sign: str) -> None:
    report = csv_report([{"row": 2, "problem": {"detail": f"{sign}1+1"}}])
    assert list(csv.reader(io.StringIO(report, newline="")))[1] == ["2", "", f"'{sign}1+1"]


def test_a_jsonl_report_has_a_line_a_row() -> None:
    assert jsonl_report(ERRORS).count("\n") == 2
