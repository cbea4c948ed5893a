"""亮灯规则: the rules in force, a trial over the past quarter, and a new version."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from tests.builders import LAST_MONTH, TODAY, City, a_plan, a_task, a_unit, the_actor
from tests.web.browsing import Page, Visitor, fields_of
from tests.web.queries import counted
from tracker.domain.lifecycle import Event, Outcome, State
from tracker.domain.light_packs import rules_of
from tracker.domain.lights import LightPack
from tracker.domain.roles import Role
from tracker.services.work import act
from tracker.store.rule_packs import PackKind, RulePack
from tracker.store.tasks import Task

WANTED = {"soon": "20", "sign": "3", "every": "never", "days": "15", "month_day": "25", "weekday": "5"}
WANTED |= {"support": "yellow", "judged": "acceptance", "start": TODAY.isoformat()}


def trial(page: Visitor, status: int = 200, **changes: str) -> Page:
    """Opens the trial as the form asks for it."""
    query = "&".join(f"{name}={value}" for name, value in {**WANTED, **changes}.items())
    return page(f"/rules/lights/trial?{query}", status)


def put_in_force(page: Visitor, changes: dict[str, str], status: int = 200, **words: str) -> Page:
    """Tries the thresholds, then sends the form below the trial."""
    fields = fields_of(trial(page, 200, **changes).form("/rules/lights"))
    return page.send("/rules/lights", {**fields, "words": "督查室例会议定", **words}, status=status)


def packs(session: Session) -> list[tuple[int, dict[str, Any], date, str, str]]:
    session.rollback()
    rows = session.query(RulePack).order_by(RulePack.version)
    return [(row.version, row.rules, row.in_force_on, row.words, row.made_by_name) for row in rows]


def table(page: Page, title: str) -> list[list[str]]:
    """The rows of the table in the section with this heading."""
    (section,) = [node for node in page.main.all("section") if node.get("aria-labelledby") == title]
    body = section.one("tbody")
    return [[cell.text for cell in row if cell.tag in ("td", "th")] for row in body.all("tr")]


@pytest.fixture
def parts(session: Session, city: City) -> dict[str, Task]:
    """Due in 15 days and far off; overdue in support; waiting to be signed for since last month."""
    plan = a_plan(session, city.root, "便民方案")
    soon, working = TODAY + timedelta(days=15), State.IN_PROGRESS
    late = TODAY - timedelta(days=10)
    made = {
        "甲": a_task(session, plan, city.education, title="甲", due_on=soon, state=working),
        "乙": a_task(session, plan, (city.finance, Role.LEAD), (city.county, Role.SUPPORT), title="乙", due_on=late),
        "丙": a_task(session, plan, city.finance, title="丙", due_on=TODAY + timedelta(days=300), state=working),
    }
    for part in (made["甲"].assignments[0], made["丙"].assignments[0]):
        part.history[0].to_state = working
    session.commit()
    return made


class TestThePage:
    def test_tells_the_programs_own_rules_until_there_are_others(self, city: City, page: Visitor) -> None:
        shown = page.sign_in("supervisor")("/rules/lights")
        assert "系统自带的规则，还没有调整过。" in shown.text
        assert "离完成时限不超过7天仍未办结。" in shown.text
        assert fields_of(shown.form("/rules/lights/trial")) == {
            **WANTED,
            "soon": "7",
            "support": "red",
        }

    def test_lies_under_the_overdue_list(self, city: City, page: Visitor) -> None:
        shown = page.sign_in("supervisor")("/rules/lights")
        marked = [node.text for node in shown.root.all("a") if node.get("aria-current")]
        assert marked == ["督查", "亮灯规则"]
        tabs = page.sign_out().sign_in("leader")("/overdue").root.one("nav", class_="tabs")
        assert "亮灯规则" not in tabs.text

    def test_tells_every_version_with_who_when_and_why(self, session: Session, city: City, page: Visitor) -> None:
        for version, soon, start in ((1, 10, date(2023, 6, 1)), (2, 14, date(2023, 7, 1))):
            pack = RulePack(kind=PackKind.LIGHTS, version=version, rules=rules_of(LightPack(soon)), in_force_on=start)
            pack.words, pack.made_at, pack.made_by_name = f"第{version}次会议", LAST_MONTH, "杜督查"
            session.add(pack)
        session.commit()
        shown = page.sign_in("supervisor")("/rules/lights")
        assert "第1版，2023年6月1日起施行，杜督查制定。" in shown.text
        assert shown.alerts == ["第2版规则已定于2023年7月1日起施行，在此之前按现行规则亮灯。"]
        rows = table(shown, "versions-title")
        assert [row[0] for row in rows] == ["第2版 待施行", "第1版 现行", "系统自带"]
        assert rows[0][1:2] + rows[0][3:] == ["2023年7月1日", "第2次会议", "杜督查 2023-05-15 09:00"]
        assert "离时限14天以内" in rows[0][2]

    def test_a_countys_supervisor_reads_it_and_changes_nothing(self, city: City, page: Visitor) -> None:
        shown = page.sign_in("county_supervisor")("/rules/lights")
        assert "由最上级单位的督查员调整" in shown.text
        assert not shown.main.all("form")
        trial(page, 403)
        page.send("/rules/lights", {**WANTED, "csrf_token": page.token()}, status=403)

    def test_of_two_roots_one_is_not_enough(self, session: Session, city: City, page: Visitor) -> None:
        a_unit(session, "另一市政府")
        session.commit()
        trial(page.sign_in("supervisor"), 403)

    @pytest.mark.parametrize("who", ["liaison", "leader", "administrator", "nobody"])
    def test_others_have_no_such_page(self, city: City, page: Visitor, who: str) -> None:
        page.sign_in(who)("/rules/lights", 403)


class TestTheTrial:
    def test_tells_what_would_change_today_with_both_sentences(self, parts: dict[str, Task], page: Visitor) -> None:
        shown = trial(page.sign_in("supervisor"))
        assert "今天有2项分工亮灯不同" in shown.text
        assert table(shown, "parts-title") == [
            [
                "甲",
                "市教育局 责任",
                "绿灯 离时限（2023年6月30日）还有15天，正常办理。",
                "黄灯 临期 离时限（2023年6月30日）还有15天，尚未办结。",
            ],
            [
                "乙",
                "东河县政府 配合",
                "红灯 逾期 时限为2023年6月5日，已逾期10天，尚未办结。",
                "黄灯 逾期 时限为2023年6月5日，已逾期10天，尚未办结；配合单位逾期不亮红灯。",
            ],
        ]

    def test_tells_every_monday_of_the_quarter_and_today(self, parts: dict[str, Task], page: Visitor) -> None:
        rows = table(trial(page.sign_in("supervisor")), "days-title")
        assert len(rows) == 14
        assert [row[0] for row in rows[:3]] == ["今天", "2023年6月12日", "2023年6月5日"]
        assert rows[-1] == ["2023年3月20日", *["0"] * 9]
        assert rows[0] == ["今天", "2", "1", "0", "2", "2", "1", "0", "0", "2"]
        # On 5 June, the day of 乙, nothing was red yet, and 甲 was 25 days from its own.
        assert rows[2] == ["2023年6月5日", "0", "0", "2", "2", "2", "2", "0", "0", "0"]

    def test_tells_the_units_that_change_most(self, parts: dict[str, Task], page: Visitor) -> None:
        shown = trial(page.sign_in("supervisor"))
        assert table(shown, "units-title") == [
            ["市教育局", "2", "1", "0", "0 → 1"],
            ["东河县政府", "2", "1", "1 → 0", "0 → 1"],
        ]

    def test_tells_what_would_no_longer_be_late(self, session: Session, city: City, page: Visitor) -> None:
        """The light of what is completed stays green; the mark beside it is what changes."""
        task = a_task(session, a_plan(session, city.root), city.education, title="丁", due_on=date(2023, 6, 1))
        session.commit()
        part = task.assignments[0]
        for days, event in ((1, Event.SIGN_FOR), (8, Event.SUBMIT), (20, Event.ACCEPT)):
            who = city.supervisor if event is Event.ACCEPT else city.liaison
            now, outcome = LAST_MONTH + timedelta(days=days), Outcome.SOLVED if event is Event.ACCEPT else None
            act(session, the_actor(who), now, now.date(), part.id, event, part.version, "说明", None, outcome)
        shown = trial(page.sign_in("supervisor"), judged="submission", soon="7", support="red")
        assert ["按期的认定", "以办结之日为准", "以提交之日为准"] in table(shown, "changes-title")
        assert table(shown, "parts-title") == [
            [
                "丁",
                "市教育局 责任",
                "绿灯 超期办结 已于2023年6月4日办结，按办结之日认定，比时限（2023年6月1日）晚3天。",
                "绿灯 已于2023年6月4日办结，按提交之日（2023年5月23日）认定，未超时限（2023年6月1日）。",
            ]
        ]
        # On the Mondays since 5 June, and today; nothing of it is a change of colour.
        assert [row[-1] for row in table(shown, "days-title")[:4]] == ["1", "1", "1", "0"]

    def test_stores_nothing(self, session: Session, parts: dict[str, Task], page: Visitor) -> None:
        trial(page.sign_in("supervisor"))
        assert packs(session) == []

    def test_rules_that_change_nothing_cannot_be_put_in_force(self, parts: dict[str, Task], page: Visitor) -> None:
        shown = trial(page.sign_in("supervisor"), soon="7", support="red")
        assert "没有一项分工的亮灯不同" in shown.text
        assert "没有需要启用的改动" in shown.text
        assert not [form for form in shown.main.all("form") if form.get("method") == "post"]

    @pytest.mark.parametrize(
        ("changes", "said"),
        [
            ({"soon": "91"}, ["请填写0至90之间的整数。"]),
            ({"soon": "七"}, ["请填写0至90之间的整数。"]),
            ({"soon": ""}, ["请填写0至90之间的整数。"]),
            ({"sign": "0"}, ["请填写1至30之间的整数。"]),
            ({"every": "month", "month_day": "32"}, ["请填写1至31之间的整数。"]),
            ({"every": "month", "month_day": ""}, ["请填写1至31之间的整数。"]),
            ({"every": "days", "days": "x"}, ["请填写1至180之间的整数。"]),
            ({"every": "year"}, ["请选择一项。"]),
            ({"support": "blue"}, ["请选择一项。"]),
            ({"judged": "somehow"}, ["请选择一项。"]),
            ({"start": "2023-06-14"}, ["不能早于今天，已经过去的日子仍按当时的规则。请改为今天或以后的日期。"]),
            ({"start": "明天"}, ["请填写2023-06-15这样的日期。"]),
            ({"soon": "-1", "sign": "x"}, ["请填写0至90之间的整数。", "请填写1至30之间的整数。"]),
        ],
    )
    def test_what_cannot_be_used_is_told_beside_its_field(
        self, city: City, page: Visitor, changes: dict[str, str], said: list[str]
    ) -> None:
        shown = trial(page.sign_in("supervisor"), 422, **changes)
        assert [node.text for node in shown.main.all("div", class_="invalid-feedback")] == said

    def test_the_number_of_a_rhythm_not_chosen_does_not_matter(self, city: City, page: Visitor) -> None:
        trial(page.sign_in("supervisor"), days="x", month_day="99", every="week")

    def test_the_way_back_keeps_what_was_chosen(self, city: City, page: Visitor) -> None:
        shown = trial(page.sign_in("supervisor"), every="week", weekday="3")
        (back, *_) = [link.get("href") for link in shown.main.all("a") if link.text == "返回修改"]
        fields = fields_of(page(back).form("/rules/lights/trial"))
        assert fields == {**WANTED, "every": "week", "weekday": "3"}

    def test_asks_no_more_for_many_parts(self, session: Session, city: City, page: Visitor) -> None:
        query = "/rules/lights/trial?" + "&".join(f"{name}={value}" for name, value in WANTED.items())
        page.sign_in("supervisor")
        few = counted(page, query)
        plan = a_plan(session, city.root)
        for number in range(60):
            a_task(session, plan, city.education, title=f"任务{number}", state=State.IN_PROGRESS)
        session.commit()
        assert counted(page, query) == few <= 20

    def test_a_long_list_has_pages(self, session: Session, city: City, page: Visitor) -> None:
        plan = a_plan(session, city.root)
        for number in range(55):
            task = a_task(session, plan, city.education, title=f"任务{number}")
            task.assignments[0].history[0].to_state = State.IN_PROGRESS
        session.commit()
        first = trial(page.sign_in("supervisor"))
        (following,) = [link.get("href") for link in first.main.all("a") if link.text == "下一页"]
        assert (len(table(first, "parts-title")), len(table(page(following), "parts-title"))) == (50, 5)


class TestPuttingInForce:
    def test_stores_the_version_that_was_tried(self, session: Session, city: City, page: Visitor) -> None:
        page.sign_in("supervisor")
        shown = put_in_force(page, {"every": "month", "month_day": "28", "start": "2023-07-01"})
        assert shown.alerts[0] == "亮灯规则第1版已保存，2023年7月1日起施行。"
        rules = {"due_soon_days": 20, "sign_within": 3, "reports": {"every": "month", "number": 28}}
        wanted = {**rules, "support_red": False, "judged_by": "acceptance"}
        assert packs(session) == [(1, wanted, date(2023, 7, 1), "督查室例会议定", "杜督查")]
        assert put_in_force(page, {}).alerts[0] == "亮灯规则第2版已保存，2023年6月15日起施行。"

    def test_is_audited_with_the_day_that_judges(self, city: City, page: Visitor) -> None:
        page.sign_in("supervisor")
        put_in_force(page, {"judged": "submission"})
        assert table(page("/rules/lights"), "versions-title")[0][2].endswith("按期的认定：以提交之日为准")
        assert "按期的认定以提交之日为准" in page("/rules/lights").text
        (told,) = [row for row in page("/audit?about=rule_pack").main.one("tbody").all("tr") if "规则" in row.text]
        assert '"judged_by": "submission"' in told.text
        assert "杜督查" in told.text

    def test_counts_at_once_in_every_list(self, parts: dict[str, Task], page: Visitor) -> None:
        page.sign_in("supervisor")
        assert [cell.text for cell in page("/tasks?light=yellow").main.all("td", class_="row-title")] == []
        put_in_force(page, {})
        assert [cell.text for cell in page("/tasks?light=yellow").main.all("td", class_="row-title")] == ["乙", "甲"]

    def test_a_later_version_that_is_fixed_already_is_told(self, city: City, page: Visitor) -> None:
        put_in_force(page.sign_in("supervisor"), {"start": "2023-07-01"})
        shown = trial(page, soon="9")
        assert "第1版已定于2023年7月1日起施行，到那天将取代本次启用的规则。" in shown.alerts

    def test_needs_a_reason_and_keeps_the_rest(self, session: Session, city: City, page: Visitor) -> None:
        shown = put_in_force(page.sign_in("supervisor"), {"soon": "9"}, 422, words=" ")
        assert "请写明调整的理由或依据，供以后查阅。" in shown.text
        assert fields_of(shown.form("/rules/lights"))["soon"] == "9"
        longer = put_in_force(page, {}, 422, words="长" * 501)
        assert "理由不能超过500字" in longer.text
        assert packs(session) == []

    def test_a_day_that_has_passed_meanwhile_is_refused(self, session: Session, city: City, page: Visitor) -> None:
        fields = fields_of(trial(page.sign_in("supervisor")).form("/rules/lights"))
        sent = {**fields, "words": "议定", "start": "2023-06-14"}
        assert "不能早于今天" in page.send("/rules/lights", sent, status=422).text
        assert packs(session) == []

    def test_the_same_press_twice_stores_one(self, session: Session, city: City, page: Visitor) -> None:
        fields = fields_of(trial(page.sign_in("supervisor")).form("/rules/lights"))
        for _ in range(2):
            page.send("/rules/lights", {**fields, "words": "督查室例会议定"})
        assert len(packs(session)) == 1

    def test_a_version_made_meanwhile_is_told_and_the_words_are_kept(
        self, session: Session, city: City, page: Visitor, visitor: type[Visitor]
    ) -> None:
        fields = fields_of(trial(page.sign_in("supervisor")).form("/rules/lights"))
        put_in_force(visitor(page.client.application).sign_in("supervisor"), {"soon": "11"})
        shown = page.send("/rules/lights", {**fields, "words": "我的理由"}, status=409)
        assert "杜督查已制定亮灯规则第1版，本次没有启用" in shown.alerts[0]
        kept = fields_of(shown.form("/rules/lights"))
        assert kept["words"].strip() == "我的理由"
        assert page.send("/rules/lights", kept).alerts[0] == "亮灯规则第2版已保存，2023年6月15日起施行。"
        assert [row[1]["due_soon_days"] for row in packs(session)] == [11, 20]
