"""Files that come beside words (佐证材料): the field, how much is taken, and what was sent."""

from __future__ import annotations

from flask import request
from flask_wtf.file import MultipleFileField
from werkzeug.datastructures import FileStorage

from tracker.domain.evidence import ACCEPT, LARGEST_FILE_MB, MEGABYTE, MOST_FILES, TAKEN
from tracker.services.errors import Invalid
from tracker.services.evidence import Upload
from tracker.web.context import settings


def evidence_field() -> MultipleFileField:
    """The field for the files; its description is ``about_files``, said when the form is shown."""
    return MultipleFileField("佐证材料（可选多个文件）", render_kw={"accept": ACCEPT})


def about_files() -> str:
    """What is taken, in words."""
    sizes = f"每个不超过{largest_file_mb()} MB，一次最多{MOST_FILES}个"
    return f"可以上传{TAKEN}；{sizes}。标有“秘密”“机密”“绝密”的文件不得上传。"


def largest_file_mb() -> int:
    """How large one file may be, in megabytes: the product's own limit, or the office's when that is less."""
    return min(LARGEST_FILE_MB, settings().max_upload_mb)


def upload_fault() -> str | None:
    """Why the files of the form are not taken: one, or all together, are larger than may be; None when they are."""
    chosen = _chosen()
    too_large = [f"“{file.filename}”" for file in chosen if _size(file) > largest_file_mb() * MEGABYTE]
    if too_large:
        return f"{'、'.join(too_large)}超过{largest_file_mb()} MB，没有收下，请压缩或拆分后重新选择。"
    if sum(map(_size, chosen)) > settings().max_upload_mb * MEGABYTE:
        return f"所选文件合计超过{settings().max_upload_mb} MB，没有收下，请分几次报送。"
    return None


def sent_uploads() -> list[Upload]:
    """The files of the form; raises Invalid for those that ``upload_fault`` tells of."""
    if fault := upload_fault():
        raise Invalid(fault, "files")
    return [Upload(file.filename or "", file.read()) for file in _chosen()]


def _chosen() -> list[FileStorage]:
    return [file for file in request.files.getlist("files") if file.filename or _size(file)]


def _size(file: FileStorage) -> int:
    size = file.stream.seek(0, 2)
    file.stream.seek(0)
    return size
