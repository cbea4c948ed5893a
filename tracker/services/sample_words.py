"""What the sample's people write: the project's own wording, varied, for nobody in particular."""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random

from tracker.domain.lifecycle import Event

# {title} is the task's title; {n} a small number, {many} a larger one, {percent} the share done so far.
SUPPLY_WORDS: dict[Event, tuple[str, ...]] = {
    Event.SIGN_FOR: ("",),
    Event.DECLINE: (
        "《{title}》条目所涉职能已划转，我单位无相关资料，建议调整供稿单位。",
        "与有关单位核对，该条目由其业务科室统计，我单位重复供稿，请予调整。",
    ),
    Event.SUBMIT: (
        "《{title}》条目稿件约{many}00字，已经分管负责同志审签，报送编纂机构，申请办结。",
        "稿件、图片{n}幅和数据核对表一并报送，内容已经本单位保密审查，申请办结。",
        "《{title}》条目已按体例修改{n}稿，主要负责同志已签字，请予审核。",
    ),
    Event.RETURN: (
        "《{title}》条目数据与统计公报口径不一致，请核对后重新报送。",
        "缺少单位审签表和保密审查意见，请补齐后再报。",
        "内容偏重工作总结，请按年鉴体例改写，并补充大事记述。",
    ),
    Event.ACCEPT: ("", "稿件符合体例，同意办结。", "已转编纂机构，同意销号。"),
    Event.SUSPEND: ("编纂大纲正在调整，该条目去留待定，暂中止办理。",),
    Event.RESUME: ("大纲已定稿，该条目保留，请继续供稿。",),
    Event.WITHDRAW: ("该条目并入相关单位供稿，本项撤销。",),
    Event.REOPEN: ("复核发现数据有误，请更正后重新报送。",),
    Event.DISPATCH: ("经与有关单位会商，仍请你单位承担本条目，请尽快签收。",),
}

GENERAL_WORDS: dict[Event, tuple[str, ...]] = {
    Event.SIGN_FOR: ("",),
    Event.DECLINE: (
        "“{title}”主要职责不在我单位，建议由行业主管部门承担，我单位配合。",
        "机构改革后该项职能已移交，请重新明确承办单位。",
    ),
    Event.SUBMIT: (
        "“{title}”各项要求均已落实，制度文件已印发，佐证材料随附，申请办结。",
        "该项工作已全面完成，{many}项台账问题全部销号，申请审核。",
        "工作机制已建立并正常运行，效果达到预期，有关制度和台账随附，申请办结。",
    ),
    Event.RETURN: (
        "材料只有文件，没有落实情况，请补充运行数据和典型做法。",
        "“{title}”的成效缺少佐证，请补充现场照片或统计数据后再报。",
        "仍有{n}个县（市、区）未反映进展，请核实补充。",
    ),
    Event.ACCEPT: ("", "经核查，任务已落实，同意销号。", "材料齐全，现场抽查属实，同意办结。"),
    Event.SUSPEND: (
        "上级政策正在修订，等待正式文件，暂中止办理，挂账管理。",
        "项目用地手续尚在办理，暂不具备条件，先行挂账。",
    ),
    Event.RESUME: ("前置条件已具备，恢复办理，请抓紧推进。",),
    Event.WITHDRAW: ("与其他任务内容重复，合并督办，本项撤销。",),
    Event.REOPEN: ("回头看发现制度未有效执行，请继续整改后重新报送。",),
    Event.DISPATCH: ("经研究，该项仍由你单位承担，有关部门配合，请尽快签收。",),
}


# What is reported depends on how far the work has come: up to 35 percent, up to 60, and beyond.
SUPPLY_REPORTS = (
    (
        "已确定{n}名撰稿人，完成《{title}》条目框架，正在收集上年度资料。",
        "已召开供稿协调会，明确各科室分工和交稿时间。",
        "《{title}》条目资料已收集约{percent}%，其中数据类资料待统计部门核定。",
    ),
    (
        "初稿约{many}00字已成形，正在补充大事和人物内容。",
        "图片资料已征集{many}幅，文字部分完成约{percent}%。",
        "初稿撰写过半，正与档案资料逐项核对。",
    ),
    (
        "初稿已送{n}个业务科室征求意见，收到修改意见{many}条，正在逐条修改。",
        "二稿已完成，正在送分管负责同志审阅。",
        "稿件已按体例调整，数据核对完成约{percent}%。",
    ),
)
GENERAL_REPORTS = (
    (
        "已成立工作专班，制定“{title}”任务分解表，明确{n}个责任科室和完成时间。",
        "完成摸底调查，建立台账{many}项，正在按轻重缓急分批推进。",
        "与上级主管部门对接{n}次，政策口径已明确，下一步组织培训。",
        "经费预算已报财政部门审核，同步开展前期工作。",
    ),
    (
        "组织有关单位召开推进会{n}次，协调解决问题{many}个，总体完成约{percent}%。",
        "实施细则已形成征求意见稿，向{many}个单位书面征求意见，正在汇总修改。",
        "已选取{n}个点位先行试点，效果良好，拟于下阶段全面推开。",
        "举办专题培训{n}期，培训业务骨干{many}人次，各项准备基本就绪。",
    ),
    (
        "开展实地督导{n}轮，发现问题{many}个，已整改约{percent}%，其余限期整改。",
        "工作机制已运行，正在对照要求逐条自查，补齐{n}处短板。",
        "主要任务已完成约{percent}%，剩余事项已排出时间表，按周调度。",
        "试点经验已在全系统推广，正在汇总成效数据和典型做法。",
    ),
)


@dataclass(slots=True)
class Words:
    """What is written about one part of a task, so that nobody says the same sentence twice in it."""

    rng: Random
    title: str
    supply: bool = field(kw_only=True)
    said: set[str] = field(default_factory=set)

    def on(self, event: Event, percent: int) -> str | None:
        """A sentence that fits the event and how far the work has come; None where people leave the words out."""
        choices = self._choices(event, percent)
        template = self.rng.choice([each for each in choices if each not in self.said] or choices)
        self.said.add(template)
        numbers = {"n": self.rng.randint(2, 6), "many": self.rng.randint(8, 46)}
        return template.format(title=self.title, percent=percent, **numbers) or None

    def _choices(self, event: Event, percent: int) -> tuple[str, ...]:
        if event is not Event.REPORT:
            return (SUPPLY_WORDS if self.supply else GENERAL_WORDS)[event]
        return (SUPPLY_REPORTS if self.supply else GENERAL_REPORTS)[(percent > 35) + (percent > 60)]
