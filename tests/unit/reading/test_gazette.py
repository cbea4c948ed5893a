"""The real gazette, which stays outside the repository: the scorer's figures, the heads of its documents, the news."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import time
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tracker.domain.drafts import Form, PlanReading, SourceReading
from tracker.reading import read_bytes
from tracker.reading.as_json import as_json

SHARED = Path(__file__).resolve().parents[4] / "shared"
GAZETTE = SHARED / "gazette" / "gazette.txt"
REQUIRED = {
    "recall": 0.99,
    "precision": 0.99,
    "units": 0.99,
    "due": 1.0,
    "title": 0.98,
    "inherited": 0.95,
    "milestones": 0.9,
}
RUNNING_WORDS = {"prose.recall": 0.8, "prose.precision": 0.8, "duty.duties": 0.85}
HEADLINE = {Form.BRACKET, Form.LINE, Form.TABLE, Form.INLINE, Form.SUPPLY}

pytestmark = pytest.mark.needs("shared")


@cache
def gazette() -> SourceReading:
    return read_bytes(GAZETTE.read_bytes(), GAZETTE.name)


def gold() -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((SHARED / "gazette" / "gold.json").read_text("utf-8"))
    return loaded


def test_the_scorer_is_content(tmp_path: Path) -> None:
    read = tmp_path / "read.json"
    read.write_text(json.dumps(as_json(gazette()), ensure_ascii=False), "utf-8")
    keys = {f"headline.{key}": value for key, value in REQUIRED.items()} | RUNNING_WORDS
    demands = [word for key, value in keys.items() for word in ("--require", f"{key}={value}")]
    scorer = [
        sys.executable,
        str(SHARED / "tools" / "score_reading.py"),
        str(SHARED / "gazette" / "gold.json"),
        str(read),
    ]
    result = subprocess.run([*scorer, *demands], capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout


HEADS: dict[str, Callable[[PlanReading], str | None]] = {
    "title": lambda plan: _letters(plan.title),
    "number": lambda plan: plan.number,
    "issuer": lambda plan: plan.issuer,
    "issued": lambda plan: plan.issued_on.isoformat() if plan.issued_on else None,
    "valid_until": lambda plan: plan.effective_until.isoformat() if plan.effective_until else None,
}


@pytest.mark.parametrize("key", HEADS)
def test_finds_all_33_documents_and_what_their_heads_say(key: str) -> None:
    expected = [_letters(plan[key]) if key == "title" else plan[key] for plan in gold()["plans"]]
    assert [HEADS[key](plan) for plan in gazette().plans] == expected


def _letters(title: str) -> str:
    return re.sub(r"\W", "", title)


@pytest.mark.parametrize("number", ["000", "002", "003", "004"])
def test_newspapers_assign_nothing(number: str) -> None:
    path = SHARED / "gazette" / f"news_{number}.txt"
    drafts = [draft for plan in read_bytes(path.read_bytes(), path.name).plans for draft in plan.drafts]
    assert not [draft for draft in drafts if draft.form in HEADLINE]


def test_reads_the_gazette_in_seconds() -> None:
    begun = time.process_time()
    read_bytes(GAZETTE.read_bytes(), GAZETTE.name)
    assert time.process_time() - begun < 6
