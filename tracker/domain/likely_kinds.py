"""What sort of body a name most likely is, for a form to begin with; a person decides."""

from __future__ import annotations

import re

from tracker.domain.units import UnitKind

# The first that fits counts; each with a name that it is meant for.
_SIGNS: tuple[tuple[UnitKind, str], ...] = (
    (UnitKind.COLLECTIVE, r"^(?:各|有关|相关|其他|其它|等)|(?:有关|相关|各)(?:部门|单位|成员单位)$"),  # 市有关部门
    (UnitKind.COORDINATION, r"(?:领导小组|委员会办公室|指挥部|专班|联席会议)(?:办公室)?$"),  # 市防汛指挥部
    (UnitKind.CONGRESS, r"人大常委会|人大.{0,6}委$|人大办"),  # 市人大城建环资委
    (UnitKind.CONSULTATIVE, r"政协"),  # 市政协办公室
    (UnitKind.JUDICIAL, r"(?:法院|检察院)$"),  # 市中级人民法院
    (UnitKind.MILITARY, r"(?:军分区|人武部|武警.*支队)$"),  # 东河军分区
    (
        UnitKind.MASS,
        r"(?:总工会|工会|团市委|团县委|团省委|共青团.*|妇联|科协|残联|侨联|文联|社科联|工商联|红十字会|贸促会)$",
    ),
    (
        UnitKind.PARTY,
        r"(?:纪委.*|监委|组织部|宣传部|统战部|政法委|网信办|编办|党校|档案馆|直属机关工委|委办公室|委办)$",
    ),
    (UnitKind.MEDIA, r"(?:日报社?|报社|电视台|广播电视台|融媒体中心|传媒集团|传媒中心)$"),  # 示例日报社
    (UnitKind.HOSPITAL, r"(?:医院|卫生院|疾控中心)$"),  # 市人民医院
    (UnitKind.SCHOOL, r"(?:大学|学院|学校|中学|小学|幼儿园)$"),  # 示例职业技术学院
    (UnitKind.ENTERPRISE, r"(?:公司|集团|银行|支行|分行|厂|合作社)$"),  # 国网东河供电公司
    (UnitKind.CENTRAL, r"(?:税务局|海关|气象局|调查队|邮政管理局|烟草局|银保监分局|监管分局|人民银行.*|消防救援支队)$"),
    (UnitKind.ZONE, r"(?:管委会|开发区|高新区|经开区|园区|管理区|新区)(?:管委会)?$"),  # 临空经济区管委会
    (UnitKind.TOWN, r"(?:镇|乡|街道|街道办事处|镇政府|乡政府|镇人民政府|乡人民政府)$"),  # 城关镇
    (UnitKind.COUNTY, r"(?:县|区|旗|市)(?:政府|人民政府)?$"),  # 东河县人民政府
    (UnitKind.SECTION, r"(?:科|股)$"),  # 综合科
    (UnitKind.INSTITUTION, r"(?:中心|站|所|馆|院|队|社|园|处)$"),  # 市城区照明养护所
)


def likely_kind(name: str) -> UnitKind:
    """The kind that the name's ending speaks for; a department when nothing does."""
    return next((kind for kind, sign in _SIGNS if re.search(sign, name)), UnitKind.DEPARTMENT)


def is_collective(name: str) -> bool:
    """Whether the name means several units that it does not list (各县（市、区）, 市有关部门)."""
    return likely_kind(name) is UnitKind.COLLECTIVE
