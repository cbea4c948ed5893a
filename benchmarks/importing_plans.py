"""A plan of about 400 clauses and its new version, of our own writing, and the units that they name."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Engine, delete, select
from sqlalchemy.orm import Session

from benchmarks.seeding import AT
from tracker.domain.units import UnitKind, name_key
from tracker.store.engine import write_session
from tracker.store.plans import Plan, Source
from tracker.store.revisions import RevisionDecision
from tracker.store.tasks import Task
from tracker.store.units import Unit, UnitName

CLAUSES = 400
LEAD = "市行政审批局"
OTHERS = (
    *("市财政局", "市教育局", "市公安局", "市民政局", "市司法局", "市住建局", "市交通局", "市水利局", "市农业局"),
    *("市商务局", "市文旅局", "市卫健委", "市应急局", "市审计局", "市统计局", "市信访局", "市医保局"),
)
# Names that the office does not know, and the unit that each means.
UNKNOWN = {"市体育局": "市体育中心", "市林业局": "市林草中心"}
NUMBER = "测政办字〔2023〕9号"
_TITLE = "测试市便民服务提升实施方案"
_EACH = 10  # clauses: the new version moves the date of one in so many, and leaves out one


def a_plan(number: int, *, again: bool = False) -> bytes:
    """The text of a round's plan; ``again``: of its new version."""
    head = (
        f"测试市人民政府办公室\n关于印发{_TITLE}的通知\n{NUMBER}\n\n各县（市、区）人民政府，市政府有关部门：\n"
        f"一、总体要求\n{'坚持问题导向，补齐短板，方便群众办事。' * 6}本次为第{number}轮。\n二、重点任务\n"
    )
    issued = "2023年6月1日" if again else "2023年1月20日"
    return f"{head}{''.join(_clauses(again))}\n测试市人民政府办公室\n{issued}\n".encode()


def _clauses(again: bool) -> Iterator[str]:
    names = (*OTHERS, *UNKNOWN)
    for place in range(1, CLAUSES + 1):
        what = f"完善第{place}类窗口服务"
        if again and place % _EACH == 1:
            what = f"增设第{place}处自助终端"
        due = "2024年3月底前" if again and place % _EACH == 0 else f"2023年{7 + place % 6}月底前"
        units = f"{names[place % len(names)]}、{names[(place + 5) % len(names)]}"
        yield f"{place}．{what}。{'优化流程，压减材料，公开时限，接受监督。' * 4}"
        yield f"（牵头单位：{LEAD}，配合单位：{units}，完成时限：{due}）\n"


def register_units(engine: Engine) -> dict[str, int]:
    """Gives the seeded office the units that the plan names; their ids by name."""
    with write_session(engine) as session:
        root = session.get_one(Unit, 1)
        units = [_unit(root, name) for name in (LEAD, *OTHERS, *UNKNOWN.values())]
        session.add_all(units)
        session.flush()
        for unit in units:
            unit.path = f"{root.path}{unit.id}/"
        session.commit()
        return {unit.name: unit.id for unit in units}


def _unit(root: Unit, name: str) -> Unit:
    named = UnitName(scope_id=root.id, name=name, key=name_key(name))
    made = {"full_name": name, "kind": UnitKind.DEPARTMENT, "created_at": AT, "names": [named]}
    return Unit(parent=root, path=f"/new/{name_key(name)}/", name=name, **made)


def remove_plans(engine: Engine) -> None:
    """Takes away what a round left, so that the next finds the office as it was."""
    mine = select(Plan.id).where(Plan.number == NUMBER)
    with write_session(engine) as session:
        session.execute(delete(RevisionDecision).where(RevisionDecision.plan_id.in_(mine)))
        session.execute(delete(Task).where(Task.plan_id.in_(mine)))
        session.execute(delete(Source).where(Source.id.in_(select(Plan.source_id).where(Plan.number == NUMBER))))
        session.execute(delete(UnitName).where(UnitName.key.in_(map(name_key, UNKNOWN))))
        session.commit()


def remove_units(engine: Engine, units: dict[str, int]) -> None:
    """Takes away what ``register_units`` put in."""
    with write_session(engine) as session:
        session.execute(delete(Unit).where(Unit.id.in_(units.values())))
        session.commit()


def plan_numbered(session: Session) -> Plan:
    """The newest plan of the round."""
    return session.scalars(select(Plan).where(Plan.number == NUMBER).order_by(Plan.id.desc())).first() or Plan()
