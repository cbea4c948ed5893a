"""Looking through the audit log, and proving it whole."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from tracker.domain.access import Actor, Forbidden, Office, Permission
from tracker.domain.audit import Broken, Head, walk
from tracker.domain.feeds import Redaction
from tracker.domain.history import OTHER_EVENTS, label_of
from tracker.domain.indicators import Binding
from tracker.domain.lifecycle import Event, Outcome, State, TaskState
from tracker.domain.roles import Role
from tracker.store import audit_queries as ask
from tracker.store.audit import AuditEntry
from tracker.store.audit_queries import AuditFilter
from tracker.store.audit_trail import CHANGED, CREATED, DELETED
from tracker.store.extensions import ExtensionState
from tracker.store.plans import DraftState
from tracker.store.revisions import Verdict
from tracker.store.unit_queries import root_units, units_by_id

PAGE_SIZE = 50
SUBJECTS = {
    "assignment": "分工",
    "task": "任务",
    "milestone": "节点",
    "extension": "延期申请",
    "plan": "文件",
    "indicator": "指标",
    "person": "人员",
    "unit": "单位",
    "unit_group": "单位组",
    "calendar": "放假安排",
    "rule_pack": "规则",
    "setting": "设置",
    "feed": "日历订阅",
    "robot": "群机器人",
    "report_link": "免登录链接",
    "source": "导入的文件",
    "draft": "待核任务",
    "column_mapping": "表格列对应",
}
_ACTS = {CREATED: "新增", CHANGED: "修改", DELETED: "删除", "lock": "多次输错密码，暂时锁定"}
FIELDS = {
    "title": "名称",
    "due_on": "完成时限",
    "original_due_on": "原定时限",
    "state": "状态",
    "completed_on": "办结日期",
    "withdrawn_on": "撤销日期",
    "evidence_required": "须附佐证材料",
    "awaits_opinions": "须会办",
    "task_id": "任务编号",
    "assignment_id": "分工编号",
    "plan_id": "文件编号",
    "unit_id": "单位",
    "parent_id": "上级单位",
    "owner_id": "责任单位",
    "role": "分工",
    "sign_by_on": "签收期限",
    "outcome": "办结结果",
    "text": "内容",
    "reached_on": "完成日期",
    "value": "数值",
    "words": "说明",
    "is_reached": "是否完成",
    "due_from": "原时限",
    "due_to": "新时限",
    "from_state": "原状态",
    "to_state": "新状态",
    "unit_from_id": "原单位",
    "unit_to_id": "转办单位",
    "percent": "完成比例",
    "wanted_on": "申请延至",
    "granted_on": "同意延至",
    "reason": "理由",
    "decision_words": "批复意见",
    "leader": "分管领导",
    "section": "承办科室",
    "handler": "承办人",
    "phone": "电话",
    "rhythm": "周期",
    "starts_on": "起始日",
    "ends_on": "终止日",
    "number": "文号",
    "issuer": "发文单位",
    "issued_on": "印发日期",
    "effective_until": "有效期至",
    "year": "年度",
    "login": "登录名",
    "name": "名称",
    "full_name": "全称",
    "email": "邮箱",
    "active": "启用",
    "must_change_password": "须改密码",
    "password_hash": "密码",
    "office": "岗位",
    "kind": "类别",
    "days_off": "放假",
    "days_worked": "调休上班",
    "notice": "通知",
    "version": "版本",
    "rules": "规则",
    "in_force_on": "执行日期",
    "scope": "范围",
    "generation": "链接代次",
    "revoked_at": "停用时间",
    "webhook": "地址",
    "secret": "密钥",
    "expires_at": "有效期至",
    "used_at": "使用时间",
    "used_by": "填报人",
    "group_id": "单位组编号",
    "until": "锁定至",
    "deadline_text": "时限原文",
    "day": "起算日（事件日）",
    "size": "大小（字节）",
    "sha256": "文件校验值",
    "added_by_name": "提交人",
    "format": "格式",
    "characters": "字数",
    "scope_id": "所属地区",
    "source_id": "导入文件编号",
    "revises_id": "所修订文件编号",
    "draft_id": "待核任务编号",
    "verdict": "对新版的决定",
    "header": "表头",
    "uses": "各列用途",
    "measure": "计量单位",
    "base": "基期值",
    "target": "目标值",
    "target_year": "目标年份",
    "growth": "增长",
    "binding": "约束性质",
    "units": "单位",
    "milestones": "节点",
    "redaction": "内容详略",
}
_PLACES = {name: place for place, name in enumerate(FIELDS)}
_SETTINGS = {"sample_loaded": "示例数据已载入", "first_listed_leads": "首列单位牵头"}
_STEP = ("from_state", "to_state")
_UNITS = {"unit_id", "parent_id", "owner_id", "unit_from_id", "unit_to_id", "scope_id"}


@dataclass(frozen=True, slots=True)
class Line:
    """One entry in words: ``act`` what was done to ``name``, ``facts`` the changes, each as 名称：旧 → 新."""

    entry: AuditEntry
    subject: str
    name: str
    act: str
    facts: Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class AuditPage:
    """Entries, the newest first; ``next_before`` leads on to older ones, None at the end."""

    lines: Sequence[Line]
    next_before: int | None
    head: Head


def may_read(session: Session, actor: Actor) -> bool:
    """The log tells of everybody: it is open to those whose role reaches the whole installation."""
    return all(actor.may(Permission.READ_AUDIT, root.path) for root in root_units(session))


def audit_page(session: Session, actor: Actor, wanted: AuditFilter, before: int | None = None) -> AuditPage:
    """A page of the log; raises Forbidden for those who do not reach the whole installation."""
    if not may_read(session, actor):
        raise Forbidden(Permission.READ_AUDIT, "查看审计日志")
    found = ask.entries(session, wanted, before, PAGE_SIZE + 1)
    names = {unit_id: unit.name for unit_id, unit in units_by_id(session).items()}
    about = ask.names_of(session, found[:PAGE_SIZE])
    lines = [_line(entry, about, names) for entry in found[:PAGE_SIZE]]
    more = found[PAGE_SIZE - 1].id if len(found) > PAGE_SIZE else None
    return AuditPage(lines, more, ask.head(session))


def verify(session: Session, expected: Head | None = None) -> Head | Broken:
    """Follows the whole chain: its head, or where it is broken."""
    return walk(ask.chain(session), expected)


def _line(entry: AuditEntry, about: dict[tuple[str, str], str], names: dict[int, str]) -> Line:
    detail = json.loads(entry.detail)
    # A number may be given anew after its row is gone: what is gone is called what it was called then.
    name = (
        _called(detail.get("was", {}), names)
        or about.get((entry.subject, entry.subject_id))
        or _called(detail.get("now", {}), names)
        or _SETTINGS.get(entry.subject_id, f"编号{entry.subject_id}")
    )
    act = _ACTS.get(entry.act) or (label_of(entry.act) if entry.act in KNOWN_EVENTS else entry.act)
    subject = SUBJECTS.get(entry.subject, entry.subject)
    return Line(entry, subject, name, act, tuple(_facts(entry.subject, detail, names)))


def _called(kept: Mapping[str, Any], names: Mapping[int, str]) -> str | None:
    """What a row was called by what the log keeps of it; None when it had no name of its own."""
    said = kept.get("title") or kept.get("name") or kept.get("text") or names.get(kept.get("unit_id", 0))
    return str(said) if said else None


KNOWN_EVENTS = {*OTHER_EVENTS, *(event.value for event in Event)}


def _facts(subject: str, detail: dict[str, Any], names: dict[int, str]) -> Iterator[tuple[str, str]]:
    def said(field: str, value: Any) -> str:
        return _said(subject, field, value, names)

    for name, value in detail.items():
        if name == "changed":
            for field, (old, new) in _in_order(value):
                yield FIELDS.get(field, field), f"{said(field, old)} → {said(field, new)}"
        elif name in ("now", "was"):
            yield from ((FIELDS.get(field, field), said(field, each)) for field, each in _in_order(value))
        elif name != "table" and not (name in _STEP and _stays(detail)):
            yield FIELDS.get(name, name), said(name, value)


def _stays(detail: Mapping[str, Any]) -> bool:
    """Whether what happened left the state as it was."""
    return detail.get("from_state") == detail.get("to_state")


def _in_order(values: Mapping[str, Any]) -> list[tuple[str, Any]]:
    """The fields as people read them, the name first; the log itself keeps them by the alphabet."""
    return sorted(values.items(), key=lambda item: _PLACES.get(item[0], len(_PLACES)))


def _said(subject: str, field: str, value: Any, names: dict[int, str]) -> str:
    """A value in words."""
    if value is None or value in ("", []):
        return "（空）"
    if isinstance(value, bool):
        return "是" if value else "否"
    if field in _UNITS:
        return names.get(value, f"编号{value}")
    known = (_WORDS.get(f"{subject}.{field}") or _WORDS.get(field, {})).get(str(value))
    return known or _plainly(value)


def _plainly(value: Any) -> str:
    """Names after one another; what is more than names as it is kept."""
    if isinstance(value, list):
        return "、".join(_name_of(each) for each in value)
    return json.dumps(value, ensure_ascii=False) if isinstance(value, dict) else str(value)


def _name_of(each: Any) -> str:
    return str(each.get("name") or each.get("text") or "") if isinstance(each, dict) else str(each)


_STATES = {kind.value: kind.label for kind in (*State, *TaskState, *ExtensionState)}
_WORDS: dict[str, dict[str, str]] = {
    "state": _STATES,
    "draft.state": {state.value: state.label for state in DraftState},
    "from_state": _STATES,
    "to_state": _STATES,
    "role": {role.value: role.label for role in Role},
    "outcome": {outcome.value: outcome.label for outcome in Outcome},
    "office": {office.value: office.label for office in Office},
    "binding": {binding.value: binding.label for binding in Binding},
    "redaction": {redaction.value: redaction.label for redaction in Redaction},
    "verdict": {verdict.value: verdict.label for verdict in Verdict},
}
