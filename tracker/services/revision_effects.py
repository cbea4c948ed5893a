"""What accepting a change would do to a task and to each unit's part in it, said in sentences before it is done.

What the new version changed is brought onto the parts as they stand now: a part that was passed on to another unit, or
whose date was moved by itself, is not thrown back to what the old version said.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from tracker.domain.clause_text import text_key
from tracker.domain.day_words import in_words
from tracker.domain.lifecycle import State, TaskState
from tracker.domain.revision import Change
from tracker.domain.roles import Role
from tracker.services.assigning import PlannedAssignment
from tracker.services.revision_clauses import Old
from tracker.services.revision_sides import Matched
from tracker.store.tasks import Assignment, Task

NAMED = 6
"""Units that a sentence names before it says how many they are."""


class Deed(StrEnum):
    """What happens to one unit's part."""

    ADD = "add"
    REVIVE = "revive"
    WITHDRAW = "withdraw"
    CHANGE = "change"  # of its date, its role or the words of its task
    KEEP = "keep"  # although the new version would have it otherwise


@dataclass(frozen=True, slots=True)
class PartEffect:
    """One unit's part: ``part`` is None while there is none; dates and roles before and after."""

    deed: Deed
    unit_id: int
    unit_name: str
    part: Assignment | None
    due_from: date | None
    due_to: date | None
    role_from: Role | None
    role_to: Role
    share: PlannedAssignment | None = None

    @property
    def moves_date(self) -> bool:
        return self.deed is Deed.CHANGE and self.due_from != self.due_to

    @property
    def changes_role(self) -> bool:
        return self.deed is Deed.CHANGE and self.role_from is not self.role_to


@dataclass(frozen=True, slots=True)
class Effect:
    """All that accepting does: ``sentences`` tell it to the supervisor, ``seen`` is the mark of exactly this."""

    due_on: date | None
    parts: tuple[PartEffect, ...]
    sentences: tuple[str, ...]
    seen: str


def effect_of_change(pair: Matched, unit_names: Mapping[int, str]) -> Effect:
    """What accepting a changed clause does."""
    task = pair.old.task
    assert task is not None
    dates = pair.before.deadline.due_on, pair.after.deadline.due_on
    due_on = moved(task.due_on, *dates)
    parts = () if task.state is TaskState.WITHDRAWN else tuple(_parts(pair, task, dates, due_on, unit_names))
    sentences = tuple(_sentences(pair, task, due_on, parts))
    # Whether it moved depends on the others that wait: deciding about one of them must not spoil this mark.
    draft, said = pair.new.draft, sorted(pair.changes - {Change.MOVED})
    return Effect(due_on, parts, sentences, _mark(task.id, draft.id, draft.version, said, sentences))


def effect_of_loss(old: Old) -> Effect:
    """What accepting that the clause is gone does: open parts are withdrawn, completed ones stay."""
    task = old.task
    assert task is not None
    live = [part for part in task.assignments if part.state is not State.WITHDRAWN]
    parts = tuple(
        _of_part(Deed.KEEP if part.state.is_closed else Deed.WITHDRAW, part, part.due_on, part.role) for part in live
    )
    sentences = (*_withdrawals(parts), *_kept(parts))
    return Effect(task.due_on, parts, sentences, _mark(task.id, None, 0, [], sentences))


def moved(current: date | None, before: date | None, after: date | None) -> date | None:
    """The date after the clause's own went from ``before`` to ``after``.

    A date that had been moved by itself (延期) stays while it is later than the new one.
    """
    if before == after:
        return current
    if current == before or current is None or after is None:
        return after
    return max(current, after)


def _parts(
    pair: Matched, task: Task, dates: tuple[date | None, date | None], due_on: date | None, names: Mapping[int, str]
) -> Iterator[PartEffect]:
    before = {share.unit_id: share for share in pair.shares_before}
    after = {share.unit_id: share for share in pair.shares_after}
    for part in task.assignments:
        yield from _on_part(part, before.get(part.unit_id), after.get(part.unit_id), dates, pair.says_more)
    held = {part.unit_id for part in task.assignments} | before.keys()
    for share in pair.shares_after:
        if share.unit_id not in held:
            name = names.get(share.unit_id, share.written_name)
            yield PartEffect(Deed.ADD, share.unit_id, name, None, None, due_on, None, share.role, share)


def _on_part(
    part: Assignment,
    before: PlannedAssignment | None,
    after: PlannedAssignment | None,
    dates: tuple[date | None, date | None],
    says_more: bool,
) -> Iterator[PartEffect]:
    if before and not after:
        if part.state is not State.WITHDRAWN:
            deed = Deed.KEEP if part.state.is_closed else Deed.WITHDRAW
            yield _of_part(deed, part, part.due_on, part.role)
        return
    if part.state is State.WITHDRAWN and after and not before:
        yield _of_part(Deed.REVIVE, part, dates[1], after.role, after)
        return
    if part.state.is_closed:
        return
    role = after.role if after and not (before and before.role is after.role) else part.role
    due_on = moved(part.due_on, *dates)
    if says_more or role is not part.role:
        yield _of_part(Deed.CHANGE, part, due_on, role, after)


def _of_part(
    deed: Deed, part: Assignment, due_on: date | None, role: Role, share: PlannedAssignment | None = None
) -> PartEffect:
    return PartEffect(deed, part.unit_id, part.unit.name, part, part.due_on, due_on, part.role, role, share)


def _sentences(pair: Matched, task: Task, due_on: date | None, parts: Sequence[PartEffect]) -> Iterator[str]:
    if task.state is TaskState.WITHDRAWN:
        yield "原任务已撤销，只更新文件依据，不重新下达"
        return
    if text_key(pair.before.title) != text_key(pair.after.title):
        yield f"任务名称由“{pair.before.title}”改为“{pair.after.title}”"
    yield from _dates(pair, task, due_on, parts)
    yield from _roles(parts)
    yield from (
        f"{part.unit_name}新增为{part.role_to.label}单位，下达后待签收" for part in parts if part.deed is Deed.ADD
    )
    yield from (
        f"{part.unit_name}的分工此前已撤销，重新下达（{part.role_to.label}），待签收"
        for part in parts
        if part.deed is Deed.REVIVE
    )
    yield from _withdrawals(parts)
    yield from _kept(parts)
    if Change.MILESTONES in pair.changes:
        before, after = len(pair.before.milestones), len(pair.after.milestones)
        yield f"节点由{before}个改为{after}个" if before != after else f"{after}个节点的内容或日期按新版修改"
    if Change.REWORDED in pair.changes and any(part.deed is Deed.CHANGE for part in parts):
        yield "任务文字更新为新版，各单位的办理记录中注明"


def _dates(pair: Matched, task: Task, due_on: date | None, parts: Sequence[PartEffect]) -> Iterator[str]:
    if pair.before.deadline.due_on == pair.after.deadline.due_on:
        if Change.DEADLINE in pair.changes:
            yield "时限的写法有改动，完成日期不变"
        return
    groups = dict[tuple[date | None, date | None], list[str]]()
    for part in parts:
        if part.moves_date:
            groups.setdefault((part.due_from, part.due_to), []).append(part.unit_name)
    for (before, after), names in groups.items():
        yield f"{listed(names)}的办理期限由{day(before)}改为{day(after)}"
    own = [part for part in parts if part.deed is Deed.CHANGE and not part.moves_date]
    yield from (f"{part.unit_name}的期限已单独定为{day(part.due_from)}，保持不变" for part in own)
    if not groups and not own:
        yield f"任务的完成时限由{day(task.due_on)}改为{day(due_on)}，没有在办的单位受影响"


def _roles(parts: Sequence[PartEffect]) -> Iterator[str]:
    for part in parts:
        if part.changes_role and part.role_from:
            yield f"{part.unit_name}由{part.role_from.label}单位改为{part.role_to.label}单位"


def _withdrawals(parts: Sequence[PartEffect]) -> Iterator[str]:
    for part in parts:
        if part.deed is Deed.WITHDRAW and part.part:
            yield f"撤销{part.unit_name}的分工（现为{part.part.state.label}），办理记录保留"


def _kept(parts: Sequence[PartEffect]) -> Iterator[str]:
    done = [part.unit_name for part in parts if part.deed is Deed.KEEP]
    if done:
        yield f"{listed(done)}已办结，办结结果保留"


def listed(names: Sequence[str]) -> str:
    """市教育局、市财政局; many of them with their number: ……等12个单位."""
    return "、".join(names) if len(names) <= NAMED else f"{'、'.join(names[:NAMED])}等{len(names)}个单位"


def day(value: date | None) -> str:
    """2023年6月30日; 未定 when there is none."""
    return in_words(value) if value else "未定"


def _mark(*what: object) -> str:
    return hashlib.sha256(repr(what).encode("utf-8", "replace")).hexdigest()[:16]
