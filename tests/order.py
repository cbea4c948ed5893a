"""Which files begin first where tests run in several processes: the long ones, so that the end waits for none."""

from __future__ import annotations

import pytest


def is_a_worker(config: pytest.Config) -> bool:
    """Whether this process runs a part of the tests beside others."""
    return hasattr(config, "workerinput")


class LongFirst:
    """The pytest plugin: puts the tests of files marked ``long`` before all others, and else keeps the order."""

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        items.sort(key=lambda item: item.get_closest_marker("long") is None)
