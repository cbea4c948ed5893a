"""Mentions of units become one assignment per unit."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.domain.drafts import Form
from tracker.domain.roles import Role
from tracker.domain.units import GroupEntry, UnitDirectory, UnitEntry
from tracker.services.assigning import Mention, UnknownUnits, assignments_for, custom_applies

DIRECTORY = UnitDirectory.of(
    [
        UnitEntry(1, "市发改委", "样城市发展和改革委员会"),
        UnitEntry(2, "市教育局", "样城市教育局"),
        UnitEntry(11, "东区"),
        UnitEntry(12, "西县"),
    ],
    [GroupEntry(1, "各县（区）", (11, 12), ("各县（区）人民政府",))],
)
LEAD, RESPONSIBLE, SUPPORT = Role.LEAD, Role.RESPONSIBLE, Role.SUPPORT


def planned(*mentions: Mention, custom: bool = False) -> list[tuple[int, Role]]:
    return [(a.unit_id, a.role) for a in assignments_for(mentions, DIRECTORY, first_listed_leads=custom)]


def test_a_group_becomes_its_members_under_the_name_that_was_written() -> None:
    found = assignments_for([Mention("各县（区）人民政府", SUPPORT)], DIRECTORY, first_listed_leads=True)
    assert [(a.unit_id, a.role, a.written_name) for a in found] == [
        (11, SUPPORT, "各县（区）人民政府"),
        (12, SUPPORT, "各县（区）人民政府"),
    ]


@pytest.mark.parametrize(
    ("mentions", "expected"),
    [
        ([Mention("东区", LEAD), Mention("各县（区）", SUPPORT)], [(11, LEAD), (12, SUPPORT)]),
        ([Mention("各县（区）", RESPONSIBLE), Mention("西县", LEAD)], [(11, RESPONSIBLE), (12, LEAD)]),
        ([Mention("东区", SUPPORT), Mention("各县（区）", LEAD)], [(11, LEAD), (12, LEAD)]),
    ],
)
def test_the_stronger_role_is_kept(mentions: list[Mention], expected: list[tuple[int, Role]]) -> None:
    assert planned(*mentions) == expected


def test_of_equal_roles_the_units_own_name_and_the_written_mention_are_kept() -> None:
    mentions = [Mention("各县（区）", inherited=True), Mention("东区")]
    found = assignments_for(mentions, DIRECTORY, first_listed_leads=False)
    assert [(a.unit_id, a.written_name, a.inherited) for a in found] == [(11, "东区", False), (12, "各县（区）", True)]


@pytest.mark.parametrize(
    ("mentions", "leads"),
    [
        pytest.param([Mention("市发改委"), Mention("市教育局")], [1], id="first of two"),
        pytest.param([Mention("市发改委"), Mention("市教育局", SUPPORT)], [], id="role words"),
        pytest.param([Mention("市发改委")], [], id="alone"),
        pytest.param([Mention("各县（区）"), Mention("市教育局")], [], id="group first"),
        pytest.param([Mention("市教育局", inherited=True), Mention("市发改委")], [1], id="first written"),
    ],
)
def test_the_first_listed_unit_leads_by_custom(mentions: list[Mention], leads: list[int]) -> None:
    found = assignments_for(mentions, DIRECTORY, first_listed_leads=True)
    assert [a.unit_id for a in found if a.leads_by_custom] == leads
    assert [a.unit_id for a in found if a.role is LEAD] == leads


def test_without_the_rule_nobody_leads_by_custom() -> None:
    assert planned(Mention("市发改委"), Mention("市教育局")) == [(1, RESPONSIBLE), (2, RESPONSIBLE)]


def test_what_a_person_matched_is_not_looked_up() -> None:
    assert planned(Mention("市府办某科", LEAD, unit_ids=(2,))) == [(2, LEAD)]


def test_every_unknown_name_is_told() -> None:
    with pytest.raises(UnknownUnits) as caught:
        planned(Mention("市气象台"), Mention("市教育局"), Mention("市盐业局"))
    assert caught.value.names == ("市气象台", "市盐业局")
    assert "“市气象台”、“市盐业局”" in str(caught.value)


@pytest.mark.parametrize(("form", "applies"), [(Form.BRACKET, True), (Form.TABLE, True), (Form.SUPPLY, False)])
def test_contributors_have_no_lead(form: Form, applies: bool) -> None:
    assert custom_applies(form, setting=True) is applies
    assert not custom_applies(form, setting=False)


mention_lists = st.lists(
    st.builds(
        Mention, st.sampled_from(["市发改委", "市教育局", "东区", "各县（区）"]), st.sampled_from(Role), st.booleans()
    ),
    max_size=6,
)


@given(mention_lists, st.booleans())
def test_every_unit_once_and_at_most_one_leads_by_custom(mentions: list[Mention], custom: bool) -> None:
    found = assignments_for(mentions, DIRECTORY, first_listed_leads=custom)
    units = [a.unit_id for a in found]
    assert len(units) == len(set(units))
    assert sum(a.leads_by_custom for a in found) <= 1
    assert all(a.role is LEAD for a in found if a.leads_by_custom)
