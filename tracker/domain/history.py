"""What the history of a part knows beside the lifecycle's events, and the word for each."""

from __future__ import annotations

from tracker.domain.lifecycle import Event

ADOPTED, DATE_SET, REVISED, SERIES_CHANGED, EVIDENCE_SETTLED = BEFORE_WORK = (
    "adopt",
    "set_date",
    "revise",
    "change_series",
    "require_evidence",
)
"""The dispatch, a deadline that was worked out later, what a new version of the plan changed, a recurring duty's new
rhythm or end, and whether a submission must bring files: what may happen to a part that nobody has acted on yet."""
EXTENSION_ASKED, EXTENSION_GRANTED, EXTENSION_REFUSED, EXTENSION_RECALLED = EXTENSION_EVENTS = (
    "ask_extension",
    "grant_extension",
    "refuse_extension",
    "recall_extension",
)
URGED, REMARKED = ("urge", "remark")
"""A 催办 by hand, and a leader's remark (批示)."""
HANDED_OVER, HANDLER_NAMED, DIVIDED, JOINED = ("hand_over", "name_handler", "divide", "join")
"""A liaison's work taken over, the 责任分解 filed, child tasks made, and joint handling (会办) settled."""
MILESTONE_REPORTED = "report_milestone"
TOOK_UP = (
    Event.SIGN_FOR.value,
    Event.REPORT.value,
    Event.RETURN.value,
    Event.RESUME.value,
    Event.REOPEN.value,
    MILESTONE_REPORTED,
)
"""A unit takes its work up, gets it back, or tells of its progress: from the last of these its next report is owed."""
GIVEN_ANEW = (Event.DISPATCH.value, REVISED, SERIES_CHANGED)
"""With these the day of dispatch may be another one than it was."""
UNFORESEEN = (
    *GIVEN_ANEW,
    Event.SUSPEND.value,
    Event.RESUME.value,
    Event.WITHDRAW.value,
    Event.REOPEN.value,
    DATE_SET,
    EXTENSION_GRANTED,
    JOINED,
)
"""What may alter the date, the unit, the role or an end of a part, so that its row does not tell any more how it stood
before. All else leads from the dispatch to the acceptance, each once, on days that the row keeps."""

_LABELS = {
    ADOPTED: "下达",
    DATE_SET: "确定时限",
    REVISED: "按新版调整",
    SERIES_CHANGED: "调整周期",
    EVIDENCE_SETTLED: "调整佐证要求",
    EXTENSION_ASKED: "申请延期",
    EXTENSION_GRANTED: "同意延期",
    EXTENSION_REFUSED: "未同意延期",
    EXTENSION_RECALLED: "撤回延期申请",
    URGED: "催办",
    REMARKED: "批示",
    HANDED_OVER: "工作移交",
    HANDLER_NAMED: "填报责任分解",
    DIVIDED: "分解任务",
    JOINED: "调整会办",
    MILESTONE_REPORTED: "报节点",
}
OTHER_EVENTS = tuple(_LABELS)


def label_of(event: str) -> str:
    """The word for an event of the history: one of the lifecycle's, or one of those beside it."""
    return _LABELS.get(event) or Event(event).label
