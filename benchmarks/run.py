"""Measures reading and feeds against a floor taken in the same run: `make bench`.

A floor is the least that the same input could cost. The ratio to it says more than milliseconds do: it hardly depends
on the machine or on what else runs there. Each figure is the best of several rounds, taken by turns with its floor.
"""

from __future__ import annotations

import hashlib
import re
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from tracker.domain.lifecycle import State
from tracker.domain.lights import Light
from tracker.export.ical import FeedItem, FeedSpec, FeedStyle, etag_of, event_bytes, join_feed, render_feed
from tracker.reading import read_bytes

ROUNDS = 5
CLAUSES = 400
EVENTS = 1000
TODAY = date(2023, 6, 15)


@dataclass(frozen=True, slots=True)
class Measurement:
    """A piece of work and its floor; ``size`` says how much of it was done."""

    name: str
    size: str
    work: Callable[[], object]
    floor_name: str
    floor: Callable[[], object]


def best_of(rounds: int, works: tuple[Callable[[], object], ...]) -> list[float]:
    """The quickest run of each in seconds, taken by turns, so that a busy moment hits them alike."""
    times: list[list[float]] = [[] for _ in works]
    for _ in range(rounds):
        for taken, work in zip(times, works, strict=True):
            began = time.perf_counter()
            work()
            taken.append(time.perf_counter() - began)
    return [min(taken) for taken in times]


def a_plan(clauses: int) -> bytes:
    """A plan of our own writing with that many clauses, in the shape that most plans have."""
    head = (
        "某市人民政府办公室\n关于印发某市便民服务提升实施方案的通知\n某政办字〔2023〕9号\n\n"
        "各县（市、区）人民政府，市政府有关部门：\n"
    )
    body = [f"一、总体要求\n{'坚持问题导向，补齐短板，方便群众办事。' * 6}\n二、重点任务\n"]
    for number in range(1, clauses + 1):
        day = f"2023年{number % 12 + 1}月底前"
        body.append(f"{number}．完善第{number}类窗口服务。{'优化流程，压减材料，公开时限，接受监督。' * 4}")
        body.append(f"（责任单位：市行政审批局、市财政局、各县（市、区）人民政府，完成时限：{day}）\n")
    return (head + "".join(body) + "\n某市人民政府办公室\n2023年1月20日\n").encode()


def some_items(count: int) -> list[FeedItem]:
    """Open items due from two months ago to ten months ahead."""
    return [
        FeedItem(
            uid=str(UUID(int=number)),
            title=f"完善第{number}类窗口服务",
            unit_name="市行政审批局",
            role_label="牵头",
            state=State.IN_PROGRESS,
            due_on=TODAY + timedelta(days=number % 360 - 60),
            light=Light.RED if number % 360 < 60 else Light.GREEN,
            changed_at=datetime(2023, 6, 1, 8, 30, tzinfo=UTC),
            sequence=number % 5,
            url=f"/assignments/{number}",
            parts=("牵头：市行政审批局", "配合：市财政局"),
            plan_title="某市便民服务提升实施方案",
            plan_number="某政办字〔2023〕9号",
            path=("二、重点任务", f"{number}．完善第{number}类窗口服务"),
            quote="（牵头单位：市行政审批局，配合单位：市财政局，完成时限：2023年底前）",
        )
        for number in range(1, count + 1)
    ]


def reading() -> Measurement:
    """Reading a plan, against decoding it and one search for its labels."""
    data = a_plan(CLAUSES)
    found = sum(len(plan.drafts) for plan in read_bytes(data, "plan.txt").plans)
    if found != CLAUSES:
        raise SystemExit(f"the plan holds {CLAUSES} clauses, {found} were read: the figure would mean nothing")
    return Measurement(
        "read a plan",
        f"{CLAUSES} clauses, {len(data) // 1024} kB",
        lambda: read_bytes(data, "plan.txt"),
        "decode, one search",
        lambda: re.findall("责任单位", data.decode()),
    )


def feeds() -> tuple[Measurement, Measurement]:
    """A feed built afresh, and one joined from kept events, against copying and hashing the same bytes."""
    items = some_items(EVENTS)
    spec = FeedSpec(
        str(UUID(int=2**127)), "市行政审批局", "本单位承担的督办事项。", TODAY, FeedStyle("https://duban.example.cn")
    )
    body = render_feed(spec, items).body
    if body.count(b"BEGIN:VEVENT") < EVENTS:
        raise SystemExit("not every item was rendered: the figure would mean nothing")
    kept = [event_bytes(item, spec.style) for item in items]
    size, floor_name = f"{EVENTS} events, {len(body) // 1024} kB", "join, hash"

    def floor() -> str:
        return hashlib.sha256(b"".join(kept)).hexdigest()

    return (
        Measurement("render a feed", size, lambda: etag_of(render_feed(spec, items).body), floor_name, floor),
        Measurement("join kept events", size, lambda: etag_of(join_feed(spec, kept)), floor_name, floor),
    )


def main() -> int:
    """Prints one line for each measurement."""
    print(f"best of {ROUNDS}, Python {sys.version.split()[0]}")
    for measured in (reading(), *feeds()):
        took, floor = best_of(ROUNDS, (measured.work, measured.floor))
        print(
            f"{measured.name:<18} {measured.size:<26} {took * 1000:9.2f} ms   "
            f"floor ({measured.floor_name}) {floor * 1000:8.3f} ms   {took / floor:8.1f} x floor"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
