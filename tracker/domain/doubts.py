"""Every doubt the reader can raise: a stable code and a Chinese sentence that says what to do."""

from __future__ import annotations

from tracker.domain.drafts import Doubt

MESSAGES: dict[str, str] = {
    "no-unit": "没有读出责任单位，请对照原文补填",
    "no-date": "没有读出完成时限，请对照原文补填日期，或确认为长期任务",
    "date-from-paragraph": "日期取自本段正文，不在责任分工处，请核对是不是本条的完成时限",
    "date-from-plan": "本条没有单独的时限，日期取自文件的总时限，请核对",
    "due-before-issue": "完成时限早于文件印发日期，请核对是否笔误，或任务是否已经完成",
    "before-reading": "「前」字两可：这里按不含所写期间理解，如本单位习惯包含该期间，请改日期",
    "missing-bracket": "条款缺少右括号，已读到本行末尾为止，请核对责任单位是否读全",
    "several-dates": "条款写有多个日期：均列为节点，以最后一个作为完成时限，请核对",
    "no-year-known": "时限没有写年份，文件又没有读出印发日期，请补填年份",
    "event-needs-date": "时限以事件为准，没有具体日期，请按当年实际情况填写日期",
    "anchor-needs-date": "时限从某一事件起算，请在事件发生后填写起算日期",
    "unread-deadline": "时限的写法没有读懂，请对照原文填写日期",
    "no-such-day": "时限写的日期不存在，请核对后填写",
    "vague-date": "时限只有大致时间（如「初」），所给日期是推定的，请核对",
    "then-ongoing": "条款既有日期又要求长期坚持：按日期督办，请确认办结后是否转为长期任务",
    "immediate": "条款要求立即整改而没有日期，请填写应完成的日期",
    "year-from-title": "文件没有印发日期，时限的年份取自文件标题，请核对",
    "start-only": "条款只写了从何时开始，没有写何时完成，请补填完成日期，或确认为长期任务",
    "follows-others": "时限以上级部署或进度安排为准，没有具体日期，请在明确后填写日期",
    "already-done": "条款写明已经完成，请核对后再决定是否立项",
    "provisional-calendar": "工作日跨入放假安排尚未公布的年份，日期为暂定，公布后会重新计算，届时请核对",
    "person-only": "条款只写了责任人，没有写单位，请补填其所在单位",
    "person-dropped": "责任单位里写有个人姓名，姓名未列入单位，请核对",
    "label-slip": "责任单位的标签疑有错别字，已按「责任单位」理解，请核对",
    "elided-prefix": "单位名称承前省略了「省」「市」等字，已补全，请核对",
    "odd-name": "有的名称不像单位名称，请核对是否拆分有误",
    "words-passed-over": "条款里除单位和时限外还写有别的内容，没有列入单位，请对照原文核对单位是否读全",
    "doer-from-context": "这句话没有写明单位，单位取自上文，请核对",
    "units-as-above": "责任单位写的是「同上」，已沿用上一条的单位，请核对",
    "units-from-above": "本行没有写责任单位，已按合并的单元格沿用上一行的单位和时限，请核对",
    "guessed-cells": "表格复制后各栏分界不清，事项、措施的起止是推定的，请对照原文核对",
    "no-issue-date": "没有读出印发日期，请补填；不写年份的时限要靠它确定年份",
    "no-number": "没有读出文号，如文件有文号请补填",
    "lost-characters": "文件里有个别文字无法识别，已用「�」代替，请对照原文核对",
    "tracked-changes": "文件里有修订标记：已按接受全部修订读取，请核对是不是定稿",
    "macros-ignored": "文件带有宏：只读取了文字，宏没有运行，请核对文件来源",
    "embedded-document": "文件里嵌入了另一份文档，其中的文字没有读取，如有任务请单独上传",
}

ABOUT_PLAN = frozenset(("no-issue-date", "no-number"))
"""What reading doubts of a plan's own facts; any other doubt of a plan is about the file that it stands in."""


def doubt(code: str) -> Doubt:
    """The doubt with this code; refuses (KeyError) a code that has no sentence."""
    return Doubt(code, MESSAGES[code])
