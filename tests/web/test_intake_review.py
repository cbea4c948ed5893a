"""Reviewing many drafts: filters, deeds in place, undoing, bulk adoption after a preview, unknown names, the report."""

from __future__ import annotations

from io import BytesIO

import pytest
from openpyxl import load_workbook
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.builders import City
from tests.html import Node, parse
from tests.intake_texts import DOUBT, a_draft
from tests.web.browsing import Page, Visitor, fields_of
from tests.web.queries import counted
from tests.web.test_intake import a_review, card, how_many, looked, state_of
from tracker.domain.drafts import Draft as DraftReading
from tracker.domain.drafts import Form
from tracker.store.plans import DraftState, Plan
from tracker.store.tasks import Assignment, Task
from tracker.store.units import Unit, UnitName

IN_PLACE = {"X-Review-Pieces": "yes"}


@pytest.fixture
def supervisor(page: Visitor, city: City) -> Visitor:
    """The city's supervisor, signed in."""
    return page.sign_in("supervisor")


def in_place(visitor: Visitor, page: Page, action: str, status: int = 200) -> Node:
    """Presses a button as the page's script does; the pieces that come back."""
    answer = visitor.client.post(action, data=fields_of(page.form(action.partition("?")[0])), headers=IN_PLACE)
    assert answer.status_code == status
    assert answer.headers["X-Review-Pieces"] == "yes"
    return parse(answer.get_data(as_text=True))


def cards(page: Page) -> list[str]:
    return [node.get("id").removeprefix("draft-") for node in page.root.all("article")]


def ids_of(drafts: list[int]) -> list[str]:
    return [str(draft_id) for draft_id in drafts]


# Lists ----------------------------------------------------------------------------------------------------------


def test_drafts_are_filtered_by_what_they_ask_and_put_doubts_first(
    supervisor: Visitor,
    session: Session,
    city: City,
) -> None:
    drafts = a_draft("甲", "市教育局"), a_draft("乙", "市没有局"), a_draft("丙", "市教育局", doubts=(DOUBT,))
    path, ids = a_review(session, city, *drafts)
    page = supervisor(path)
    kinds = page.main.one("nav", class_="kinds")
    assert "单位未对应 1" in kinds.text
    assert "早于印发日期 1" in kinds.text
    link = next(a for a in kinds.all("a") if "早于" in a.text)
    assert cards(supervisor(link.get("href"))) == ids_of(ids[2:])
    first = next(a for a in page.main.one("nav", class_="order").all("a") if "存疑在前" in a.text)
    ordered = supervisor(first.get("href"))
    assert cards(ordered) == ids_of([ids[1], ids[2], ids[0]])
    # The way back keeps what was chosen.
    drop = ordered.form(f"/drafts/{ids[2]}/drop")
    after = supervisor.send(drop.get("action"), fields_of(drop))
    assert "order=doubts" in after.path
    assert cards(after) == ids_of([ids[1], ids[0]])


@pytest.mark.parametrize("asked", ["?kind=nonsense&order=nonsense&show=nonsense&page=x", "?kind=early"])
def test_filters_that_mean_nothing_or_find_nothing(
    supervisor: Visitor,
    session: Session,
    city: City,
    asked: str,
) -> None:
    path, _ = a_review(session, city, a_draft("甲", "市教育局"))
    assert supervisor(path + asked).status == 200


def test_prose_and_duties_are_marked_and_never_in_the_preview(
    supervisor: Visitor,
    session: Session,
    city: City,
) -> None:
    drafts = [a_draft(form.label, "市教育局", form=form) for form in (Form.PROSE, Form.DUTY, Form.BRACKET)]
    path, ids = a_review(session, city, *drafts)
    page = supervisor(path)
    for draft_id, form in zip(ids, (Form.PROSE, Form.DUTY), strict=False):
        assert card(page, draft_id).one("span", class_="by-hand").text == form.label
        assert f"从{form.label}中读出" in card(page, draft_id).text
    action = path.replace("review", "adopt-sure")
    assert "将生成1项任务" in supervisor(action).text
    supervisor.post(action)
    assert [state_of(session, one).value for one in ids] == ["open", "open", "adopted"]


def test_the_text_left_out_leads_to_the_nearest_clause(supervisor: Visitor, session: Session, city: City) -> None:
    drafts = [a_draft(f"任务{n}。" + "逐一登记，形成台账。" * 20, "市教育局") for n in range(150)]
    path, ids = a_review(session, city, *drafts)
    before, after = supervisor(f"{path}?page=3").root.all("p", class_="gap-link")
    assert "有第1至第" in before.text
    assert "至第150条" in after.text
    for gap, draft_id in ((before, ids[47]), (after, ids[76])):
        link = gap.one("a").get("href")
        assert abs(int(link.rpartition("-")[2]) - draft_id) <= 3
        assert int(link.rpartition("-")[2]) in {int(one) for one in cards(supervisor(link.partition("#")[0]))}


# Deeds in place -------------------------------------------------------------------------------------------------


def test_adopting_in_place_changes_the_card_and_the_counts(
    supervisor: Visitor,
    session: Session,
    city: City,
) -> None:
    path, ids = a_review(session, city, a_draft("甲", "市教育局"), a_draft("乙", "市教育局"))
    pieces = in_place(supervisor, supervisor(path), f"/drafts/{ids[0]}/adopt")
    fresh = pieces.one("article", id=f"draft-{ids[0]}")
    assert fresh.get("data-state") == "adopted"
    assert pieces.one("p", id="said").text == "已采纳“甲”。"
    assert "已采纳 1" in pieces.one("nav", id="review-tabs").text
    assert "采纳全部1条无存疑的任务" in pieces.one("div", id="review-helps").text
    undo = next(form for form in fresh.all("form") if form.get("action").startswith(f"/drafts/{ids[0]}/undo"))
    back = parse(
        supervisor.client.post(undo.get("action"), data=fields_of(undo), headers=IN_PLACE).get_data(as_text=True)
    )
    assert back.one("article", id=f"draft-{ids[0]}").get("data-state") == "open"
    assert "恢复待核" in back.one("p", id="said").text
    assert (state_of(session, ids[0]), how_many(session, Task)) == (DraftState.OPEN, 0)


def test_a_stale_draft_comes_back_in_place_as_it_is_now(
    supervisor: Visitor,
    session: Session,
    city: City,
) -> None:
    path, ids = a_review(session, city, a_draft("甲", "市教育局"))
    opened = supervisor(path)
    supervisor.post(f"/drafts/{ids[0]}/edit", {"title": "改过的"})
    pieces = in_place(supervisor, opened, f"/drafts/{ids[0]}/adopt", status=409)
    assert "data-refused" in pieces.one("p", id="said").attrs
    assert "刚刚被杜督查修改" in pieces.one("p", id="said").text
    fresh = pieces.one("article", id=f"draft-{ids[0]}")
    assert "改过的" in fresh.text
    assert "刚刚被杜督查修改" in fresh.one("div", class_="alert").text
    # The fresh card can be adopted at once.
    again = next(form for form in fresh.all("form") if "/adopt" in form.get("action"))
    done = supervisor.client.post(again.get("action"), data=fields_of(again), headers=IN_PLACE)
    assert done.status_code == 200
    assert how_many(session, Task) == 1


def test_in_place_needs_its_token_too(supervisor: Visitor, session: Session, city: City) -> None:
    _, ids = a_review(session, city, a_draft("甲", "市教育局"))
    answer = supervisor.client.post(f"/drafts/{ids[0]}/adopt", data={"version": 1}, headers=IN_PLACE)
    assert answer.status_code == 400
    assert "X-Review-Pieces" not in answer.headers
    assert how_many(session, Task) == 0


# Undoing --------------------------------------------------------------------------------------------------------


def test_an_adoption_is_taken_back_by_its_button(supervisor: Visitor, session: Session, city: City) -> None:
    path, ids = a_review(session, city, a_draft("甲", "市教育局"), a_draft("乙", "市教育局"))
    adopted = supervisor.post(path, form=f"/drafts/{ids[0]}/adopt")
    page = supervisor.post(adopted.path, form=f"/drafts/{ids[0]}/undo")
    assert "已撤销采纳“甲”，恢复待核" in page.root.one("div", id="done").text
    assert cards(page) == ids_of(ids)
    assert (how_many(session, Task), how_many(session, Assignment)) == (0, 0)


def test_once_signed_for_there_is_no_button_and_no_way_round(
    app: object,
    visitor: type[Visitor],
    supervisor: Visitor,
    session: Session,
    city: City,
) -> None:
    path, ids = a_review(session, city, a_draft("甲", "市教育局"))
    supervisor.post(path, form=f"/drafts/{ids[0]}/adopt")
    shown = supervisor(f"{path}?show=adopted")
    fields = fields_of(shown.form(f"/drafts/{ids[0]}/undo"))
    part = looked(session, lambda s: s.scalars(select(Assignment.id)).one())
    liaison = visitor(app).sign_in("liaison")  # type: ignore[arg-type]
    liaison.post(f"/assignments/{part}", form=f"/assignments/{part}/sign_for")
    refused = supervisor.send(f"/drafts/{ids[0]}/undo", fields, status=422)
    assert "市教育局的事项已由李联络“签收”，不能再撤销采纳" in refused.alerts[0]
    assert "2023-06-15 09:00" in refused.alerts[0]
    assert how_many(session, Task) == 1
    settled = card(supervisor(f"{path}?show=adopted"), ids[0])
    assert "不能再撤销采纳" in settled.text
    assert not settled.all("form")


def test_a_bulk_adoption_is_previewed_done_and_taken_back(
    supervisor: Visitor,
    session: Session,
    city: City,
) -> None:
    path, ids = a_review(session, city, *(a_draft(f"任务{n}", "市财政局", "市教育局") for n in range(3)))
    action = path.replace("review", "adopt-sure")
    preview = supervisor(action)
    assert "将生成3项任务、6项分工，涉及2个单位" in preview.text
    assert "牵头：市财政局、市教育局" in preview.text
    assert how_many(session, Task) == 0
    page = supervisor.post(action)
    assert "已采纳3条" in page.alerts[0]
    undo = path.replace("review", "undo-batch")
    assert "一并采纳了3条，都还没有单位办理，可以撤销" in page.text
    back = supervisor.post(page.path, form=undo)
    assert "已撤销采纳3条" in back.alerts[0]
    assert [state_of(session, one).value for one in ids] == ["open"] * 3
    assert how_many(session, Task) == 0


def test_a_preview_that_no_longer_holds_adopts_nothing(
    supervisor: Visitor,
    session: Session,
    city: City,
) -> None:
    path, ids = a_review(session, city, a_draft("甲", "市教育局"))
    action = path.replace("review", "adopt-sure")
    fields = fields_of(supervisor(action).form(action))
    supervisor.post(f"/drafts/{ids[0]}/edit", {"title": "改过的"})
    told = supervisor.send(action, fields, status=409)
    assert "没有采纳" in told.alerts[0]
    assert "改过的" in told.text
    assert how_many(session, Task) == 0


@pytest.mark.parametrize("given", [{}, {"at": "x"}, {"at": "2023-06-15T09:00:00", "expected": 1}])
def test_a_batch_form_that_is_incomplete(
    supervisor: Visitor,
    session: Session,
    city: City,
    given: dict[str, object],
) -> None:
    path, _ = a_review(session, city, a_draft("甲", "市教育局"))
    data = {"csrf_token": supervisor.token(), **given}
    assert "没有撤销" in supervisor.send(path.replace("review", "undo-batch"), data, status=422).alerts[0]


# Unknown names --------------------------------------------------------------------------------------------------


def names_page(session: Session, city: City, *drafts: DraftReading) -> str:
    path, _ = a_review(session, city, *drafts)
    return path.replace("review", "names")


def owner_of(session: Session, name: str) -> int | None:
    return looked(session, lambda s: s.scalar(select(UnitName.unit_id).where(UnitName.name == name)))


def test_all_names_are_settled_on_one_page(supervisor: Visitor, session: Session, city: City) -> None:
    path = names_page(
        session, city, a_draft("甲", "市教委", "照明所"), a_draft("乙", "市教委"), a_draft("丙", "养护站")
    )
    page = supervisor(path)
    assert "3个名称没有登记过" in page.text
    assert "2条用到" in page.text
    given = {"names-0-choice": f"unit:{city.education.id}", "names-1-choice": "new", "names-1-new_kind": "institution"}
    done = supervisor.post(path, given)
    assert "已对应2个单位名称：“市教委”→市教育局、“照明所”" in done.alerts[0]
    assert done.path.startswith(path)  # one is left
    assert (
        looked(session, lambda s: s.scalar(select(UnitName.unit_id).where(UnitName.name == "市教委")))
        == city.education.id
    )
    rest = supervisor.post(path, {"names-0-choice": "other", "names-0-other": "市财政局"})
    assert "“养护站”→市财政局" in rest.alerts[0]
    assert "/review" in rest.path
    assert "采纳全部3条无存疑的任务" in rest.text


def test_an_office_without_units_registers_them_all_but_no_collectives(
    supervisor: Visitor,
    session: Session,
    city: City,
) -> None:
    path = names_page(session, city, a_draft("甲", "滨海市水利局", "滨海市城管中心", "各有关部门"))
    fields = fields_of(supervisor(path).form(path))
    page = supervisor.send(path, {**fields, "rest": "new"})
    assert "已对应2个单位名称" in page.alerts[0]
    kinds = looked(
        session, lambda s: dict(s.execute(select(Unit.name, Unit.kind).where(Unit.name.like("滨海%"))).all())
    )
    assert {name: kind.value for name, kind in kinds.items()} == {
        "滨海市水利局": "department",
        "滨海市城管中心": "institution",
    }
    assert "各有关部门" in page.text
    assert "1个名称没有登记过" in page.text


def test_a_name_that_cannot_be_settled_is_told_in_its_row_and_nothing_is_lost(
    supervisor: Visitor,
    session: Session,
    city: City,
) -> None:
    path = names_page(session, city, a_draft("甲", "市教委"), a_draft("乙", "照明所"))
    given = {"names-0-choice": f"unit:{city.education.id}", "names-1-choice": "other", "names-1-other": "市没有局"}
    page = supervisor.post(path, given, status=422)
    assert "没有保存" in page.alerts[0]
    row = next(node for node in page.root.all("li", class_="name-row") if "照明所" in node.text)
    assert "没有找到名为“市没有局”的单位" in row.one("div", class_="invalid-feedback").text
    assert row.one("input", name="names-1-other").get("value") == "市没有局"
    assert "checked" in page.root.one("input", value=f"unit:{city.education.id}").attrs
    assert owner_of(session, "市教委") is None


def test_nothing_chosen_is_told(supervisor: Visitor, session: Session, city: City) -> None:
    path = names_page(session, city, a_draft("甲", "市教委"))
    assert "还没有为任何名称选择" in supervisor.post(path, status=422).alerts[0]


# The report -----------------------------------------------------------------------------------------------------


def test_the_report_leads_to_the_place_in_the_text(supervisor: Visitor, session: Session, city: City) -> None:
    path, ids = a_review(session, city, a_draft("甲"), a_draft("乙", "市教育局"))
    page = supervisor(path.replace("review", "coverage"))
    section = page.root.one("details", id="no_unit")
    assert "没有责任单位 1条" in section.text
    link = section.one("a").get("href")
    assert link.endswith(f"#clause-{ids[0]}")
    assert supervisor(link.partition("#")[0]).root.one("mark", id=f"clause-{ids[0]}").text == "（甲）"


@pytest.mark.parametrize("of", ["plans/1", "sources/1"])
def test_the_report_is_downloaded(supervisor: Visitor, session: Session, city: City, of: str) -> None:
    a_review(session, city, a_draft("甲"), a_draft("乙", "市教育局"))
    assert f"/{of}/coverage.xlsx" in supervisor(f"/{of}/coverage").html
    answer = supervisor.answer(f"/{of}/coverage.xlsx")
    assert (answer.mimetype or "").endswith("spreadsheetml.sheet")
    assert "filename*=UTF-8''%E8%A6%86%E7%9B%96" in answer.headers["Content-Disposition"]
    sheet = load_workbook(BytesIO(answer.data)).active
    assert sheet is not None
    assert "没有责任单位" in [row[2].value for row in sheet.iter_rows()]


# Large plans ----------------------------------------------------------------------------------------------------


def test_a_large_plan_costs_no_more_questions_and_its_page_stays_small(
    supervisor: Visitor,
    session: Session,
    city: City,
) -> None:
    wordy = "。" + "逐一登记，形成台账，按月调度。" * 12

    def plan(count: int) -> str:
        drafts = [a_draft(f"任务{n}{wordy}", "市教育局", *(["市照明所"] if n % 3 == 0 else [])) for n in range(count)]
        address = a_review(session, city, *drafts)[0]
        # Another plan, or the next would be its new version.
        made = session.scalars(select(Plan).order_by(Plan.id.desc())).first()
        assert made is not None
        made.number, made.title = f"示政办字〔2023〕{count}号", f"第{count}号方案"
        session.commit()
        return address

    small, large = plan(30), plan(400)
    for page in ("review", "review?show=doubted&order=doubts", "names", "coverage", "adopt-sure"):
        few, many = (counted(supervisor, path.replace("review", page)) for path in (small, large))
        assert few == many, page
    assert len(supervisor(large).html) < 1.5 * len(supervisor(small).html)
    supervisor.post(large.replace("review", "adopt-sure"))
    supervisor.post(small.replace("review", "adopt-sure"))
    few, many = (counted(supervisor, f"{path}?show=adopted") for path in (small, large))
    assert few == many
