"""Importing on a page, reviewing, matching, editing and adopting, as a supervisor meets them; and bad input."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from io import BytesIO
from typing import Any, TypeVar

import pytest
from flask import Flask
from openpyxl import Workbook
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from tests.builders import NOW, City, a_person, the_actor
from tests.html import Node
from tests.intake_texts import DOUBT, NEWS, PLAN, SECRET, a_draft, a_reading
from tests.web.browsing import Page, Visitor
from tracker.domain.access import Office
from tracker.domain.drafts import Basis, Deadline, DeadlineKind, Doubt
from tracker.domain.drafts import Draft as DraftReading
from tracker.services.intake import import_source
from tracker.settings import Settings
from tracker.store.plan_queries import drafts_of
from tracker.store.plans import Draft, DraftState, Plan, Source
from tracker.store.tasks import Task
from tracker.store.units import Unit, UnitName

Found = TypeVar("Found")


def looked(session: Session, look: Callable[[Session], Found]) -> Found:
    """What is in the database now; lets go of it at once, so that pages can write again."""
    session.expire_all()
    found = look(session)
    session.rollback()
    return found


def how_many(session: Session, table: type[Any]) -> int:
    return looked(session, lambda s: s.scalar(select(func.count()).select_from(table)) or 0)


def state_of(session: Session, draft_id: int) -> DraftState:
    return looked(session, lambda s: s.get_one(Draft, draft_id).state)


@pytest.fixture
def supervisor(page: Visitor, city: City) -> Visitor:
    """The city's supervisor, signed in."""
    return page.sign_in("supervisor")


def upload(visitor: Visitor, data: bytes, name: str = "方案.txt", status: int = 200) -> Page:
    """Chooses a file on the import page and sends it."""
    form = visitor("/plans/new").form("/plans/new")
    fields = {node.get("name"): node.get("value") for node in form.all("input", type="hidden")}
    return visitor.send("/plans/new", {**fields, "text": "", "name": "", "file": (BytesIO(data), name)}, status=status)


def a_review(session: Session, city: City, *drafts: DraftReading) -> tuple[str, list[int]]:
    """The address of the review page of an imported plan, and the ids of its drafts."""
    done = import_source(session, the_actor(city.supervisor), NOW, a_reading(*drafts), city.root.id)
    plan_id = session.get_one(Source, done.source_id).plans[0].id
    ids = [draft.id for draft in drafts_of(session, plan_id)]
    session.commit()
    return f"/plans/{plan_id}/review", ids


def card(page: Page, draft_id: int) -> Node:
    return page.root.one("article", id=f"draft-{draft_id}")


# Importing ------------------------------------------------------------------------------------------------------


def test_a_file_is_uploaded_and_its_plan_shown(supervisor: Visitor, session: Session) -> None:
    page = upload(supervisor, PLAN.encode("gb18030"))
    plan_id = looked(session, lambda s: s.scalars(select(Plan.id)).one())
    assert page.path == f"/plans/{plan_id}/review"  # with one plan there is nothing to choose from
    assert "已导入" in page.alerts[0]
    assert "示政办字〔2023〕12号" in page.text
    assert how_many(session, Draft) == 4
    source = supervisor("/sources/1")
    assert source.heading == "方案.txt"
    assert "待核 4" in source.text


def test_what_is_known_about_the_file_is_shown_and_is_no_fact_to_fill_in(supervisor: Visitor) -> None:
    book = Workbook()
    for row in (("任务", "责任单位", "完成时限"), ("修渠", "市水利局", "2024年6月"), ("清淤", "市水利局", "2024年7月")):
        book.worksheets[0].append(row)
    book.worksheets[0].row_dimensions[3].hidden = True
    out = BytesIO()
    book.save(out)
    page = upload(supervisor, out.getvalue(), name="清单.xlsx")
    (told,) = (line.text for line in page.root.all("p", class_="doubt-line") if "被隐藏" in line.text)
    assert "去补填" not in told
    assert "被隐藏" in supervisor("/sources/1").text


def test_a_file_of_several_plans_leads_to_their_list(supervisor: Visitor, session: Session) -> None:
    page = upload(supervisor, (PLAN + PLAN.replace("12号", "13号")).encode())
    assert page.path == "/sources/1"
    assert "读出2份文件" in page.text


def test_the_same_form_twice_is_one_import(supervisor: Visitor, session: Session) -> None:
    upload(supervisor, PLAN.encode())
    again = upload(supervisor, PLAN.encode(), name="另一个名.txt")
    assert again.path == "/sources/1"
    assert "该文件已于2023-06-15 09:00导入" in again.alerts[0]
    assert "没有改动" in again.alerts[0]
    assert (how_many(session, Source), how_many(session, Draft)) == (1, 4)


def test_text_is_pasted(supervisor: Visitor, session: Session) -> None:
    supervisor.post("/plans/new", {"text": PLAN.replace("\n", "\r\n"), "name": "整治方案"})
    assert supervisor("/sources/1").heading == "整治方案.txt"
    assert looked(session, lambda s: s.scalars(select(Source.text)).one()) == PLAN


@pytest.mark.parametrize(
    ("data", "name", "says"),
    [
        (b"", "空.txt", "空文件"),
        (b"MZ\x90\x00" + bytes(300), "计算器.txt", "是一个程序"),
        (b"PK\x03\x04" + bytes(300), "方案.docx", "已损坏"),
        (SECRET.encode(), "内部.txt", "涉密文件不得上传"),
        (bytes(range(256)) * 8, "乱码.txt", "不是文本"),
    ],
)
def test_a_file_that_cannot_be_read_is_told_in_place(
    supervisor: Visitor, session: Session, data: bytes, name: str, says: str
) -> None:
    page = upload(supervisor, data, name, status=422)
    assert says in page.main.one("div", id="file-note").text
    assert how_many(session, Source) == 0


def test_a_pasted_text_that_is_refused_stays_in_the_form(supervisor: Visitor, session: Session) -> None:
    page = supervisor.post("/plans/new", {"text": SECRET, "name": "内部"}, status=422)
    assert "秘密" in page.main.one("div", id="text-note").text
    kept = "".join(part for part in page.main.one("textarea", id="text").parts if isinstance(part, str))
    assert kept.replace("\r\n", "\n").lstrip("\n") == SECRET.lstrip("\n")
    assert page.main.one("input", name="name").get("value") == "内部"
    assert how_many(session, Source) == 0


def test_neither_file_nor_text(supervisor: Visitor) -> None:
    page = supervisor.post("/plans/new", {"text": "   "}, status=422)
    assert "请选择要上传的文件" in page.text


def test_file_and_text_at_once(supervisor: Visitor, session: Session) -> None:
    form = supervisor("/plans/new").form("/plans/new")
    fields = {node.get("name"): node.get("value") for node in form.all("input", type="hidden")}
    data = {**fields, "text": PLAN, "name": "", "file": (BytesIO(PLAN.encode()), "方案.txt")}
    page = supervisor.send("/plans/new", data, status=422)
    assert "只能选一种" in page.text
    assert how_many(session, Source) == 0


def test_fifty_megabytes_are_too_much(supervisor: Visitor, session: Session, app_settings: Settings) -> None:
    file = FileStorage(BytesIO("教".encode() * (50 * 1024 * 1024 // 3)), "方案.txt")
    boundary, body = encode_multipart({"csrf_token": supervisor.token(), "file": file})
    assert len(body) > 50_000_000
    answer = supervisor.client.post("/plans/new", data=body, content_type=f"multipart/form-data; boundary={boundary}")
    assert answer.status_code == 413
    assert f"超过{app_settings.max_upload_mb} MB" in answer.get_data(as_text=True)
    assert how_many(session, Source) == 0


def test_fifty_megabytes_of_pasted_text(supervisor: Visitor, session: Session) -> None:
    body = f"csrf_token={supervisor.token()}&text=".encode() + b"%E6%95%99" * 5_900_000
    answer = supervisor.client.post("/plans/new", data=body, content_type="application/x-www-form-urlencoded")
    assert answer.status_code == 413
    assert "没有保存" in answer.get_data(as_text=True)
    assert how_many(session, Source) == 0


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("..\\..\\boot.txt", "boot.txt"),
        ("../../etc/方案.txt", "方案.txt"),
        ("<b>方案</b>&.txt", "b>&.txt"),
        ("\u202e方\x07案.txt", "方案.txt"),
    ],
)
def test_odd_file_names_are_only_names(supervisor: Visitor, given: str, kept: str) -> None:
    upload(supervisor, PLAN.encode(), given)
    assert supervisor("/sources/1").heading == kept


def test_a_plan_without_any_clause_gives_advice(supervisor: Visitor) -> None:
    page = upload(supervisor, NEWS.encode(), "新闻.txt")
    assert "没有找到责任条款" in page.text
    assert "请把附件另行导入" in page.text


def test_a_gazette_lists_its_plans_and_folds_the_silent_ones(supervisor: Visitor, session: Session, city: City) -> None:
    reading = a_reading(a_draft("甲", "市教育局", doubts=(DOUBT,)), a_draft("乙", "市教育局"), plans=5)
    done = import_source(session, the_actor(city.supervisor), NOW, reading, city.root.id)
    session.commit()
    page = supervisor(f"/sources/{done.source_id}")
    assert "读出5份文件、2条待核任务" in page.text
    assert "读取存疑 1" in page.text
    folded = page.main.one("details", class_="fold")
    assert "没有责任条款的文件 4份" in folded.text
    assert "政策解读之1" in folded.text


@pytest.mark.parametrize("login", ["liaison", "leader", "administrator"])
def test_others_than_supervisors_are_refused(page: Visitor, session: Session, city: City, login: str) -> None:
    path, ids = a_review(session, city, a_draft("甲", "市教育局"))
    page.sign_in(login)
    token = page.token()
    for get in ("/plans/new", "/sources/1", path, f"/drafts/{ids[0]}/edit"):
        page(get, 403)
    for post in (f"/drafts/{ids[0]}/adopt", f"/drafts/{ids[0]}/drop", path.replace("review", "adopt-sure")):
        page.send(post, {"csrf_token": token, "version": 1, "expected": 1}, status=403)
    assert state_of(session, ids[0]) is DraftState.OPEN


def test_a_supervisor_beside_is_refused(page: Visitor, session: Session, city: City) -> None:
    path, ids = a_review(session, city, a_draft("甲", "市教育局"))
    page.sign_in("county_supervisor")
    token = page.token()
    page(path, 403)
    page.send(f"/drafts/{ids[0]}/adopt", {"csrf_token": token, "version": 1}, status=403)
    page.send("/plans/new", {"csrf_token": token, "scope": city.root.id, "text": PLAN}, status=422)
    assert how_many(session, Task) == 0


# Reviewing ------------------------------------------------------------------------------------------------------


def test_draft_and_clause_point_at_each_other(supervisor: Visitor, session: Session, city: City) -> None:
    path, ids = a_review(session, city, a_draft("整修<道路>&桥", "市教育局"))
    page = supervisor(path)
    clause = page.root.one("mark", id=f"clause-{ids[0]}")
    assert clause.text == "（整修<道路>&桥）"
    assert clause.one("a").get("href") == f"#draft-{ids[0]}"
    assert card(page, ids[0]).one("blockquote").one("a").get("href") == f"#clause-{ids[0]}"
    assert "整修<道路>&桥" in card(page, ids[0]).one("h2").text


def test_a_draft_shows_how_it_was_read(supervisor: Visitor, session: Session, city: City) -> None:
    path, ids = a_review(session, city, a_draft("甲", "市财政局", "市教育局", doubts=(DOUBT,)))
    shown = card(supervisor(path), ids[0]).text
    for words in ("“2023年9月底前”", "2023年9月30日", "条款写明", "月底、月底前均含当月", "早于文件印发日期"):
        assert words in shown
    assert "采纳后分给2个单位，市财政局牵头（按惯例首个单位牵头）" in shown


def test_filters_and_pages_of_a_long_plan(supervisor: Visitor, session: Session, city: City) -> None:
    drafts = [a_draft(f"任务{n}", "市教育局", doubts=(DOUBT,) if n % 10 == 0 else ()) for n in range(120)]
    path, ids = a_review(session, city, *drafts)
    first = supervisor(path)
    assert len(first.root.all("article")) == 25
    assert len(first.root.all("mark")) == 120
    assert first.root.one("mark", id=f"clause-{ids[119]}").one("a").get("href").endswith(f"#draft-{ids[119]}")
    doubted = supervisor(f"{path}?show=doubted")
    assert len(doubted.root.all("article")) == 12
    assert len(supervisor(f"{path}?page=5").root.all("article")) == 20
    assert f"draft-{ids[119]}" in supervisor(f"{path}?draft={ids[119]}").html
    assert len(supervisor(f"{path}?show=nonsense&page=999").root.all("article")) == 20


def test_one_draft_is_adopted_and_the_next_comes_up(supervisor: Visitor, session: Session, city: City) -> None:
    path, ids = a_review(session, city, a_draft("甲", "市教育局"), a_draft("乙", "市教育局"))
    page = supervisor.post(path, form=f"/drafts/{ids[0]}/adopt")
    strip = page.root.one("div", id="done")
    assert "已采纳“甲”" in strip.text
    assert strip.one("a").get("href").startswith("/tasks/")
    assert [node.get("id") for node in page.root.all("article")] == [f"draft-{ids[1]}"]
    assert how_many(session, Task) == 1


def test_adopting_by_a_double_click(supervisor: Visitor, session: Session, city: City) -> None:
    _, ids = a_review(session, city, a_draft("甲", "市教育局"))
    data = {"csrf_token": supervisor.token(), "version": 1, "next": ""}
    supervisor.send(f"/drafts/{ids[0]}/adopt", data)
    again = supervisor.send(f"/drafts/{ids[0]}/adopt", data)
    assert "此前已经采纳，没有重复生成任务" in again.text
    assert how_many(session, Task) == 1


def test_a_draft_with_doubts_is_adopted_by_its_own_button(supervisor: Visitor, session: Session, city: City) -> None:
    path, ids = a_review(session, city, a_draft("甲", "市教育局", doubts=(DOUBT,)))
    page = supervisor(path)
    assert "没有可以一并采纳的任务" in page.text
    assert "已核对，采纳" in card(page, ids[0]).text
    supervisor.post(path, form=f"/drafts/{ids[0]}/adopt")
    assert state_of(session, ids[0]) is DraftState.ADOPTED


def test_a_draft_without_a_known_unit_has_no_button_and_no_way_round(
    supervisor: Visitor, session: Session, city: City
) -> None:
    path, ids = a_review(session, city, a_draft("甲"), a_draft("乙", "市没有局"))
    page = supervisor(path)
    assert "单位补齐后才能采纳" in card(page, ids[0]).text
    for draft_id, says in zip(ids, ("没有责任单位", "市没有局"), strict=True):
        data = {"csrf_token": supervisor.token(), "version": 1}
        refused = supervisor.send(f"/drafts/{draft_id}/adopt", data, status=422)
        assert says in refused.alerts[0]
    assert how_many(session, Task) == 0


def test_all_that_carry_no_doubt(supervisor: Visitor, session: Session, city: City) -> None:
    drafts = a_draft("甲", "市教育局"), a_draft("乙", "市教育局"), a_draft("丙", "市教育局", doubts=(DOUBT,))
    path, ids = a_review(session, city, *drafts)
    action = path.replace("review", "adopt-sure")
    page = supervisor.post(action)
    assert "已采纳2条" in page.alerts[0]
    assert [state_of(session, one) for one in ids] == [DraftState.ADOPTED, DraftState.ADOPTED, DraftState.OPEN]
    again = supervisor.send(action, {"csrf_token": supervisor.token(), "expected": 2})
    assert "可能刚刚已经采纳过了" in again.alerts[0]
    assert how_many(session, Task) == 2


def test_the_list_changed_before_all_were_adopted(supervisor: Visitor, session: Session, city: City) -> None:
    path, _ = a_review(session, city, a_draft("甲", "市教育局"), a_draft("乙", "市教育局"))
    data = {"csrf_token": supervisor.token(), "expected": 7}
    page = supervisor.send(path.replace("review", "adopt-sure"), data, status=409)
    assert "没有采纳" in page.alerts[0]
    assert how_many(session, Task) == 0


def test_a_date_stated_once_for_all_is_confirmed(supervisor: Visitor, session: Session, city: City) -> None:
    dated = {
        "deadline": Deadline("3月30日前", DeadlineKind.FIXED, date(2023, 3, 30), Basis.PLAN, "day"),
        "doubts": (Doubt("date-from-plan", "日期取自文件的总时限，请核对"),),
    }
    path, ids = a_review(session, city, a_draft("甲", "市教育局", **dated), a_draft("乙", "市教育局", **dated))
    assert "2条的完成日期2023年3月30日不是本条写明的" in supervisor(path).text
    page = supervisor.post(path, form=path.replace("review", "confirm-date"))
    assert "已确认2条" in page.alerts[0]
    assert "采纳全部2条无存疑的任务" in page.text
    assert "督查员核定" in card(page, ids[0]).text


def test_dropping_and_taking_back(supervisor: Visitor, session: Session, city: City) -> None:
    path, ids = a_review(session, city, a_draft("甲", "市教育局"), a_draft("乙", "市教育局"))
    page = supervisor.post(path, form=f"/drafts/{ids[0]}/drop")
    assert "已舍弃“甲”" in page.root.one("div", id="done").text
    back = supervisor.post(page.path, form=f"/drafts/{ids[0]}/restore")
    assert "已恢复“甲”，重新待核" in back.text
    assert state_of(session, ids[0]) is DraftState.OPEN
    assert "恢复待核" not in supervisor(f"{path}?show=all").text


def test_a_plan_that_is_done_with_says_so(supervisor: Visitor, session: Session, city: City) -> None:
    path, ids = a_review(session, city, a_draft("甲", "市教育局"))
    assert "全部核对完毕" in supervisor.post(path, form=f"/drafts/{ids[0]}/adopt").text


# Matching names -------------------------------------------------------------------------------------------------


def test_an_unknown_name_is_matched_once_for_all(supervisor: Visitor, session: Session, city: City) -> None:
    path, ids = a_review(session, city, a_draft("甲", "市教委"), a_draft("乙", "市教委"))
    page = supervisor(path)
    assert "1个单位名称还没有对应" in page.text
    choices = {node.get("value") for node in card(page, ids[0]).all("input", name="choice")}
    assert {f"unit:{city.education.id}", "other", "new"} <= choices
    assert "本页前面有这个名称" in card(page, ids[1]).text
    done = supervisor.post(path, {"choice": f"unit:{city.education.id}"}, form=f"/drafts/{ids[0]}/match")
    assert "“市教委”已对应到“市教育局”" in done.alerts[0]
    assert "即市教育局" in card(done, ids[1]).text
    assert looked(session, lambda s: s.scalar(select(UnitName.unit_id).where(UnitName.name == "市教委")))


def test_a_careless_press_matches_nothing(supervisor: Visitor, session: Session, city: City) -> None:
    path, ids = a_review(session, city, a_draft("甲", "市教委"))
    page = supervisor.post(path, form=f"/drafts/{ids[0]}/match", status=422)
    assert "请选择对应的单位" in page.alerts[0]
    assert not looked(session, lambda s: s.scalar(select(UnitName.unit_id).where(UnitName.name == "市教委")))


def test_a_new_unit_in_one_step(supervisor: Visitor, session: Session, city: City) -> None:
    path, ids = a_review(session, city, a_draft("甲", "市体育局"))
    given = {"choice": "new", "new_name": "市体育局", "new_full_name": "示例市体育局"}
    page = supervisor.post(path, given, form=f"/drafts/{ids[0]}/match")
    assert "已登记新单位“市体育局”。" in page.alerts[0]
    assert (
        looked(session, lambda s: s.scalars(select(Unit).where(Unit.name == "市体育局")).one().parent_id)
        == city.root.id
    )


def test_a_match_that_fails_keeps_what_was_typed(supervisor: Visitor, session: Session, city: City) -> None:
    path, ids = a_review(session, city, a_draft("甲", "市体育局"))
    given = {"choice": "other", "other": "市没有局"}
    page = supervisor.post(path, given, form=f"/drafts/{ids[0]}/match", status=422)
    assert "没有找到名为“市没有局”的单位" in page.alerts[0]
    form = page.form(f"/drafts/{ids[0]}/match")
    assert form.one("input", name="other").get("value") == "市没有局"
    assert "checked" in form.one("input", value="other").attrs


# Editing --------------------------------------------------------------------------------------------------------


def test_a_draft_is_edited(supervisor: Visitor, session: Session, city: City) -> None:
    _, ids = a_review(session, city, a_draft("甲", "市教育局"))
    given = {
        "title": "改过的名称",
        "units-0-role": "support",
        "units-1-name": "市财政局",
        "units-1-role": "lead",
        "due_on": "2023-12-31",
        "milestones-0-text": "开工",
        "milestones-0-due_on": "2023-08-01",
    }
    page = supervisor.post(f"/drafts/{ids[0]}/edit", given)
    assert "“改过的名称”已保存" in page.root.one("div", id="done").text
    shown = card(page, ids[0]).text
    for words in ("市财政局", "2023年12月31日", "督查员核定", "开工", "2023年8月1日", "杜督查 最后办理"):
        assert words in shown


def test_a_cleared_row_is_gone_and_more_rows_come(supervisor: Visitor, session: Session, city: City) -> None:
    _, ids = a_review(session, city, a_draft("甲", "市教育局", "市财政局"))
    path = f"/drafts/{ids[0]}/edit"
    fields = {"version": 1, "title": "字", "kind": "fixed", "units-0-name": "市教育局", "units-0-role": "lead"}
    more = supervisor.send(path, {"csrf_token": supervisor.token(), "more": "units", **fields})
    rows = [node.get("name") for node in more.root.all("input") if re.fullmatch(r"units-\d+-name", node.get("name"))]
    assert len(rows) > 5
    assert more.root.one("input", name="title").get("value") == "字"
    page = supervisor.post(path, {"units-0-name": ""})
    assert "市教育局" not in card(page, ids[0]).one("ul", class_="units").text
    assert "市财政局" in card(page, ids[0]).text


def test_a_date_filled_in_where_there_was_none_is_a_fixed_one(
    supervisor: Visitor, session: Session, city: City
) -> None:
    undated = a_draft("甲", "市教育局", deadline=Deadline("", DeadlineKind.NONE, None, None, None))
    _, ids = a_review(session, city, undated)
    supervisor.post(f"/drafts/{ids[0]}/edit", {"due_on": "2023-09-01"})
    draft = looked(session, lambda s: s.get_one(Draft, ids[0]))
    assert (draft.deadline_kind, draft.due_on) == (DeadlineKind.FIXED, date(2023, 9, 1))


def test_the_form_shows_the_clause_with_what_stands_around_it(
    supervisor: Visitor, session: Session, city: City
) -> None:
    _, ids = a_review(session, city, a_draft("甲", "市教育局"), a_draft("乙", "市教育局"))
    quoted = supervisor(f"/drafts/{ids[1]}/edit").main.one("blockquote")
    assert quoted.one("mark").text == "（乙）"
    assert "示例市整治方案 （甲）" in quoted.text


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"title": ""}, "请填写任务名称"),
        ({"due_on": ""}, "请填写完成日期"),
        ({"due_on": "0203-01-01"}, "超出合理范围"),
        ({"due_on": "三月"}, "日期"),
        ({"kind": "ongoing"}, "不应有完成日期"),
        ({"units-1-name": "市教育局"}, "填写了两次"),
        ({"milestones-0-due_on": "2023-08-01"}, "这个节点要做到什么"),
    ],
)
def test_an_edit_that_cannot_be(
    supervisor: Visitor, session: Session, city: City, given: dict[str, str], says: str
) -> None:
    _, ids = a_review(session, city, a_draft("甲", "市教育局"))
    page = supervisor.post(f"/drafts/{ids[0]}/edit", {"deadline_text": "九月底", **given}, status=422)
    assert says in page.text
    assert page.root.one("input", name="deadline_text").get("value") == "九月底"
    assert looked(session, lambda s: s.get_one(Draft, ids[0]).version) == 1


def test_two_reviewers_edit_one_draft(app: Flask, supervisor: Visitor, session: Session, city: City) -> None:
    _, ids = a_review(session, city, a_draft("甲", "市教育局"))
    a_person(session, "second", (Office.SUPERVISOR, city.root), name="王督查")
    session.commit()
    second = Visitor(app).sign_in("second")
    path = f"/drafts/{ids[0]}/edit"
    opened = second(path).form(path)
    fields = {node.get("name"): node.get("value") for node in opened.all("input") if node.get("name")}
    supervisor.post(path, {"title": "第一人改的"})
    sent = {**fields, "kind": "fixed", "title": "第二人改的", "units-0-role": "lead"}
    sent = {name: value for name, value in sent.items() if name not in ("more", "date_confirmed")}
    told = second.send(path, sent, status=409)
    assert "刚刚被杜督查修改" in told.alerts[0]
    assert "2023-06-15 09:00" in told.alerts[0]
    assert "第一人改的" in told.alerts[0]
    assert "市教育局（牵头）" in told.alerts[0]
    assert told.root.one("input", name="title").get("value") == "第二人改的"
    assert looked(session, lambda s: s.get_one(Draft, ids[0]).title) == "第一人改的"
    # Told what changed, the second may still insist.
    fields = {**sent, "version": told.root.one("input", name="version").get("value")}
    second.send(path, fields)
    assert looked(session, lambda s: s.get_one(Draft, ids[0]).title) == "第二人改的"


def test_adopting_what_another_has_just_changed(supervisor: Visitor, session: Session, city: City) -> None:
    _, ids = a_review(session, city, a_draft("甲", "市教育局"))
    supervisor.post(f"/drafts/{ids[0]}/edit", {"title": "改了"})
    data = {"csrf_token": supervisor.token(), "version": 1}
    page = supervisor.send(f"/drafts/{ids[0]}/adopt", data, status=409)
    assert "“改了”刚刚被杜督查修改" in page.alerts[0]
    assert how_many(session, Task) == 0


@pytest.mark.parametrize(("row", "most"), [("units-{}-name", 300), ("milestones-{}-text", 100)])
def test_an_edit_may_have_as_many_rows_as_the_form_takes(
    supervisor: Visitor, session: Session, city: City, row: str, most: int
) -> None:
    """The spare rows at the end of a full list are left out, and nothing typed is lost."""
    _, ids = a_review(session, city, a_draft("整修道路", "市教育局"))
    path = f"/drafts/{ids[0]}/edit"
    fields = {"csrf_token": supervisor.token(), "version": "1", "title": "整修道路", "kind": "none", "more": "1"}
    page = supervisor.send(path, {**fields, **{row.format(n): f"第{n}行" for n in range(most)}})
    assert page.form(path).one("input", name=row.format(most - 1)).get("value") == f"第{most - 1}行"
    assert not page.form(path).all("input", name=row.format(most))


def test_editing_what_was_adopted_meanwhile(supervisor: Visitor, session: Session, city: City) -> None:
    path, ids = a_review(session, city, a_draft("甲", "市教育局"))
    supervisor.post(path, form=f"/drafts/{ids[0]}/adopt")
    page = supervisor(f"/drafts/{ids[0]}/edit")
    assert "现为“已采纳”，不能再修改" in page.text


@pytest.mark.parametrize("action", ["adopt", "drop", "restore", "match"])
def test_a_form_without_its_version_does_nothing(
    supervisor: Visitor, session: Session, city: City, action: str
) -> None:
    _, ids = a_review(session, city, a_draft("甲", "市教育局"))
    page = supervisor.send(f"/drafts/{ids[0]}/{action}", {"csrf_token": supervisor.token()}, status=422)
    assert "刷新" in page.alerts[0]
    assert state_of(session, ids[0]) is DraftState.OPEN


def test_drafts_and_plans_that_do_not_exist(supervisor: Visitor) -> None:
    for path in ("/plans/987654/review", "/sources/987654", "/drafts/987654/edit", "/plans/987654/facts"):
        supervisor(path, 404)
    supervisor.send("/drafts/987654/adopt", {"csrf_token": supervisor.token(), "version": 1}, status=404)


# Facts of a plan ------------------------------------------------------------------------------------------------


def test_missing_facts_are_filled_in(supervisor: Visitor, session: Session, city: City) -> None:
    page = upload(supervisor, NEWS.encode(), "新闻.txt")
    plan_id = looked(session, lambda s: s.scalars(select(Plan.id)).one())
    review = supervisor(f"/plans/{plan_id}/review")
    assert "没有读出印发日期" in review.text
    given = {"number": "示政字〔2023〕3号", "issued_on": "2023-03-01"}
    done = supervisor.post(f"/plans/{plan_id}/facts", given)
    assert "2023年3月1日印发" in done.text
    assert "没有读出印发日期" not in done.text
    assert page.status == 200


def test_facts_that_cannot_be_and_facts_changed_meanwhile(supervisor: Visitor, session: Session, city: City) -> None:
    path, _ = a_review(session, city, a_draft("甲", "市教育局"))
    facts = path.replace("review", "facts")
    wrong = supervisor.post(facts, {"issued_on": "2023-03-01", "effective_until": "2022-01-01"}, status=422)
    assert "早于印发日期" in wrong.alerts[0]
    old = {node.get("name"): node.get("value") for node in supervisor(facts).form(facts).all("input")}
    supervisor.post(facts, {"title": "先改的"})
    told = supervisor.send(facts, {**old, "title": "后改的"}, status=409)
    assert "先改的" in told.alerts[0]
    assert told.root.one("input", name="title").get("value") == "后改的"


def test_the_same_document_imported_twice_is_pointed_out(supervisor: Visitor, session: Session) -> None:
    upload(supervisor, PLAN.encode())
    upload(supervisor, (PLAN + "\n（本件已作文字校订）\n").encode(), "校订稿.txt")
    newest = looked(session, lambda s: s.scalars(select(func.max(Plan.id))).one())
    assert "系统里已有同一份文件" not in supervisor(f"/plans/{newest}/review").text  # it is told to be a new version
    supervisor.post(f"/plans/{newest}/revision", form=f"/plans/{newest}/revision/unlink")
    assert "系统里已有同一份文件" in supervisor(f"/plans/{newest}/review").text


def test_a_text_is_escaped(supervisor: Visitor, session: Session, city: City) -> None:
    draft = a_draft('"><script>alert(1)</script>', '市"><b>局', path=("<i>路径</i>",))
    path, _ = a_review(session, city, replace(draft, doubts=(DOUBT,)))
    assert "<script>alert" not in supervisor(path).html
