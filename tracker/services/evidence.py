"""Files beside reports (佐证材料): what may be sent in, and who may fetch it."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from tracker.domain.access import Actor, Forbidden, Permission
from tracker.domain.evidence import LARGEST_FILE_MB, MEGABYTE, MOST_FILES, Unfit, kind_of
from tracker.services.errors import Invalid, NotFound
from tracker.services.file_names import clean_name
from tracker.store import evidence_queries as ask
from tracker.store.evidence import Evidence
from tracker.store.tasks import HistoryEntry


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as it was sent: the name the browser gave, and its bytes."""

    name: str
    data: bytes


@dataclass(frozen=True, slots=True)
class SentFile:
    """A file that is taken; ``name`` is fit to be shown, ``sha256`` in small hexadecimal letters."""

    name: str
    media_type: str
    data: bytes
    sha256: str


def sent_files(uploads: Sequence[Upload], largest_mb: int = LARGEST_FILE_MB) -> tuple[SentFile, ...]:
    """The files, each checked; one sent twice counts once. Raises Invalid that names every file which is not taken."""
    if len(uploads) > MOST_FILES:
        raise Invalid(f"一次最多上传{MOST_FILES}个文件，现选了{len(uploads)}个，请打成一个 ZIP 压缩包再上传。")
    faults: list[str] = []
    taken: dict[str, SentFile] = {}
    for upload in uploads:
        try:
            file = _checked(upload, min(largest_mb, LARGEST_FILE_MB))
        except Unfit as fault:
            faults.append(str(fault))
        else:
            taken.setdefault(file.sha256, file)
    if faults:
        raise Invalid("".join(faults))
    return tuple(taken.values())


def _checked(upload: Upload, largest_mb: int) -> SentFile:
    name = clean_name(upload.name)
    if len(upload.data) > largest_mb * MEGABYTE:
        raise Unfit(f"“{name}”超过{largest_mb} MB，没有收下，请压缩或拆分后重新选择。")
    kind = kind_of(name, upload.data)
    return SentFile(name, kind.media_type, upload.data, hashlib.sha256(upload.data).hexdigest())


def keep(session: Session, entry: HistoryEntry, files: Sequence[SentFile]) -> None:
    """Puts the files beside the report they came with, in its author's name; commits nothing."""
    session.add_all(
        Evidence(
            assignment_id=entry.assignment_id,
            history=entry,
            name=file.name,
            media_type=file.media_type,
            size=len(file.data),
            sha256=file.sha256,
            data=file.data,
            added_by_id=entry.actor_id or None,
            added_by_name=entry.actor_name,
            added_at=entry.at,
        )
        for file in files
    )


def evidence_of(session: Session, assignment_ids: Sequence[int]) -> dict[int, list[Evidence]]:
    """The files of each of these parts, the latest first, without their bytes; parts without any are left out."""
    return ask.evidence_of_each(session, assignment_ids)


def evidence_file(session: Session, actor: Actor, evidence_id: int) -> Evidence:
    """One file with its bytes; raises NotFound, or Forbidden for who may not read the part it belongs to."""
    found = ask.evidence_with_bytes(session, evidence_id)
    if found is None:
        raise NotFound("没有这份佐证材料，可能已被删除，请从事项页面重新打开。")
    if not actor.may(Permission.READ, found.assignment.unit.path):
        raise Forbidden(Permission.READ, "查看该佐证材料")
    return found
