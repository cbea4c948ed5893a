"""Reading: plans of our own writing, and the real gazette where it stands beside the checkout.

The floor is one pass over the lines that looks for a heading, for words of a responsibility clause, and for a date:
the least that anything which reads such a text has to do.
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from benchmarks.measure import Measurement
from tracker.reading import read_bytes

CLAUSES = 400
GAZETTE = Path(__file__).resolve().parents[2] / "shared" / "gazette" / "gazette.txt"
_HEADING = re.compile(
    r"第[一二三四五六七八九十百]+[章条]|[一二三四五六七八九十]+、|（[一二三四五六七八九十]+）|\d{1,2}[.．]"
)
_UNITS = re.compile("责任单位|责任部门|牵头单位|配合单位|供稿")
_DATE = re.compile(r"\d{4}年\d{1,2}月")
_CHILD = """
import resource, sys
from pathlib import Path
from tracker.reading import read_bytes
path = Path(sys.argv[1])
read_bytes(path.read_bytes(), path.name)
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


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


def line_pass(text: str) -> int:
    """How many lines hold a heading, a label or a date; the floor."""
    found = 0
    for line in text.split("\n"):
        found += bool(_HEADING.match(line)) + bool(_UNITS.search(line)) + bool(_DATE.search(line))
    return found


def measurements() -> Iterator[Measurement]:
    """A plan, the gazette, and ten times as much of each."""
    data = a_plan(CLAUSES)
    found = sum(len(plan.drafts) for plan in read_bytes(data, "plan.txt").plans)
    if found != CLAUSES:
        raise SystemExit(f"the plan holds {CLAUSES} clauses, {found} were read: the figure would mean nothing")
    yield _reading("read a plan", data, f"{CLAUSES} clauses")
    if GAZETTE.exists():
        gazette = GAZETTE.read_bytes()
        yield _reading("read the gazette", gazette, "33 documents", must=40, aim=15)
        yield _growth("ten gazettes to one", gazette)
    else:
        yield _growth("ten plans to one", data)


def _reading(name: str, data: bytes, what: str, must: float | None = None, aim: float | None = None) -> Measurement:
    text = data.decode()
    return Measurement(
        name,
        f"{what}, {len(text):,} characters",
        lambda: read_bytes(data, "plan.txt"),
        "one pass over the lines",
        lambda: line_pass(text),
        must,
        aim,
    )


def _growth(name: str, data: bytes) -> Measurement:
    """Ten times the text beside the text itself: what is linear takes ten times as long."""
    ten = b"\n\n".join([data] * 10)
    return Measurement(
        name,
        f"{len(ten.decode()):,} characters",
        lambda: read_bytes(ten, "plan.txt"),
        "the text once",
        lambda: read_bytes(data, "plan.txt"),
        must=11,
    )


def peak_memory(path: Path) -> float:
    """The most memory that a process which reads this file took, in MB."""
    done = subprocess.run([sys.executable, "-c", _CHILD, str(path)], capture_output=True, text=True, check=True)
    return int(done.stdout) / 1024
