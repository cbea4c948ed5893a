"""我的任务: each question answered with its items and its count, and signing for in one step."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy.orm import Session

from tests.builders import NOW, TODAY, City, a_plan, a_task
from tests.html import Node
from tests.web.browsing import Page, Visitor, fields_of
from tests.web.queries import counted
from tracker.domain.access import Office
from tracker.domain.lifecycle import State
from tracker.store.people import PersonStanding
from tracker.store.plans import Plan
from tracker.store.tasks import Assignment, HistoryEntry, Task


@pytest.fixture
def plan(session: Session, city: City) -> Plan:
    return a_plan(session, city.root)


def mine(session: Session, city: City, plan: Plan, title: str, *, due_in: int | None, state: State) -> Assignment:
    """A part of the education bureau, due so many days from today."""
    due_on = None if due_in is None else TODAY + timedelta(days=due_in)
    return a_task(session, plan, city.education, title=title, due_on=due_on, state=state).assignments[0]


def section(page: Page, label: str) -> Node | None:
    """The section with that heading; None when it is not shown."""
    found = [s for s in page.main.all("section") if any(h.text.startswith(f"{label}（") for h in s.all("h2"))]
    return found[0] if found else None


def titles(page: Page, label: str) -> list[str]:
    shown = section(page, label)
    return [cell.all("a")[0].text for cell in shown.all("td", class_="row-title")] if shown else []


def counts(page: Page) -> dict[str, int]:
    links = page.main.one("nav", class_="counts").all("a", class_="count")
    return {link.all("span")[0].text: int(link.one("strong").text) for link in links}


@pytest.fixture
def full_desk(session: Session, city: City, plan: Plan) -> None:
    """One part of every kind, named after what is peculiar about it; and parts that are none of the liaison's."""
    for title, due_in, state in [
        ("新下达", 60, State.DISPATCHED),
        ("逾期未签", -3, State.DISPATCHED),
        ("逾期在办", -1, State.IN_PROGRESS),
        ("今天到期", 0, State.IN_PROGRESS),
        ("第三十天", 30, State.SUBMITTED),
        ("第三十一天", 31, State.IN_PROGRESS),
        ("未定时限", None, State.IN_PROGRESS),
        ("挂账过期", -40, State.SUSPENDED),
        ("退办过期", -2, State.DECLINED),
        ("办完", -5, State.COMPLETED),
        ("撤销", -5, State.WITHDRAWN),
    ]:
        mine(session, city, plan, title, due_in=due_in, state=state)
    a_task(session, plan, city.finance, city.root, title="别的单位", due_on=TODAY, state=State.DISPATCHED)
    session.commit()


SECTIONS = {
    "待签收": ["逾期未签", "新下达"],
    "逾期": ["逾期未签", "退办过期", "逾期在办"],
    "30天内到期": ["今天到期", "第三十天"],
    "办理中": ["挂账过期", "退办过期", "逾期在办", "今天到期", "第三十天", "第三十一天", "未定时限"],
    "已办结": ["办完"],
}


def test_every_section_has_its_items_and_its_count(full_desk: None, page: Visitor) -> None:
    shown = page.sign_in("liaison")("/my")
    assert {label: titles(shown, label) for label in SECTIONS} == SECTIONS
    assert counts(shown) == {label: len(expected) for label, expected in SECTIONS.items()}
    assert "别的单位" not in shown.text
    assert "撤销" not in [title for label in SECTIONS for title in titles(shown, label)]


@pytest.mark.parametrize(
    ("name", "label"),
    [("to_sign", "待签收"), ("overdue", "逾期"), ("soon", "30天内到期"), ("in_progress", "办理中"), ("done", "已办结")],
)
def test_a_section_alone(full_desk: None, page: Visitor, name: str, label: str) -> None:
    shown = page.sign_in("liaison")(f"/my?section={name}")
    assert titles(shown, label) == SECTIONS[label]
    assert [other for other in SECTIONS if section(shown, other)] == [label]
    assert counts(shown)[label] == len(SECTIONS[label])


@pytest.mark.parametrize("asked", ["", "nonsense", "TO_SIGN"])
def test_an_unknown_section_shows_all(full_desk: None, page: Visitor, asked: str) -> None:
    assert titles(page.sign_in("liaison")(f"/my?section={asked}"), "逾期") == SECTIONS["逾期"]


def test_an_item_is_overdue_from_the_day_after(session: Session, city: City, plan: Plan, page: Visitor) -> None:
    mine(session, city, plan, "昨天到期", due_in=-1, state=State.IN_PROGRESS)
    mine(session, city, plan, "今天到期", due_in=0, state=State.IN_PROGRESS)
    session.commit()
    shown = page.sign_in("liaison")("/my")
    assert titles(shown, "逾期") == ["昨天到期"]
    assert "逾期1天" in shown.text


def test_signing_for_is_one_press_in_the_row(session: Session, city: City, plan: Plan, page: Visitor) -> None:
    part = mine(session, city, plan, "新下达", due_in=60, state=State.DISPATCHED)
    session.commit()
    shown = page.sign_in("liaison")("/my?section=to_sign")
    form = shown.form(f"/assignments/{part.id}/sign_for")
    assert form.one("button").text == "签收"
    done = page.send(form.get("action"), fields_of(form))
    assert done.path == "/my?section=to_sign"
    assert done.alerts == ["已签收：新下达（市教育局）。"]
    assert counts(done) == {"待签收": 0, "逾期": 0, "30天内到期": 0, "办理中": 1, "已办结": 0}
    session.refresh(part)
    assert (part.state, part.signed_at) == (State.IN_PROGRESS, NOW)


def test_an_old_page_does_not_sign_for_what_was_withdrawn_meanwhile(
    session: Session, city: City, plan: Plan, page: Visitor
) -> None:
    part = mine(session, city, plan, "新下达", due_in=60, state=State.DISPATCHED)
    session.commit()
    form = page.sign_in("liaison")("/my").form(f"/assignments/{part.id}/sign_for")
    part.state, part.withdrawn_on = State.WITHDRAWN, TODAY
    session.commit()
    told = page.send(form.get("action"), fields_of(form), status=409)
    assert "该事项已有变动" in told.alerts[0]


def test_what_was_sent_back_is_told_in_the_row(session: Session, city: City, plan: Plan, page: Visitor) -> None:
    part = mine(session, city, plan, "被退回", due_in=5, state=State.IN_PROGRESS)
    for event, words in [("submit", "完成。"), ("return", "请附名单。"), ("report", "名单在整理。")]:
        session.add(
            HistoryEntry(
                assignment_id=part.id, event=event, at=NOW, actor_name="杜督查", to_state=State.IN_PROGRESS, words=words
            )
        )
    session.commit()
    assert "退回补充：请附名单。" in page.sign_in("liaison")("/my").text
    session.add(HistoryEntry(assignment_id=part.id, event="submit", at=NOW, actor_name="李", to_state=State.SUBMITTED))
    part.state = State.SUBMITTED
    session.commit()
    assert "请附名单。" not in page("/my").text


class TestSeveralUnits:
    def test_the_unit_is_named_and_all_are_shown(self, session: Session, city: City, plan: Plan, page: Visitor) -> None:
        city.liaison.standings.append(PersonStanding(office=Office.LIAISON, unit=city.finance))
        mine(session, city, plan, "教育的", due_in=5, state=State.DISPATCHED)
        a_task(session, plan, city.finance, title="财政的", due_on=TODAY, state=State.DISPATCHED)
        session.commit()
        shown = page.sign_in("liaison")("/my?section=to_sign")
        assert titles(shown, "待签收") == ["财政的", "教育的"]
        assert [cell.text for cell in shown.main.all("td", data_label="单位")] == ["市财政局", "市教育局"]

    def test_with_one_unit_it_is_not_repeated(self, full_desk: None, page: Visitor) -> None:
        assert not page.sign_in("liaison")("/my").main.all("td", data_label="单位")

    def test_a_liaison_of_a_county_has_not_what_is_below(
        self, session: Session, city: City, plan: Plan, page: Visitor
    ) -> None:
        city.liaison.standings[0].unit = city.county
        a_task(session, plan, city.county_education, title="下属的", due_on=TODAY, state=State.DISPATCHED)
        session.commit()
        assert "还没有下达给您单位的任务" in page.sign_in("liaison")("/my").text


class TestManyItems:
    @pytest.fixture
    def many(self, session: Session, city: City, plan: Plan) -> list[Task]:
        tasks = [mine(session, city, plan, f"任务{n:03}", due_in=n, state=State.IN_PROGRESS).task for n in range(120)]
        session.commit()
        return tasks

    def test_the_overview_shows_the_first_and_leads_to_the_rest(self, many: list[Task], page: Visitor) -> None:
        shown = page.sign_in("liaison")("/my")
        assert titles(shown, "办理中") == [f"任务{n:03}" for n in range(10)]
        assert "查看全部120项“办理中”" in shown.text

    @pytest.mark.parametrize(
        ("asked", "first", "length"), [("1", 0, 50), ("3", 100, 20), ("99", 100, 20), ("x", 0, 50)]
    )
    def test_a_section_has_pages(self, many: list[Task], page: Visitor, asked: str, first: int, length: int) -> None:
        shown = page.sign_in("liaison")(f"/my?section=in_progress&page={asked}")
        assert titles(shown, "办理中") == [f"任务{n:03}" for n in range(first, first + length)]
        assert "/ 3 页，共 120 项" in shown.text

    def test_no_question_is_asked_for_each_row(self, session: Session, city: City, plan: Plan, page: Visitor) -> None:
        mine(session, city, plan, "一项", due_in=5, state=State.IN_PROGRESS)
        session.commit()
        page.sign_in("liaison")
        few = counted(page, "/my?section=in_progress")
        for n in range(49):
            mine(
                session,
                city,
                a_plan(session, city.root, number=f"{n}号"),
                f"任务{n}",
                due_in=5,
                state=State.IN_PROGRESS,
            )
        session.commit()
        assert counted(page, "/my?section=in_progress") == few <= 20


def test_the_done_ones_show_their_outcome_and_whether_they_were_late(
    session: Session, city: City, plan: Plan, page: Visitor
) -> None:
    part = mine(session, city, plan, "办完", due_in=-30, state=State.COMPLETED)
    part.completed_on = date(2023, 6, 14)
    session.commit()
    shown = section(page.sign_in("liaison")("/my"), "已办结")
    assert shown
    assert "2023年6月14日销号" in shown.text
    assert "超期办结" in shown.text


def test_others_have_no_desk(city: City, page: Visitor) -> None:
    assert "联络员" in page.sign_in("supervisor")("/my", 403).text
