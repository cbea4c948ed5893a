"""What is said when a seed file cannot be loaded."""

from __future__ import annotations

from collections.abc import Sequence

from tracker.reading.marked_yaml import Fault

MOST_FAULTS = 20


class SeedError(ValueError):
    """The file cannot be loaded. ``faults`` holds the first twenty by line; the text names them one per line."""

    def __init__(self, name: str, faults: Sequence[Fault]) -> None:
        self.name = name
        ordered = sorted(faults, key=lambda fault: fault.line)
        self.faults = tuple(ordered[:MOST_FAULTS])
        left = len(ordered) - len(self.faults)
        lines = [
            f"{name} 第 {fault.line} 行{' ' * bool(fault.field)}{fault.field}：{fault.message}。"
            for fault in self.faults
        ]
        super().__init__("\n".join([*lines, *([f"另有 {left} 处错误未列出，请改正以上各处后重试。"] if left else [])]))
