"""The scores' page: off until somebody who decides for all switches it on."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tests.builders import City
from tests.unit.services.test_ledger import busy
from tests.web.browsing import Visitor, fields_of
from tracker.store.rule_packs import RulePack


def test_off_until_switched_on_and_then_told_in_words(page: Visitor, session: Session, city: City) -> None:
    busy(session, city)
    page.sign_in("supervisor")
    assert "评分没有启用" in page("/figures/scores").text
    shown = page.post("/figures/scores", {"on": "y", "words": "示政办发〔2023〕9号"})
    assert shown.alerts == ["评分办法已保存，自今天起按新的办法评分。"]
    assert "基础分100分；应办结" in shown.text
    assert "第1版，2023年6月15日起启用，杜督查：示政办发〔2023〕9号" in shown.text
    assert "评分没有启用" in page("/figures/scores?until=2023-06-14").text
    page.sign_out().sign_in("leader")
    assert "基础分100分；应办结" in page("/figures/scores").text
    assert not page("/figures/scores").root.all("button", class_="btn-primary", type_="submit")
    assert "修改评分办法" not in page("/figures/scores").text


def test_only_who_decides_for_all_may_set_it(page: Visitor, city: City) -> None:
    page.sign_in("county_supervisor")
    assert "修改评分办法" not in page("/figures/scores").text
    answer = page.answer("/figures/scores", {"csrf_token": page.token(), "base": "100", "rate": "1", **EACH})
    assert answer.status_code == 403


EACH = {f"each_{name}": "1" for name in ("late", "overdue", "returned", "extended")} | {"floor": "0", "seen": "0"}


def test_the_same_form_twice_makes_one_version_and_another_is_stale(
    page: Visitor, session: Session, city: City
) -> None:
    page.sign_in("supervisor")
    fields = fields_of(page("/figures/scores").form("/figures/scores"))
    assert page.send("/figures/scores", {**fields, "base": "90", "words": "试行"}).status == 200
    assert page.send("/figures/scores", {**fields, "base": "90", "words": "试行"}).status == 200
    assert session.scalar(select(func.count(RulePack.id))) == 1
    again = page.send("/figures/scores", {**fields, "base": "80", "words": "再议"}, status=409)
    assert "没有启用" in again.text
    assert fields_of(again.form("/figures/scores"))["base"] == "80"


def test_a_version_without_a_reason_is_refused_and_the_rest_stays(page: Visitor, city: City) -> None:
    shown = page.sign_in("supervisor").post("/figures/scores", {"base": "90"}, status=422)
    assert "请写明调整的理由或依据" in shown.text
    assert fields_of(shown.form("/figures/scores"))["base"] == "90"


def test_what_is_no_number_is_told(page: Visitor, city: City) -> None:
    page.sign_in("supervisor")
    shown = page.post("/figures/scores", {"base": "很多", "each_late": "-1", "rate": ""}, status=422)
    assert "请填写0到1000之间的数字" in shown.text
    assert "没有保存" in shown.text
