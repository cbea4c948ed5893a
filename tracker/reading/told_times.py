"""Times told among the units of a list: 市住建局、市财政局，2023年底前完成."""

from __future__ import annotations

import re

from tracker.domain.deadlines import Found, find_in_clause
from tracker.domain.drafts import DeadlineKind
from tracker.reading.unit_words import looks_like_unit

_DATE_HINT = re.compile(
    r"[\d年月季日]|节前|汛|学期|十[二三四五六]五|学年|开学|[寒暑]假|长期|持续|常态|常抓|久久|始终|立[行即]|即[知日]|马上|每|底前"
)
_AROUND_DATE = re.compile(
    r"^(?:(?:自|从)?(?:本|该|此)?(?:实施方案|行动方案|工作方案|方案|意见|通知|文件|计划|办法|规划|通报|措施|要点|规定|细则|清单|台账|任务书|行动计划)?(?:正式)?(?:印发|发布|下发|公布|施行|实施|收到)(?:之日)?[起后]?|并|且|到|至|截至|力争|确保|于|在|前|完成|取得|落实|达到|见|阶段性|成效|基本|全面|全部|整改|到位|实施|启动|推进|长期|坚持|并|任务|建设|(?:自|从)?\d{4}年(?:\d+月)?(?:\d+日)?起|(?:\d{4}年)?(?:\d{1,2}月)?(?:\d{1,2}日)?[—–－\-~～至到]+|[年月周季][底末]|以?上|之?前|内|[自从]|[，,：:（）()\s])*$"
)

_DEED = re.compile(
    r"\s*(?:基本|全面|全部|初步|率先|陆续|分批)?"
    r"(?:完成|建成|建立|投用|启动|报送|出台|达到|取得|实现|兑现|印发|形成|见效|到位|报|办结|答复|反馈)"
)
"""What follows a date in a phrase that tells the deed and no unit (2024年6月底前完成一期)."""

_LONGEST_DEED = 8
_FIXED = (DeadlineKind.FIXED, DeadlineKind.RECURRING)
_DATED = (*_FIXED, DeadlineKind.RELATIVE, DeadlineKind.EVENT)
_OTHERS_TIME = re.compile(
    r"(?:以|按|按照|根据)[^，,；;]{2,30}(?:时间|时限|进度|要求|规定|安排)(?:为准|执行|完成|推进|落实)"
)
"""A time that someone else sets: 以省局通知时间为准."""

_SINCE = re.compile(
    r"(?P<name>(?:自治区|[省市县区州盟旗])[\u4e00-\u9fff]{2,14}?[局委厅办部院府](?=[自从在于接收])|.+(?=[自从]))?"
    r"[自从在于]?[^，,；;]{1,24}(?:之日|当[日天])[起后]?(?:计算|算起|开始)?"
)
"""From when a count of days runs (自收到交办通知之日起), with the unit before it if one stands there."""

_UNREAD_TIME = re.compile(
    r"[\u4e00-\u9fff]{2,8}(?:前|后|起)(?:\d{1,3}个?(?:工作)?[日天周月])?内?(?:全部|全面|基本)?(?:完成|到位|启动)"
    r"|(?=\d)(?:20\d\d年)?(?:\d{1,2}月)?(?:\d{1,2}日)?(?:[上中下]旬|[底初])?前?(?:启动|开始|开工|起)[\u4e00-\u9fff]{0,8}"
    r"|每(?:[月季周年旬]|学[期年])[\u4e00-\u9fff]{0,6}"
)
"""A time that hangs on an event of the matter itself: 供热前15日完成."""

_NOTED = re.compile(r"(?P<name>[^（(]+)[（(](?P<time>[^（()）]{2,40})[)）]")
"""A time in brackets behind a name: 县工信局（10月15日前）."""


def take_time(piece: str) -> tuple[str, str | None]:
    """The piece without the time that stands in it (市住建局2023年底前完成), and that time; a time alone leaves ""."""
    if _OTHERS_TIME.match(piece) or _UNREAD_TIME.fullmatch(piece):
        return "", piece
    found = find_in_clause(piece, None) if _DATE_HINT.search(piece) else ()
    if not found:
        return piece, None
    noted = _NOTED.fullmatch(piece)
    if noted and looks_like_unit(noted["name"]) and not take_time(noted["time"])[0]:
        return noted["name"], noted["time"]
    before, after = piece[: found[0].start], piece[found[-1].end :]
    dated = any(one.point.kind in _DATED and one.rule != "year" for one in found)
    dated = dated or (not before and len(after) <= _LONGEST_DEED)
    if _AROUND_DATE.match(before) and (_AROUND_DATE.match(after) or (dated and _tells_deed(after))):
        return "", piece
    return _beside_name(piece, found)


def _beside_name(piece: str, found: tuple[Found, ...]) -> tuple[str, str | None]:
    """The piece and its time where a unit stands before or after the time, or only an event from which days count."""
    before, after = piece[: found[0].start], piece[found[-1].end :]
    dated = any(one.point.kind in _FIXED and one.rule != "year" for one in found)
    dated = dated or any(one.rule == "event" and piece[one.start].isdigit() for one in found)
    tells = _AROUND_DATE.match(after) or _DEED.match(after)
    if dated and looks_like_unit(before.rstrip("于在：:—－-")) and tells:
        return before.rstrip("于在：:—－-"), piece[found[0].start :]
    since = _SINCE.fullmatch(before) if found[0].point.kind is DeadlineKind.RELATIVE and tells else None
    if since and (not since["name"] or looks_like_unit(since["name"])):
        return since["name"] or "", piece[since.end("name") if since["name"] else 0 :]
    if dated and _AROUND_DATE.match(before) and looks_like_unit(after.lstrip("，由")):
        return after.lstrip("，由"), piece[: found[-1].end]
    return piece, None


def _tells_deed(words: str) -> bool:
    """Whether the words after a date tell what is done by then (启动修订, 建成榕川大桥), and name no unit."""
    if looks_like_unit(words) and not _DEED.match(words):
        return False
    return bool(_DEED.match(words)) or not looks_like_unit(words)
