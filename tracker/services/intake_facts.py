"""The facts of a plan that was read: a reviewer fills in or corrects what the head and foot did not say."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.domain.access import Actor
from tracker.domain.doubts import ABOUT_PLAN
from tracker.services.errors import Invalid, Stale
from tracker.services.intake_review import plan_for_intake
from tracker.services.series_changes import Stamp, follow_plan
from tracker.store.plans import Plan


@dataclass(frozen=True, slots=True)
class PlanFacts:
    """What identifies a published document, and how long it is in force."""

    title: str
    number: str | None
    issuer: str | None
    issued_on: date | None
    effective_until: date | None

    @property
    def mark(self) -> str:
        """A short mark of these facts: a form carries it, to tell whether they changed meanwhile."""
        return hashlib.sha256(repr(self).encode("utf-8", "replace")).hexdigest()[:16]


def facts_of(plan: Plan) -> PlanFacts:
    """The plan's facts as they stand."""
    return PlanFacts(plan.title, plan.number, plan.issuer, plan.issued_on, plan.effective_until)


def correct_facts(  # noqa: PLR0917 - who corrects what, as it was seen, and when
    session: Session, actor: Actor, now: datetime, today: date, plan_id: int, given: PlanFacts, seen: str
) -> Plan:
    """Stores the facts and settles what reading had doubted about them; deadlines already read stay as they are,
    and so does what is to be known about the file (pages that are scans, hidden sheets).
    Recurring duties that ended with the plan end with it again.

    ``seen`` is the mark of the facts that the reviewer started from. Raises Stale when they are others by now,
    Invalid for a plan without title or one that ends before it is issued.
    """
    session.execute(select(Plan.id).where(Plan.id == plan_id).with_for_update())  # of two at once the second waits
    plan = plan_for_intake(session, actor, plan_id)
    if not given.title.strip():
        raise Invalid("请填写文件标题。")
    if given.issued_on and given.effective_until and given.effective_until < given.issued_on:
        raise Invalid("有效期截止日早于印发日期，请检查这两个日期。")
    if facts_of(plan).mark != seen and facts_of(plan) != given:
        raise Stale("这份文件的信息刚刚被其他人员修改，您的修改没有保存。请核对现在的内容后再保存。")
    old_end = plan.effective_until
    plan.title, plan.number, plan.issuer = given.title.strip(), given.number, given.issuer
    plan.issued_on, plan.effective_until = given.issued_on, given.effective_until
    plan.doubts = [{**row, "settled": row["settled"] or row["code"] in ABOUT_PLAN} for row in plan.doubts]
    follow_plan(session, plan, old_end, Stamp(actor, now, today, "文件有效期有更正"))
    session.commit()
    return plan
