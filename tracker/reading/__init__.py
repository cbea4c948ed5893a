"""A plan in, drafts out; pure. One stage, one verb:

``formats`` decodes bytes, ``documents`` splits a gazette into its documents, ``paragraphs`` and ``outline`` say where
every paragraph stands, ``clauses``, ``labelled`` and ``tables`` find what assigns something, ``fields`` and ``naming``
read the units, ``timing`` the deadlines and milestones, ``inheritance`` the rules that speak for later clauses, and
``drafting`` puts drafts together.
"""

from tracker.reading.formats import UnreadableFile, read_bytes
from tracker.reading.plans import read_plan, read_text

__all__ = ["UnreadableFile", "read_bytes", "read_plan", "read_text"]
