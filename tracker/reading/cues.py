"""The cues that tell a unit's role in running words (牵头, 按职责分工负责, 配合, 供稿 …). Every cue is data."""

from __future__ import annotations

import re

from tracker.domain.roles import Role

_BY_DUTY = (
    r"(?:(?:依法)?(?:按照?|根据|依据|依|结合)(?:各自|本部门|本单位)?的?(?:法定)?(?:职责"
    r"|职能|分工|责任|任务|工作|权限|业务|管理)+(?:和|及|、)?(?:分工|权限|范围|职责|任务)*)"
)
_DOING = r"(?:负责|落实|抓好|推进|承担|实施|做好|开展|组织|配合|推动|办理|完成|执行|具体|分别|共同|各自|分头|联合|协同)"
_CUES: tuple[tuple[Role, str], ...] = (
    (Role.LEAD, r"(?:分别|共同)?(?:作?为|是)(?:总?牵头|主办|主要责任|第一责任)(?:责任)?(?:单位|部门)"),
    (Role.SUPPORT, r"(?:分别|共同)?(?:作?为|是)(?:配合|协办|参与|协助|会办)(?:责任)?(?:单位|部门)"),
    (Role.RESPONSIBLE, r"(?:分别|共同)?(?:作?为|是)(?:责任|落实|实施|承办)(?:单位|部门|主体)"),
    (
        Role.SUPPORT,
        rf"(?:等)?(?:{_BY_DUTY})?(?:积极|共同|分别|协同|做好|抓好|密切|认真)*(?:配合|(?<!政)协办(?!公)|(?<!委)会办(?!公)|协助|参与|参加(?=$|[，,；;。、）)])|(?<!业务)指导(?=$|[，,；;。、）)]))(?!单位|部门|处室|科室)(?:落实|实施|做好|推进|完成|负责|办理)*",
    ),
    (Role.LEAD, r"(?:负总责|主责|抓总)(?!任|单位|部门)"),
    (Role.SUPPORT, r"(?:共同)?协同(?=$|[，,；;。）)])"),
    (
        Role.LEAD,
        rf"(?:{_BY_DUTY})?(?:负责|总|双|共同|具体|联合|分别|各自|均|为)*(?:牵头|主办(?!公))(?!单位|部门|领导|人|处室|科室|机构)(?:抓总|负责|组织|实施|落实|推进|推动|办理|制定|开展|完成)*",
    ),
    (
        Role.RESPONSIBLE,
        rf"(?:均|要|需|应|须|都)?{_BY_DUTY}{_DOING}*|(?:均|要|需|应|须|都)?(?:分别|共同|具体|分头|分工|各自|组织|按要求|统筹|依法依规|认真|抓好|结合(?:本地区?|各自|自身|工作)?实际)*(?:负责|落实|承办|实施|依法(?:依规)?(?:办理|处理))(?!人|单位|部门|领导)(?:落实|实施|推进|组织|抓好|完成)*(?=$|[，,；;。、）)]|等)",
    ),
)
CUE = re.compile("|".join(f"(?P<c{n}>{pattern})" for n, (_, pattern) in enumerate(_CUES)))
MAY_CUE = re.compile(
    "牵头|总责|主责|抓总|协同|主办|责任|配合|协办|会办|协助|参与|参加|指导|负责|落实|承办|实施|按|根据|依|结合"
)
"""Words without which no cue can be; cheap, to pass over lists of mere names."""

SUPPLIES = re.compile(
    r"[，,]?(?:各|分别|共同|负责)?(?:供稿|撰稿|提供|收集|撰写|编写|组稿|汇总(?!表)|(?<![月季度年旬周日期时末底前内])报送|供图)(?!单位|部门|人|服务|保障|支持)"
)
"""The cues by which a contributor to a yearbook or a collection is named."""


def role_of(cue: re.Match[str]) -> Role:
    """The role that a match of ``CUE`` gives to the names before it."""
    return next(role for number, (role, _) in enumerate(_CUES) if cue[f"c{number}"])
