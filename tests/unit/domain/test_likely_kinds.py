"""What sort of body a name speaks for."""

from __future__ import annotations

import pytest

from tracker.domain.likely_kinds import is_collective, likely_kind
from tracker.domain.units import UnitKind


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("市教育局", UnitKind.DEPARTMENT),
        ("省发展改革委", UnitKind.DEPARTMENT),
        ("市城区照明养护所", UnitKind.INSTITUTION),
        ("市疾控中心", UnitKind.HOSPITAL),
        ("市融媒体中心", UnitKind.MEDIA),
        ("东河县人民政府", UnitKind.COUNTY),
        ("东河县政府", UnitKind.COUNTY),
        ("西山区", UnitKind.COUNTY),
        ("城关镇", UnitKind.TOWN),
        ("北关街道办事处", UnitKind.TOWN),
        ("临空经济区管委会", UnitKind.ZONE),
        ("经济技术开发区", UnitKind.ZONE),
        ("国网东河供电公司", UnitKind.ENTERPRISE),
        ("市委宣传部", UnitKind.PARTY),
        ("市委办公室", UnitKind.PARTY),
        ("市中级人民法院", UnitKind.JUDICIAL),
        ("市政协办公室", UnitKind.CONSULTATIVE),
        ("市总工会", UnitKind.MASS),
        ("团市委", UnitKind.MASS),
        ("市税务局", UnitKind.CENTRAL),
        ("市防汛抗旱指挥部办公室", UnitKind.COORDINATION),
        ("市人民医院", UnitKind.HOSPITAL),
        ("示例职业技术学院", UnitKind.SCHOOL),
        ("示例日报社", UnitKind.MEDIA),
        ("综合科", UnitKind.SECTION),
        ("各县（市、区）人民政府", UnitKind.COLLECTIVE),
        ("市有关部门", UnitKind.COLLECTIVE),
        ("其他成员单位", UnitKind.COLLECTIVE),
    ],
)
def test_kinds(name: str, kind: UnitKind) -> None:
    assert likely_kind(name) is kind
    assert is_collective(name) is (kind is UnitKind.COLLECTIVE)
