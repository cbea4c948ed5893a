"""``tracker import`` as a technician runs it: what it prints, and how it ends."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tests.builders import City, a_city, a_unit
from tests.intake_texts import NEWS, PLAN, SECRET
from tracker.cli import main
from tracker.store.engine import make_engine, write_session
from tracker.store.plans import Source
from tracker.store.tasks import HistoryEntry, Task

Run = Callable[..., Result]


@pytest.fixture
def session(sqlite_url: str) -> Iterator[Session]:
    engine = make_engine(sqlite_url)
    with write_session(engine) as opened:
        yield opened
    engine.dispose()


@pytest.fixture
def city(session: Session) -> City:
    return a_city(session)


@pytest.fixture
def run(sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs ``tracker import`` on the database of the test, on 15 June 2023."""
    for name, value in {"DATABASE_URL": sqlite_url, "INSTANCE": str(tmp_path), "TODAY": "2023-06-15"}.items():
        monkeypatch.setenv(f"TRACKER_{name}", value)
    return lambda *args: CliRunner().invoke(main, ["import", *(str(arg) for arg in args)])


def a_file(folder: Path, data: bytes | str, name: str = "方案.txt") -> Path:
    file = folder / name
    file.write_bytes(data.encode() if isinstance(data, str) else data)
    return file


def how_many(session: Session, table: type[Source] | type[Task]) -> int:
    found = session.scalar(select(func.count()).select_from(table)) or 0
    session.rollback()
    return found


def test_a_file_is_imported_once(run: Run, city: City, session: Session, tmp_path: Path) -> None:
    file = a_file(tmp_path, PLAN)
    first, again = run(file), run(file)
    assert (first.exit_code, again.exit_code) == (0, 0)
    assert "已导入《方案.txt》" in first.output
    assert "待核 4 条（其中读取存疑 1 条）" in first.output
    assert "该文件已于 2023-06-15" in again.output
    assert "没有改动" in again.output
    assert how_many(session, Source) == 1


def test_the_sure_are_adopted_when_asked_for(run: Run, city: City, session: Session, tmp_path: Path) -> None:
    result = run(a_file(tmp_path, PLAN), "--adopt-sure")
    assert "采纳无存疑的任务 2 条，还有 2 条待核" in result.output
    assert session.scalars(select(Task.title).order_by(Task.position)).all() == ["建立清单", "常态巡查"]
    assert set(session.scalars(select(HistoryEntry.actor_name))) == {"命令行"}
    session.rollback()
    again = run(tmp_path / "方案.txt", "--adopt-sure")
    assert "采纳无存疑的任务 0 条，还有 2 条待核" in again.output
    assert how_many(session, Task) == 2


def test_a_file_without_a_clause_says_so(run: Run, city: City, tmp_path: Path) -> None:
    result = run(a_file(tmp_path, NEWS))
    assert result.exit_code == 0
    assert "没有找到责任条款" in result.output


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "空文件"),
        (b"MZ\x90\x00" + bytes(200), "程序"),
        (SECRET, "涉密文件"),
        ("教" * 17_500_000, "超过 50 MB 的上限"),
    ],
)
def test_what_cannot_be_imported_ends_with_2_and_one_line(
    run: Run, tmp_path: Path, session: Session, data: bytes | str, says: str
) -> None:
    a_city(session)
    result = run(a_file(tmp_path, data))
    assert result.exit_code == 2
    assert says in result.stderr
    assert result.stdout == ""
    assert len(result.stderr.splitlines()) == 1
    assert how_many(session, Source) == 0


def test_a_file_that_is_not_there(run: Run, city: City, tmp_path: Path) -> None:
    result = run(tmp_path / "没有.txt")
    assert result.exit_code == 2
    assert "《没有.txt》打不开" in result.stderr


def test_which_unit_follows_it(run: Run, city: City, session: Session, tmp_path: Path) -> None:
    file = a_file(tmp_path, PLAN)
    assert "没有名为“没有”的单位" in run(file, "--unit", "没有").stderr
    assert run(file, "--unit", "东河县政府").exit_code == 0
    assert session.scalars(select(Source.scope_id)).all() == [city.county.id]
    a_unit(session, "邻市政府")
    session.commit()
    several = run(file)
    assert several.exit_code == 2
    assert "请用 --unit 写明" in several.stderr


def test_a_database_without_units(run: Run, session: Session, tmp_path: Path) -> None:
    session.rollback()
    result = run(a_file(tmp_path, PLAN))
    assert result.exit_code == 2
    assert "tracker seed" in result.stderr
