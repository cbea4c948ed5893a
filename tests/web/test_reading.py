"""The page of a file that is being read: progress, leading on, cancelling, refusing, and what was left."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from io import BytesIO

import pytest
from flask import Flask
from openpyxl import Workbook
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tests.builders import NOW, City
from tests.intake_texts import PLAN
from tests.pdfs import Setter
from tests.unit.reading.formats.word_files import docx, p
from tests.unit.services.hostile import a_docx, a_pdf
from tests.web.browsing import Page, Visitor, fields_of
from tracker.domain.drafts import SourceReading
from tracker.reading import read_bytes
from tracker.reading.formats import _EXTRACTORS as EXTRACTORS
from tracker.reading.unreadable import UnreadableFile
from tracker.services import reading_jobs, reading_pulse
from tracker.services.reading_process import Abandoned, Progress, Wanted
from tracker.services.reading_pulse import LEASE
from tracker.settings import ReadingLimits, Settings
from tracker.store.plans import Source
from tracker.store.readings import ReadingJob, ReadingState, ReadingUpload


class SlowReader:
    """Reads as the process does, but not before it is told to; the first page of three is done."""

    def __init__(self) -> None:
        self.go_on, self.stopped = threading.Event(), threading.Event()

    def __call__(
        self, data: bytes, name: str, limits: ReadingLimits, progress: Progress, wanted: Wanted
    ) -> SourceReading:
        progress(1, 3)
        while not self.go_on.wait(0.02):
            if not wanted():
                self.stopped.set()
                raise Abandoned
        return read_bytes(data, name)


@pytest.fixture
def slow(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[SlowReader]:
    """Nobody waits, and every file takes as long as the test wants."""
    reader = SlowReader()
    app.config["READING_PATIENCE"] = 0.0
    monkeypatch.setattr(reading_jobs, "read_file", reader)
    monkeypatch.setattr(reading_pulse, "BEAT_SECONDS", 0.02)
    yield reader
    reader.go_on.set()
    for thread in threading.enumerate():
        if thread.name.startswith("reading-"):
            thread.join(20)


@pytest.fixture
def supervisor(page: Visitor, city: City) -> Visitor:
    return page.sign_in("supervisor")


def upload(visitor: Visitor, data: bytes, name: str = "方案.txt", status: int = 200) -> Page:
    form = visitor("/plans/new").form("/plans/new")
    fields = {node.get("name"): node.get("value") for node in form.all("input", type="hidden")}
    return visitor.send("/plans/new", {**fields, "text": "", "name": "", "file": (BytesIO(data), name)}, status=status)


def until(what: Callable[[], bool]) -> None:
    end = time.monotonic() + 20
    while not what():
        assert time.monotonic() < end, "it did not come to pass"
        time.sleep(0.02)


def count(session: Session, table: type[Source] | type[ReadingUpload]) -> int:
    found = session.scalar(select(func.count()).select_from(table)) or 0
    session.rollback()
    return found


def told(visitor: Visitor, path: str) -> dict[str, object]:
    answer = visitor.client.get(f"{path}/progress")
    assert answer.status_code == 200
    return dict(answer.get_json())


def test_a_long_file_leads_to_its_progress_and_then_to_its_review(supervisor: Visitor, slow: SlowReader) -> None:
    page = upload(supervisor, PLAN.encode(), "方案.pdf")
    assert (page.path, page.heading) == ("/readings/1", "正在读取")
    assert "《方案.pdf》" in page.text
    assert '<noscript><meta http-equiv="refresh"' in page.html
    until(lambda: told(supervisor, "/readings/1")["done"] == 1)
    assert told(supervisor, "/readings/1") == {"done": 1, "total": 3, "goes_on": True, "words": "已读1页，共3页"}
    page = supervisor("/readings/1")
    assert "已读1页，共3页" in page.text
    assert page.main.one("progress").get("value") == "1"
    assert "方案.pdf" in supervisor("/plans/new").text  # found again from there
    slow.go_on.set()
    until(lambda: not told(supervisor, "/readings/1")["goes_on"])
    done = supervisor("/readings/1")
    assert done.path == "/plans/1/review"
    assert "已导入" in done.alerts[0]
    assert supervisor("/readings/1").path == "/plans/1/review"  # a page that was left open leads there too
    assert "还没有读完" not in supervisor("/plans/new").text


def test_a_sheet_whose_columns_nobody_knows_leads_to_them_after_a_while(supervisor: Visitor, slow: SlowReader) -> None:
    rows = (("干活清单",), ("编号", "干什么", "谁来干"), (1, "疏浚北沙河", "市财政局"))
    page = upload(supervisor, a_workbook(*rows), "清单.xlsx")
    assert page.path == "/readings/1"
    slow.go_on.set()
    until(lambda: not told(supervisor, "/readings/1")["goes_on"])
    asked = supervisor("/readings/1")
    assert (asked.path, asked.heading) == ("/sources/1/columns", "各列的含义")


# What is to be known about the file


def a_workbook(*rows: tuple[object, ...], hidden: str = "") -> bytes:
    book = Workbook()
    for row in rows:
        book.worksheets[0].append(list(row))
    if hidden:
        book.create_sheet(hidden).append(["任务", "责任单位"])
        book.worksheets[-1].sheet_state = "hidden"
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def with_a_scanned_page() -> bytes:
    setter = Setter()
    for line in filter(None, PLAN.splitlines()):
        setter.paragraph(line)
    setter.new_page()
    setter.picture()
    return setter.bytes()


def with_a_tracked_change() -> bytes:
    changed = '<w:ins w:id="1" w:author="a"><w:r><w:t>有关要求见上。</w:t></w:r></w:ins>'
    return docx("".join(p(line) for line in PLAN.splitlines()) + p(runs=changed))


LEDGER = (("任务", "责任单位", "完成时限"), ("疏浚北沙河", "市财政局", "2023年9月底前"))


@pytest.mark.parametrize(
    ("data", "name", "says"),
    [
        (with_a_tracked_change, "方案.docx", "文件里有修订标记"),
        (with_a_scanned_page, "方案.pdf", "页是扫描图片"),
        (lambda: a_workbook(*LEDGER, hidden="备用"), "台账.xlsx", "是隐藏的，没有读取"),
    ],
)
def test_what_is_to_be_known_about_the_file_stands_in_review_until_the_end(
    supervisor: Visitor, monkeypatch: pytest.MonkeyPatch, data: Callable[[], bytes], name: str, says: str
) -> None:
    """On the page of the file too; correcting the plan's facts answers nothing of it, and it leads to no form."""
    monkeypatch.setattr(reading_jobs, "read_file", lambda data, name, *_: read_bytes(data, name))
    page = upload(supervisor, data(), name)
    assert "/plans/" in page.path
    for path in (page.path, "/sources/1"):
        noted = [line for line in supervisor(path).main.all("p", class_="doubt-line") if says in line.text]
        assert [line.all("a") for line in noted] == [[]], path
    facts = supervisor("/plans/1/facts").form("/plans/1/facts")
    supervisor.send("/plans/1/facts", {**fields_of(facts), "number": "示政办字〔2023〕15号", "issued_on": "2023-05-08"})
    assert says in supervisor(page.path).text


def test_reading_is_cancelled(supervisor: Visitor, session: Session, slow: SlowReader) -> None:
    upload(supervisor, PLAN.encode())
    page = supervisor.post("/readings/1", form="/readings/1/cancel")
    assert page.path == "/plans/new"
    assert "已取消读取" in page.alerts[0]
    assert slow.stopped.wait(20)
    assert "读取已取消" in supervisor("/readings/1").text
    assert (count(session, Source), count(session, ReadingUpload)) == (0, 0)
    assert told(supervisor, "/readings/1")["goes_on"] is False


def test_a_refusal_after_a_while_stands_on_the_page(supervisor: Visitor, slow: SlowReader, session: Session) -> None:
    upload(supervisor, b"MZ" + bytes(99), "方案.exe")
    slow.go_on.set()
    until(lambda: not told(supervisor, "/readings/1")["goes_on"])
    page = supervisor("/readings/1")
    assert page.heading == "没有导入"
    assert "一个程序" in page.alerts[0]
    assert "重新选择文件" in page.main.one("a", href="/plans/new").text
    assert count(session, ReadingUpload) == 0


def test_the_same_file_sent_twice_is_one_reading(supervisor: Visitor, slow: SlowReader) -> None:
    assert upload(supervisor, PLAN.encode()).path == "/readings/1"
    assert upload(supervisor, PLAN.encode(), "又一次.txt").path == "/readings/1"


def test_pasted_text_goes_the_same_way(supervisor: Visitor, slow: SlowReader, session: Session) -> None:
    page = supervisor.post("/plans/new", {"text": PLAN, "name": "整治方案"})
    assert page.path == "/readings/1"
    slow.go_on.set()
    until(lambda: not told(supervisor, "/readings/1")["goes_on"])
    assert supervisor("/readings/1").path == "/plans/1/review"
    assert session.scalars(select(Source.name)).all() == ["整治方案.txt"]


def a_left_one(session: Session, city: City, data: bytes | None) -> str:
    """The page of a reading whose process died."""
    job = ReadingJob(scope_id=city.root.id, owner_id=city.supervisor.id, name="方案.txt", token="of the dead")
    job.sha256, job.started_at, job.leased_until = "8" * 64, NOW - LEASE * 3, NOW - LEASE
    session.add(job)
    session.flush()
    if data:
        session.add(ReadingUpload(job_id=job.id, data=data))
    session.commit()
    return f"/readings/{job.id}"


def test_what_was_left_is_read_again(supervisor: Visitor, session: Session, city: City, slow: SlowReader) -> None:
    path = a_left_one(session, city, PLAN.encode())
    page = supervisor(path)
    assert page.heading == "没有读完"
    assert "读到一半停了下来" in page.alerts[0]
    assert told(supervisor, path)["goes_on"] is False
    assert "读到一半停了下来" in supervisor("/plans/new").text
    again = supervisor.post(path, form=f"{path}/again")
    assert (again.path, again.heading) == (path, "正在读取")
    slow.go_on.set()
    until(lambda: not told(supervisor, path)["goes_on"])
    assert supervisor(path).path == "/plans/1/review"


def test_what_was_left_without_its_bytes_asks_for_the_file(supervisor: Visitor, session: Session, city: City) -> None:
    path = a_left_one(session, city, None)
    page = supervisor(path)
    assert page.root.all("form", action=f"{path}/again") == []
    assert "重新选择文件" in page.text
    answer = supervisor.send(f"{path}/again", {"csrf_token": supervisor.token()})
    assert answer.path == "/plans/new"
    assert "请重新选择文件" in answer.alerts[0]


def test_a_reading_is_shown_to_those_who_import_there(
    page: Visitor, visitor: type[Visitor], app: Flask, city: City, session: Session
) -> None:
    job = ReadingJob(scope_id=city.root.id, owner_id=city.nobody.id, name="方案.txt", token="x", sha256="8" * 64)
    job.started_at, job.leased_until = NOW, NOW + LEASE
    session.add(job)
    session.commit()
    for login in ("county_supervisor", "leader", "liaison"):
        other = visitor(app).sign_in(login)
        other(f"/readings/{job.id}", 403)
        other.send(f"/readings/{job.id}/cancel", {"csrf_token": other.token()}, status=403)
    page.sign_in("supervisor")
    shown = page(f"/readings/{job.id}")
    assert "吴岗位" in shown.text
    assert shown.root.all("form", action=f"/readings/{job.id}/cancel") == []
    page.send(f"/readings/{job.id}/cancel", {"csrf_token": page.token()}, status=403)
    session.expire_all()
    assert session.get_one(ReadingJob, job.id).state is ReadingState.RUNNING
    page("/readings/999", 404)


@pytest.mark.parametrize(("data", "name"), [(a_docx(), "方案.docx"), (a_pdf(), "方案.pdf")])
def test_word_and_pdf_are_read_by_the_real_process(supervisor: Visitor, data: bytes, name: str) -> None:
    page = upload(supervisor, data, name)
    assert page.path == "/plans/1/review"
    assert "排查校舍" in page.text


def test_the_process_is_limited_as_the_settings_say(
    app: Flask, supervisor: Visitor, monkeypatch: pytest.MonkeyPatch, app_settings: Settings
) -> None:
    seen = list[ReadingLimits]()

    def limited(data: bytes, name: str, limits: ReadingLimits, *_: object) -> SourceReading:
        seen.append(limits)
        raise UnreadableFile("《方案.txt》读不了。")

    monkeypatch.setattr(reading_jobs, "read_file", limited)
    wanted = ReadingLimits(seconds=7, megabytes=300, libreoffice="no-such-program")
    extension = app.extensions["tracker"]
    app.extensions["tracker"] = replace(extension, settings=replace(app_settings, reading=wanted))
    upload(supervisor, PLAN.encode(), status=422)
    assert seen == [wanted]
    assert "请先用 Word 或 WPS 打开，另存为 .docx" in supervisor("/plans/new").text


def test_the_page_names_the_formats_that_are_read(supervisor: Visitor) -> None:
    text = supervisor("/plans/new").text
    assert {suffix for suffix in EXTRACTORS if f".{suffix}" not in text} == set()


class Counted:
    """A body of 200 MB that counts how much of it was asked for."""

    size = 200 * 1024 * 1024

    def __init__(self) -> None:
        self.read_so_far = 0

    def read(self, size: int | None = -1, /) -> bytes:
        length = self.size - self.read_so_far if size is None or size < 0 else min(size, self.size - self.read_so_far)
        self.read_so_far += length
        return b"x" * length


def test_two_hundred_megabytes_are_refused_unread(supervisor: Visitor) -> None:
    body = Counted()
    sent = {"wsgi.input": body, "CONTENT_LENGTH": str(body.size), "CONTENT_TYPE": "multipart/form-data; boundary=x"}
    answer = supervisor.client.post("/plans/new", environ_overrides=sent)
    assert answer.status_code == 413
    assert "没有保存" in answer.get_data(as_text=True)
    assert body.read_so_far < 1024 * 1024
