"""Who may do what: roles held at units, what each role permits, and how far it reaches.

Units form a tree. A role held at a unit reaches that unit and all below it, and nothing beside it;
a liaison's reach is the own unit alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Office(StrEnum):
    """A role (岗位) that a person holds at a unit."""

    LIAISON = "liaison"
    SUPERVISOR = "supervisor"
    LEADER = "leader"
    ADMINISTRATOR = "administrator"

    @property
    def label(self) -> str:
        return _OFFICE_LABELS[self]


_OFFICE_LABELS = {
    Office.LIAISON: "联络员",
    Office.SUPERVISOR: "督查员",
    Office.LEADER: "分管领导",
    Office.ADMINISTRATOR: "管理员",
}


class Permission(StrEnum):
    """What a page or an action asks for."""

    SIGN_IN = "sign_in"  # anybody who is signed in
    READ = "read"  # see an assignment, its task and plan
    WORK_OWN = "work_own"  # sign for, decline, report, submit
    DECIDE = "decide"  # accept, return, suspend, withdraw, re-dispatch, reopen
    COLLECT = "collect"  # gather reports: links without an account, sheets to fill in
    INTAKE = "intake"  # import plans, review and adopt drafts
    SUPERVISE = "supervise"  # the overdue list, what waits for a decision, exports
    REMARK = "remark"  # write a remark (批示) on a task or a unit's part
    HAND_OVER = "hand_over"  # pass a liaison's work on to another
    MANAGE_UNITS = "manage_units"
    MANAGE_PEOPLE = "manage_people"
    MANAGE_ROBOTS = "manage_robots"  # robots of group chats, of the units in reach
    MANAGE_CALENDAR = "manage_calendar"  # working days: they count for the whole installation
    MANAGE_RULES = "manage_rules"  # the rules of lights, notices and scoring: they count for the whole installation
    READ_AUDIT = "read_audit"  # who changed what, of everybody
    READ_JOBS = "read_jobs"  # what the scheduler did and failed to do; told when it is late

    @property
    def holders(self) -> str:
        """Who holds it, in words for a refusal: 联络员、督查员."""
        return "、".join(office.label for office, held in PERMISSIONS.items() if self in held)


_P = Permission
PERMISSIONS: dict[Office, frozenset[Permission]] = {
    Office.LIAISON: frozenset({_P.SIGN_IN, _P.READ, _P.WORK_OWN, _P.COLLECT}),
    Office.LEADER: frozenset({_P.SIGN_IN, _P.READ, _P.SUPERVISE, _P.REMARK}),
    Office.SUPERVISOR: frozenset(
        {
            _P.SIGN_IN,
            _P.READ,
            _P.DECIDE,
            _P.INTAKE,
            _P.SUPERVISE,
            _P.COLLECT,
            _P.HAND_OVER,
            _P.MANAGE_ROBOTS,
            _P.MANAGE_RULES,
            _P.READ_AUDIT,
            _P.READ_JOBS,
        }
    ),
    Office.ADMINISTRATOR: frozenset(
        {
            _P.SIGN_IN,
            _P.HAND_OVER,
            _P.MANAGE_UNITS,
            _P.MANAGE_PEOPLE,
            _P.MANAGE_CALENDAR,
            _P.READ_AUDIT,
            _P.READ_JOBS,
            _P.MANAGE_ROBOTS,
        }
    ),
}


@dataclass(frozen=True, slots=True)
class Standing:
    """One role at one unit; ``unit_path`` is the unit's place in the tree, such as ``/1/7/``."""

    office: Office
    unit_id: int
    unit_path: str
    unit_name: str

    @property
    def is_at_the_top(self) -> bool:
        """Whether no unit stands above this one."""
        return "/" not in self.unit_path.strip("/")

    def reaches(self, unit_path: str) -> bool:
        """Whether the unit at that path lies within this standing."""
        if self.office is Office.LIAISON:
            return unit_path == self.unit_path
        return unit_path.startswith(self.unit_path)


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts: a person with the roles that the person holds today."""

    person_id: int
    name: str
    standings: tuple[Standing, ...]

    def holds(self, permission: Permission) -> bool:
        """Whether any role permits it, at whatever unit."""
        return any(permission in PERMISSIONS[standing.office] for standing in self.standings)

    def may(self, permission: Permission, unit_path: str) -> bool:
        """Whether a role that reaches the unit permits it."""
        return any(
            permission in PERMISSIONS[standing.office] and standing.reaches(unit_path) for standing in self.standings
        )

    def reach(self, permission: Permission) -> tuple[Standing, ...]:
        """The standings that permit it: a list shows what lies within any of them."""
        return tuple(standing for standing in self.standings if permission in PERMISSIONS[standing.office])


class Forbidden(Exception):
    """The actor may not do this; the message is Chinese and tells who may."""

    def __init__(self, permission: Permission, what: str = "此操作") -> None:
        holders = permission.holders or "登录用户"
        super().__init__(f"您没有{what}的权限。有权办理的岗位：{holders}（限其所在单位范围内）。")
