"""Who may do what, and how far a role reaches: the domain's table of roles, role by role."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.domain.access import PERMISSIONS, Actor, Forbidden, Office, Permission, Standing

P = Permission
HELD = {
    Office.LIAISON: {P.SIGN_IN, P.READ, P.WORK_OWN, P.COLLECT},
    Office.LEADER: {P.SIGN_IN, P.READ, P.SUPERVISE, P.REMARK},
    Office.SUPERVISOR: {
        P.SIGN_IN,
        P.READ,
        P.DECIDE,
        P.INTAKE,
        P.SUPERVISE,
        P.COLLECT,
        P.HAND_OVER,
        P.MANAGE_ROBOTS,
        P.MANAGE_RULES,
        P.READ_AUDIT,
        P.READ_JOBS,
    },
    Office.ADMINISTRATOR: {
        P.SIGN_IN,
        P.HAND_OVER,
        P.MANAGE_UNITS,
        P.MANAGE_PEOPLE,
        P.MANAGE_CALENDAR,
        P.MANAGE_ROBOTS,
        P.READ_AUDIT,
        P.READ_JOBS,
    },
}
CITY, BUREAU, COUNTY, COUNTY_BUREAU = "/1/", "/1/2/", "/1/12/", "/1/12/30/"


def at(path: str, *offices: Office) -> Actor:
    return Actor(1, "某人", tuple(Standing(office, 0, path, "某单位") for office in offices))


@pytest.mark.parametrize("office", Office)
@pytest.mark.parametrize("permission", Permission)
def test_every_role_and_permission(office: Office, permission: Permission) -> None:
    someone = at(BUREAU, office)
    assert someone.holds(permission) == (permission in HELD[office])
    assert someone.may(permission, BUREAU) == (permission in HELD[office])
    assert bool(someone.reach(permission)) == (permission in HELD[office])
    assert (office.label in permission.holders) == (permission in HELD[office])


@pytest.mark.parametrize(
    ("office", "stands_at", "reached"),
    [
        (Office.SUPERVISOR, CITY, {CITY, BUREAU, COUNTY, COUNTY_BUREAU}),
        (Office.SUPERVISOR, COUNTY, {COUNTY, COUNTY_BUREAU}),
        (Office.SUPERVISOR, BUREAU, {BUREAU}),
        (Office.LEADER, COUNTY, {COUNTY, COUNTY_BUREAU}),
        (Office.ADMINISTRATOR, COUNTY, {COUNTY, COUNTY_BUREAU}),
        (Office.LIAISON, COUNTY, {COUNTY}),
        (Office.LIAISON, CITY, {CITY}),
    ],
)
def test_a_role_reaches_its_unit_and_below_and_a_liaison_the_unit_alone(
    office: Office, stands_at: str, reached: set[str]
) -> None:
    (standing,) = at(stands_at, office).standings
    assert {path for path in (CITY, BUREAU, COUNTY, COUNTY_BUREAU) if standing.reaches(path)} == reached


def test_a_number_that_begins_like_another_is_another_unit() -> None:
    assert not at("/1/1/", Office.SUPERVISOR).may(P.DECIDE, "/1/12/")
    assert not at("/1/12/", Office.SUPERVISOR).may(P.DECIDE, "/1/1/")


def test_a_permission_counts_only_where_the_role_that_gives_it_reaches() -> None:
    someone = Actor(
        1,
        "某人",
        (Standing(Office.LIAISON, 2, BUREAU, "局"), Standing(Office.LEADER, 12, COUNTY, "县")),
    )
    assert someone.may(P.WORK_OWN, BUREAU)
    assert not someone.may(P.WORK_OWN, COUNTY)
    assert someone.may(P.SUPERVISE, COUNTY_BUREAU)
    assert not someone.may(P.SUPERVISE, BUREAU)
    assert someone.may(P.READ, BUREAU)
    assert someone.may(P.READ, COUNTY)


def test_somebody_without_a_role_may_nothing() -> None:
    nobody = Actor(1, "某人", ())
    assert not any(nobody.holds(permission) or nobody.may(permission, CITY) for permission in Permission)


PATHS = st.lists(st.integers(1, 30), min_size=1, max_size=4).map(lambda ids: "/" + "/".join(map(str, ids)) + "/")


@given(PATHS, PATHS, st.sampled_from(Office))
def test_nothing_beside_or_above_is_reached(stands_at: str, other: str, office: Office) -> None:
    (standing,) = at(stands_at, office).standings
    above = other.split("/")[1:-1][: stands_at.count("/") - 1] == stands_at.split("/")[1:-1]
    assert standing.reaches(other) == (above and (office is not Office.LIAISON or other == stands_at))


def test_a_refusal_tells_who_may() -> None:
    said = str(Forbidden(P.DECIDE, "对该事项“审核销号”"))
    assert said == "您没有对该事项“审核销号”的权限。有权办理的岗位：督查员（限其所在单位范围内）。"


def test_the_table_names_every_office() -> None:
    assert set(PERMISSIONS) == set(Office)
