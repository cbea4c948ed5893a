"""Every doubt has a sentence that says what to do, and every sentence has a place that raises it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tracker.domain.doubts import MESSAGES, doubt

SOURCES = [path for path in (Path(__file__).parents[3] / "tracker").rglob("*.py") if path.name != "doubts.py"]


@pytest.mark.parametrize("code", MESSAGES)
def test_every_doubt_is_raised_somewhere(code: str) -> None:
    assert any(f'"{code}"' in path.read_text("utf-8") for path in SOURCES)


@pytest.mark.parametrize("code", MESSAGES)
def test_every_doubt_says_what_to_do(code: str) -> None:
    assert "请" in doubt(code).message


def test_an_unknown_doubt_is_refused() -> None:
    with pytest.raises(KeyError):
        doubt("whatever")
