"""What a message says of matters that are to be told: each part once, and no more of a unit than the cap allows.

Pure: mail, the robots of groups and the preview of tomorrow ask the same functions.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from tracker.delivery.digest import Digest, Item, Reminder, Section
from tracker.domain.notices import NoticeKind
from tracker.services.matters import MILESTONES, section_of
from tracker.services.notice_policies import Policies
from tracker.store.matter_queries import Matter

PUT_OFF = "超过每单位每日条数上限，顺延至下一工作日"

_ORDER = {section: place for place, section in enumerate(Section)}
_DATED = (NoticeKind.DUE_SOON, NoticeKind.OVERDUE)


@dataclass(frozen=True, slots=True)
class PartTold:
    """A part with everything that is to be told of it on a day, the most pressing first.

    ``overtaken`` is what a later rung of the same ladder says instead, and the same again to somebody else.
    """

    today: date
    told: tuple[Matter, ...]
    overtaken: tuple[Matter, ...] = ()

    @property
    def lead(self) -> Matter:
        return self.told[0]

    @property
    def all(self) -> tuple[Matter, ...]:
        return (*self.told, *self.overtaken)

    @property
    def place(self) -> tuple[object, ...]:
        """Its place among the parts: by section, the earliest date first, those without one last."""
        day = shown_day(self.lead)
        section = _ORDER[section_of(self.lead, self.today)]
        return (section, day is None, day or date.max, self.lead.assignment_id)

    @property
    def ids(self) -> tuple[int, ...]:
        """The notices that are done with when the part is told."""
        return tuple(each.notice_id for each in self.all)

    @property
    def is_promised(self) -> bool:
        """Whether it was put off before, by whichever of its rungs, so that its turn is now."""
        return any(map(is_promised, self.all))


def is_promised(matter: Matter) -> bool:
    """Whether a digest that went out put it off to the next."""
    return (matter.held or "").startswith(PUT_OFF)


def by_part(matters: Iterable[Matter], today: date) -> list[PartTold]:
    """Every part once, under the most pressing of what is to be told of it; the most pressing part first."""
    parts: dict[int, list[Matter]] = {}
    for matter in matters:
        parts.setdefault(matter.assignment_id, []).append(matter)
    return sorted((_part_told(found, today) for found in parts.values()), key=lambda part: part.place)


def _part_told(found: Sequence[Matter], today: date) -> PartTold:
    last: dict[object, Matter] = {}
    for matter in sorted(found, key=lambda each: (each.step, each.notice_due_on)):
        last[_ladder_of(matter)] = matter
    told = sorted(last.values(), key=lambda each: _pressing(each, today))
    kept = {each.notice_id for each in told}
    return PartTold(today, tuple(told), tuple(each for each in found if each.notice_id not in kept))


def _ladder_of(matter: Matter) -> object:
    """What the rungs of one ladder have in common: of these only the last one is told."""
    if matter.kind in _DATED:
        return "date"
    return matter.subject if matter.kind in MILESTONES else (matter.kind, matter.subject)


def _pressing(matter: Matter, today: date) -> tuple[object, ...]:
    """The order within a part: by section, its own date before milestones, the earliest first."""
    is_milestone = matter.kind in MILESTONES
    return (_ORDER[section_of(matter, today)], is_milestone, matter.notice_due_on, len(matter.subject), matter.subject)


def shown_day(matter: Matter) -> date | None:
    """The day that a message names: the part's own, or that of the milestone it is about."""
    return matter.notice_due_on if matter.kind in MILESTONES else matter.due_on


@dataclass(frozen=True, slots=True)
class Capped:
    """Parts told in full, those only counted, and those that wait for the next working day."""

    told: list[PartTold]
    folded: list[PartTold]
    put_off: list[PartTold]

    @property
    def all(self) -> tuple[PartTold, ...]:
        return (*self.told, *self.folded, *self.put_off)


def within_cap(in_order: Sequence[PartTold], cap: int) -> Capped:
    """Tells at most ``cap`` parts of each unit in full. What is over is put off once, and then only counted.

    What was promised comes first: a part whose reminder was put off is told of its newest rung on the promised day.
    """
    split, counts = Capped([], [], []), Counter[int]()
    for part in sorted(in_order, key=lambda each: not each.is_promised):
        counts[part.lead.unit_id] += 1
        fits = counts[part.lead.unit_id] <= cap
        (split.told if fits else split.folded if part.is_promised else split.put_off).append(part)
    split.told.sort(key=lambda part: part.place)
    return split


def digest_of(name: str, today: date, split: Capped, known: Policies, base_url: str) -> Digest:
    """The mail to one person in which these parts stand."""
    return Digest(name, today, items_of(split.told, known), base_url, len(split.folded), len(split.put_off))


def items_of(parts: Iterable[PartTold], known: Policies) -> tuple[Item, ...]:
    """The parts as a message tells them."""
    return tuple(_item(part, known) for part in parts)


def _item(part: PartTold, known: Policies) -> Item:
    lead = part.lead
    return Item(
        assignment_id=lead.assignment_id,
        title=f"{lead.title}（节点：{lead.milestone}）" if lead.kind in MILESTONES else lead.title,
        unit=lead.unit,
        role=lead.role.label,
        state=lead.state.label,
        plan=lead.plan,
        due_on=shown_day(lead),
        reminders=tuple(_reminder(each, part, known) for each in part.told),
    )


def _reminder(matter: Matter, part: PartTold, known: Policies) -> Reminder:
    day = shown_day(matter)
    names_milestone = matter.kind in MILESTONES and matter is not part.lead
    label = known.on(matter.planned_on).label_of(matter.kind, matter.step)
    return Reminder(
        section=section_of(matter, part.today),
        step=f"{label}（节点：{matter.milestone}）" if names_milestone else label,
        late_days=matter.late_days,
        words=matter.words or "",
        author=matter.author or "",
        due_on=None if day == shown_day(part.lead) else day,
        late_hours=matter.late_hours,
    )
