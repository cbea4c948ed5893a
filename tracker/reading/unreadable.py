"""What is raised when a file cannot be read. It stands alone: who only has to catch it need not load the readers."""

from __future__ import annotations


class UnreadableFile(ValueError):
    """A file that cannot be read; the message is Chinese and says what is wrong and what to do."""
