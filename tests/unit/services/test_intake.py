"""Taking a plan in: once, in one commit, by those who may, and never what must not be kept."""

from __future__ import annotations

import hashlib
import threading
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tests.builders import NOW, City, a_city, the_actor
from tests.intake_texts import NEWS, PLAN, SECRET, a_draft, a_reading
from tracker.domain.access import Forbidden
from tracker.domain.drafts import Draft as DraftReading
from tracker.domain.drafts import SourceReading
from tracker.domain.indicators import Binding
from tracker.reading import UnreadableFile, read_bytes
from tracker.services import intake
from tracker.services.errors import NotFound
from tracker.services.intake import Upload, import_file, import_source, pasted, source_view
from tracker.services.intake_rows import clean_name
from tracker.store.engine import make_engine, write_session
from tracker.store.plan_queries import source_by_digest
from tracker.store.plans import Draft, DraftState, Indicator, Plan, Source


def counts(session: Session) -> tuple[int, int, int]:
    """How many sources, plans and drafts are stored."""
    sources, plans, drafts = (session.scalar(select(func.count()).select_from(t)) or 0 for t in (Source, Plan, Draft))
    return sources, plans, drafts


def test_a_file_becomes_a_source_with_plans_and_drafts(session: Session, city: City) -> None:
    data = PLAN.encode("gb18030")
    done = import_file(session, the_actor(city.supervisor), NOW, Upload(data, "方案.txt"), city.root.id)
    source = session.get_one(Source, done.source_id)
    assert not done.already
    assert (source.name, source.imported_by_id, source.imported_at) == ("方案.txt", city.supervisor.id, NOW)
    assert source.sha256 == hashlib.sha256(data).hexdigest()
    (plan,) = source.plans
    assert (plan.number, plan.issued_on and plan.issued_on.isoformat()) == ("示政办字〔2023〕12号", "2023-05-08")
    assert [draft.title for draft in plan.drafts] == ["建立清单", "整修道路", "常态巡查", "经费保障"]
    assert {draft.state for draft in plan.drafts} == {DraftState.OPEN}
    for draft in plan.drafts:
        assert source.text[draft.start : draft.end] == draft.quote


TARGETS = (
    PLAN
    + """
三、主要指标

序号\t类别\t指标\t2020年\t2025年\t属性\t责任单位
1\t管护\t学校门口监控覆盖率（%）\t62\t≥98\t约束性\t市教育局
2\t管护\t护学岗数量（个）\t—\t增加一倍\t预期性\t市公安局、市教育局
"""
)


def test_the_indicators_of_a_plan_are_kept_with_it_and_are_no_drafts(session: Session, city: City) -> None:
    done = import_file(session, the_actor(city.supervisor), NOW, Upload(TARGETS.encode(), "方案.txt"), city.root.id)
    (plan,) = session.get_one(Source, done.source_id).plans
    assert len(plan.drafts) == 4
    first, second = plan.indicators
    assert (first.name, first.category, first.measure, first.units) == ("学校门口监控覆盖率", "管护", "%", ["市教育局"])
    assert (first.base, first.base_value, first.base_year) == ("62", 62.0, 2020)
    assert (first.target, first.target_value, first.target_year, first.binding) == ("≥98", 98.0, 2025, Binding.BINDING)
    assert (second.base, second.target, second.target_value) == (None, "增加一倍", None)
    assert "护学岗数量" in session.get_one(Source, done.source_id).text[second.start : second.end]
    session.delete(plan)
    session.commit()
    assert session.scalar(select(func.count()).select_from(Indicator)) == 0


def test_the_same_bytes_again_change_nothing(session: Session, city: City) -> None:
    actor, upload = the_actor(city.supervisor), Upload(PLAN.encode(), "方案.txt")
    first = import_file(session, actor, NOW, upload, city.root.id)
    before = counts(session)
    again = import_file(session, actor, NOW + timedelta(days=3), replace(upload, name="改了名.txt"), city.root.id)
    assert again.already
    assert (again.source_id, again.imported_at, again.name) == (first.source_id, NOW, "方案.txt")
    assert counts(session) == before


def test_a_pasted_text_is_the_same_as_its_file(session: Session, city: City) -> None:
    actor = the_actor(city.supervisor)
    import_file(session, actor, NOW, Upload(PLAN.encode(), "方案.txt"), city.root.id)
    assert import_file(session, actor, NOW, pasted(PLAN.replace("\n", "\r\n"), "粘贴"), city.root.id).already


def test_another_office_may_import_the_same_file(session: Session, city: City) -> None:
    upload = Upload(PLAN.encode(), "方案.txt")
    import_file(session, the_actor(city.supervisor), NOW, upload, city.root.id)
    done = import_file(session, the_actor(city.county_supervisor), NOW, upload, city.county.id)
    assert not done.already
    assert counts(session)[0] == 2


@pytest.mark.parametrize("login", ["liaison", "leader", "administrator", "nobody", "county_supervisor"])
def test_only_a_supervisor_in_reach_imports(session: Session, city: City, login: str) -> None:
    with pytest.raises(Forbidden):
        import_file(session, the_actor(getattr(city, login)), NOW, Upload(PLAN.encode(), "方案.txt"), city.root.id)
    assert counts(session) == (0, 0, 0)


def test_a_scope_that_does_not_exist(session: Session, city: City) -> None:
    with pytest.raises(NotFound):
        import_file(session, the_actor(city.supervisor), NOW, Upload(PLAN.encode(), "方案.txt"), 987_654)


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "空文件"),
        (b"MZ\x90\x00\x03" + bytes(400), "程序"),
        (b"  \r\n\t\n", "没有文字"),
        (SECRET.encode(), "秘密"),
        (b"\x00\x01\x02" * 200, "不是文本"),
        ("重复的一句话。".encode() * 2_600_000, "上限"),
    ],
)
def test_what_cannot_be_read_is_refused_and_leaves_nothing(
    session: Session, city: City, data: bytes, says: str
) -> None:
    with pytest.raises(UnreadableFile, match=says):
        import_file(session, the_actor(city.supervisor), NOW, Upload(data, "方案.txt"), city.root.id)
    assert counts(session) == (0, 0, 0)


def test_a_file_without_any_clause_is_kept_and_says_so(session: Session, city: City) -> None:
    actor = the_actor(city.supervisor)
    done = import_file(session, actor, NOW, Upload(NEWS.encode(), "新闻.txt"), city.root.id)
    view = source_view(session, actor, done.source_id)
    assert view.assigning == ()
    assert view.counts.total == 0


def test_a_source_tells_its_plans_apart(session: Session, city: City) -> None:
    actor = the_actor(city.supervisor)
    reading = a_reading(a_draft("甲", "市教育局"), a_draft("乙", "市教育局"), plans=4)
    view = source_view(session, actor, import_source(session, actor, NOW, reading, city.root.id).source_id)
    assert [(row.plan.title, row.counts.open) for row in view.assigning] == [("示例市整治方案", 2)]
    assert len(view.silent) == 3


def test_a_source_out_of_reach_is_not_shown(session: Session, city: City) -> None:
    actor = the_actor(city.supervisor)
    done = import_source(session, actor, NOW, a_reading(), city.root.id)
    with pytest.raises(Forbidden):
        source_view(session, the_actor(city.county_supervisor), done.source_id)
    with pytest.raises(NotFound):
        source_view(session, actor, 987_654)


def test_what_a_database_cannot_hold_is_replaced_in_place(session: Session, city: City) -> None:
    draft = a_draft("整治\x00方案\ud800", "市教育局")
    source = session.get_one(
        Source, import_source(session, the_actor(city.supervisor), NOW, a_reading_of(draft), city.root.id).source_id
    )
    (kept,) = source.plans[0].drafts
    assert kept.quote == "（整治\ufffd方案?）"
    assert source.text[kept.start : kept.end] == kept.quote


def a_reading_of(draft: DraftReading) -> SourceReading:
    """A reading whose text cannot be encoded: its digest is made up."""
    safe = a_reading(a_draft("整治x方案y", "市教育局"))
    (plan,) = safe.plans
    (inner,) = plan.drafts
    broken = {"text": safe.text.replace("整治x方案y", "整治\x00方案\ud800")}
    odd = replace(inner, title=draft.title, quote="（整治\x00方案\ud800）")
    return replace(safe, plans=(replace(plan, drafts=(odd,)),), **broken)


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("方案.txt", "方案.txt"),
        ("C:\\fakepath\\方案.txt", "方案.txt"),
        ("../../etc/passwd", "passwd"),
        ("/tmp/", "tmp"),
        ("方\x00案\u202etxt.exe\n.txt", "方案txt.exe.txt"),
        ("  . 方案  终稿 .txt  ", "方案 终稿 .txt"),
        ("", "未命名"),
        ("...", "未命名"),
        ("长" * 300 + ".txt", "长" * 116 + ".txt"),
    ],
)
def test_a_name_is_kept_without_what_is_no_name(given: str, kept: str) -> None:
    assert clean_name(given) == kept


def test_reading_happens_while_the_database_is_free(
    session: Session, city: City, sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While a long file is read, another connection can write."""
    wrote = list[bool]()

    def slow(data: bytes, name: str, *_: object) -> SourceReading:
        with write_session(make_engine(sqlite_url)) as other:
            other.get_one(Plan, other_plan).title = "别人写的"
            other.commit()
            wrote.append(True)
        return read_bytes(data, name)

    actor = the_actor(city.supervisor)
    other_plan = (
        session.get_one(Source, import_source(session, actor, NOW, a_reading(), city.root.id).source_id).plans[0].id
    )
    session.commit()
    monkeypatch.setattr(intake, "read_file", slow)
    import_file(session, actor, NOW, Upload(PLAN.encode(), "方案.txt"), city.root.id)
    assert wrote == [True]


def race(url: str) -> tuple[list[intake.Imported], int]:
    """Two imports of the same bytes at one moment: what each was told, and how many sources there are."""
    engine = make_engine(url)
    with write_session(engine) as session:
        city = a_city(session)
    reading, start, told = a_reading(a_draft("甲", "市教育局")), threading.Barrier(2), list[intake.Imported]()

    def both_look_first(session: Session, scope_id: int, digest: str) -> Source | None:
        found = source_by_digest(session, scope_id, digest)
        if found is None and engine.dialect.name != "sqlite":
            start.wait(10)
        return found

    def run() -> None:
        with write_session(engine) as session:
            told.append(import_source(session, the_actor(city.supervisor), NOW, reading, city.root.id))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(intake, "source_by_digest", both_look_first)
        threads = [threading.Thread(target=run) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)
    with write_session(engine) as session:
        sources = counts(session)[0]
    engine.dispose()
    return told, sources


def test_two_imports_at_once_on_sqlite(sqlite_url: str) -> None:
    told, sources = race(sqlite_url)
    assert sorted(done.already for done in told) == [False, True]
    assert sources == 1


@pytest.mark.needs("postgresql")
def test_two_imports_at_once_on_postgresql(postgres_url: str) -> None:
    """Both have looked before either stored: the unique constraint decides."""
    told, sources = race(postgres_url)
    assert sorted(done.already for done in told) == [False, True]
    assert len({done.source_id for done in told}) == 1
    assert sources == 1
