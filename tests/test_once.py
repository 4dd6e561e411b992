"""What stands in one place of the code, so that it is changed there alone."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.mark.parametrize(
    ("said", "places"),
    [
        (r"dialect\.name\s*[=!]=", {"service/db.py", "models/types.py"}),
        (r"Literal\[.survey., ", {"nlp/documents.py"}),
        (r"Literal\[.open., .in_progress.", {"models/pain_point.py"}),
        (r"Literal\[.explicit., ", {"models/mention.py"}),
        (r"[A-Z_]+: Final = .human.", {"models/mention.py"}),
    ],
)
def test_it_is_said_there_alone(said: str, places: set[str]) -> None:
    found = {
        str(file.relative_to(ROOT))
        for room in ("service", "models", "nlp")
        for file in (ROOT / room).rglob("*.py")
        if re.search(said, file.read_text())
    }
    assert found == places
