"""A small chaos in every test run; ``make chaos`` is the large one."""

from pathlib import Path

from tests.chaos.processes import FAKE
from tests.chaos.run import Plan, run


def test_killed_processes_lose_nothing_and_count_nothing_twice(tmp_path: Path) -> None:
    plan = Plan(items=200, kills=3, patience_s=0.5)
    outcome = run(plan, f"sqlite:///{tmp_path / 'verbatim.db'}", tmp_path, FAKE, workers=0)
    assert outcome.faults == []
    assert outcome.stored == plan.items
    assert outcome.mentions > plan.items
