"""What a small reading does not load: libraries of other formats, the web framework, the database."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

FORMATS = {"docx", "lxml", "openpyxl", "pdfplumber", "pypdfium2", "selectolax"}
OTHERS = {"alembic", "apscheduler", "flask", "sqlalchemy", "wtforms"}
PLAN = "一、任务\n1．推进办理。（责任单位：市财政局，完成时限：2023年5月底前）\n"
READ_BYTES = "from tracker.reading import read_bytes; assert read_bytes(open(sys.argv[1], 'rb').read(), 'a.txt').plans"
READ_COMMAND = "from tracker.cli import main; main(['read', sys.argv[1]], standalone_mode=False)"
READING_CHILD = "import tracker.reading_child"


@pytest.mark.parametrize("script", [READ_BYTES, READ_COMMAND, READING_CHILD])
def test_reading_a_text_loads_nothing_it_does_not_need(script: str, tmp_path: Path) -> None:
    plan = tmp_path / "a.txt"
    plan.write_text(PLAN, encoding="utf-8")
    told = f"import sys; {script}; print('loaded', *sys.modules)"
    done = subprocess.run([sys.executable, "-c", told, str(plan)], capture_output=True, text=True, check=True)
    loaded = done.stdout.rpartition("loaded ")[2].split()
    assert "tracker" in loaded
    assert not {name.partition(".")[0] for name in loaded} & (FORMATS | OTHERS)
