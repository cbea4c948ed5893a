"""A plan in, drafts out; pure. One stage, one verb:

``formats`` decodes bytes, ``documents`` splits a gazette into its documents, ``paragraphs`` and ``outline`` say where
every paragraph stands, ``brackets``, ``labelled``, ``cues`` and ``tables`` find the clauses, ``naming`` reads their units,
``timing`` their deadlines and milestones, ``inheritance`` the rules that add units, ``drafting`` puts drafts together.
"""

from tracker.reading.formats import UnreadableFile, read_bytes
from tracker.reading.plans import read_plan, read_text

__all__ = ["UnreadableFile", "read_bytes", "read_plan", "read_text"]
