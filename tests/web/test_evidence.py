"""Evidence on the pages: files come with a report and are saved from it; what was not taken is told, words stay."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from io import BytesIO
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from tests.builders import City, a_plan, a_task
from tests.files import PNG, TAKEN
from tests.web.browsing import Page, Visitor, fields_of
from tests.web.queries import counted
from tests.web.serving import put_away, serve
from tracker.domain.lifecycle import State
from tracker.settings import Settings
from tracker.store.evidence import Evidence
from tracker.store.tasks import Assignment

WORDS = "已完成全部改造，照片附后。"
Chosen = tuple[str, bytes]


@pytest.fixture
def part(session: Session, city: City) -> Assignment:
    task = a_task(session, a_plan(session, city.root), city.education, state=State.IN_PROGRESS)
    session.commit()
    return task.assignments[0]


def at(part: Assignment, more: str = "") -> str:
    return f"/assignments/{part.id}{more}"


def sent(page: Visitor, part: Assignment, event: str, *files: Chosen, status: int = 200, **typed: str) -> Page:
    form = page(at(part)).form(at(part, "/report"))
    assert form.get("enctype") == "multipart/form-data"
    assert "multiple" in form.one("input", type="file", name="files").attrs
    data: dict[str, Any] = {**fields_of(form), "words": WORDS, **typed}
    data["files"] = [(BytesIO(body), name) for name, body in files] or [(BytesIO(b""), "")]
    return posted(page, at(part, f"/{event}"), data, status)


def posted(page: Visitor, path: str, data: dict[str, Any], status: int) -> Page:
    """Sends the form as a browser does; the client's own way leaves a file open for large ones."""
    files = [FileStorage(stream, name, content_type="application/octet-stream") for stream, name in data["files"]]
    boundary, body = encode_multipart({**data, "files": files})
    kind = f'multipart/form-data; boundary="{boundary}"'
    return page._checked(page.client.post(path, data=body, content_type=kind, follow_redirects=True), status)


def kept(session: Session) -> list[Evidence]:
    session.rollback()
    return list(session.scalars(select(Evidence).order_by(Evidence.id)))


class TestSending:
    def test_several_with_a_report_are_shown_and_saved_whole(
        self, session: Session, part: Assignment, page: Visitor
    ) -> None:
        done = sent(page.sign_in("liaison"), part, "report", ("现场 照片.png", PNG), ("总结.docx", TAKEN["总结.docx"]))
        assert "佐证材料（2）" in done.text
        assert hashlib.sha256(PNG).hexdigest() in done.text
        links = {a.text: a.get("href") for a in done.main.all("a") if a.get("href").startswith("/evidence/")}
        assert set(links) == {"现场 照片.png", "总结.docx"}
        answer = page.answer(links["现场 照片.png"])
        assert answer.data == PNG
        disposition = answer.headers["Content-Disposition"]
        assert disposition.startswith("attachment; ")
        assert disposition.endswith("filename*=UTF-8''%E7%8E%B0%E5%9C%BA%20%E7%85%A7%E7%89%87.png")
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Content-Type"] == "image/png"
        assert "sandbox" in answer.headers["Content-Security-Policy"]
        assert "no-store" in answer.headers["Cache-Control"]

    def test_none_at_all_is_fine(self, session: Session, part: Assignment, page: Visitor) -> None:
        assert "进展已报送" in sent(page.sign_in("liaison"), part, "report").alerts[0]
        assert kept(session) == []

    def test_the_supervisor_sees_them_beside_the_submission(
        self, session: Session, part: Assignment, page: Visitor
    ) -> None:
        sent(page.sign_in("liaison"), part, "submit", ("现场.png", PNG))
        shown = page.sign_out().sign_in("supervisor")("/pending")
        assert "现场.png" in shown.main.one("article").text

    def test_a_text_never_becomes_a_page(self, session: Session, part: Assignment, page: Visitor) -> None:
        sent(page.sign_in("liaison"), part, "report", ("说明.txt", b"<script>alert(1)</script>"))
        answer = page.answer(f"/evidence/{kept(session)[0].id}")
        assert answer.mimetype == "text/plain"
        assert answer.headers["Content-Disposition"].startswith("attachment")

    def test_a_name_cannot_break_out_of_its_place(self, session: Session, part: Assignment, page: Visitor) -> None:
        done = sent(page.sign_in("liaison"), part, "report", ("甲; x=<b>&.png", PNG))
        (file,) = kept(session)
        assert file.name in done.text
        answer = page.answer(f"/evidence/{file.id}")
        assert "\r" not in answer.headers["Content-Disposition"]
        assert answer.headers["Content-Disposition"].count(";") == 2


class TestFetching:
    @pytest.mark.parametrize(("who", "status"), [("leader", 200), ("supervisor", 200), ("neighbour", 403)])
    def test_by_who_reads_the_part(
        self, session: Session, part: Assignment, page: Visitor, who: str, status: int
    ) -> None:
        sent(page.sign_in("liaison"), part, "report", ("现场.png", PNG))
        (file,) = kept(session)
        answer = page.sign_out().sign_in(who).answer(f"/evidence/{file.id}")
        assert answer.status_code == status
        assert (PNG in answer.data) == (status == 200)

    def test_what_does_not_exist(self, city: City, page: Visitor) -> None:
        page.sign_in("supervisor")("/evidence/999", 404)


class TestWhatIsRefused:
    @pytest.mark.parametrize(
        ("name", "body", "said"),
        [
            ("程序.exe", b"MZ", "后缀“.exe”不在可收的范围内"),
            ("报告.pdf", PNG, "内容不是PDF"),
            ("空.png", b"", "空文件"),
            ("\x00", PNG, "没有后缀"),
        ],
    )
    def test_keeps_the_words_and_names_the_files_to_choose_again(  # noqa: PLR0917 - a row of the table
        self, session: Session, part: Assignment, page: Visitor, name: str, body: bytes, said: str
    ) -> None:
        good = ("现场.png", PNG)
        again = sent(page.sign_in("liaison"), part, "report", good, (name, body), status=422, percent="60")
        assert said in again.alerts[0]
        assert "所选的文件没有收下（现场.png、" in again.alerts[0]
        assert "重新选择" in again.alerts[0]
        form = fields_of(again.form(at(part, "/report")))
        assert (form["words"], form["percent"]) == (WORDS, "60")
        assert kept(session) == []

    def test_another_fault_of_the_form_tells_of_the_files_too(
        self, session: Session, part: Assignment, page: Visitor
    ) -> None:
        again = sent(page.sign_in("liaison"), part, "report", ("现场.png", PNG), status=422, percent="101")
        assert "所选的文件没有收下（现场.png）" in again.alerts[0]
        assert kept(session) == []

    def test_so_does_a_stale_page(self, part: Assignment, page: Visitor, visitor: type[Visitor]) -> None:
        second = visitor(page.client.application).sign_in("liaison")
        stale = fields_of(second(at(part)).form(at(part, "/report")))
        sent(page.sign_in("liaison"), part, "report")
        data = {**stale, "words": "另一份。", "files": [(BytesIO(PNG), "现场.png")]}
        told = second.send(at(part, "/report"), data, status=409)
        assert "已“报进展”" in told.alerts[0]
        assert "所选的文件没有收下（现场.png）" in told.alerts[0]
        assert fields_of(told.form(at(part, "/report")))["words"] == "另一份。"

    def test_so_does_an_error_page(self, session: Session, part: Assignment, page: Visitor) -> None:
        page.sign_in("liaison")
        data = {"words": WORDS, "version": "1", "files": [(BytesIO(PNG), "现场.png")]}
        lost = page.send(at(part, "/report"), data, status=400)  # without a token
        assert "所选的文件也没有收下（现场.png）" in lost.text
        assert lost.main.one("textarea").text == WORDS

    def test_a_submission_without_evidence_where_it_is_demanded(
        self, session: Session, part: Assignment, page: Visitor
    ) -> None:
        demanded = page.sign_in("supervisor").post(f"/tasks/{part.task_id}", form=f"/tasks/{part.task_id}/evidence")
        assert "已要求附佐证材料" in demanded.alerts[0]
        page.sign_out().sign_in("liaison")
        assert "本任务申请办结时须附佐证材料，目前还没有。" in page(at(part)).text
        assert "申请办结时须附文件。" in page(f"/tasks/{part.task_id}").text
        again = sent(page, part, "submit", status=422)
        assert "要求本任务附佐证材料" in again.alerts[0]
        assert fields_of(again.form(at(part, "/report")))["words"] == WORDS
        assert "请等待督查室审核" in sent(page, part, "submit", ("现场.png", PNG)).alerts[0]

    def test_the_demand_is_taken_back(self, session: Session, part: Assignment, page: Visitor) -> None:
        task = f"/tasks/{part.task_id}"
        page.sign_in("supervisor").post(task, form=f"{task}/evidence")
        assert "已取消" in page.post(task, form=f"{task}/evidence").alerts[0]
        assert not page.sign_out().sign_in("liaison")(task).root.all("input", name="required")

    def test_a_stale_demand_keeps_its_reason_and_tells_what_happened(
        self, session: Session, part: Assignment, page: Visitor, visitor: type[Visitor]
    ) -> None:
        task = f"/tasks/{part.task_id}"
        supervisor = visitor(page.client.application).sign_in("supervisor")
        stale = {**fields_of(supervisor(task).form(f"{task}/evidence")), "reason": "验收要用照片"}
        sent(page.sign_in("liaison"), part, "report")
        again = supervisor.send(f"{task}/evidence", stale, status=409)
        assert "李联络已“报进展”" in again.alerts[0]
        assert WORDS in again.main.one("li").text
        fields = fields_of(again.form(f"{task}/evidence"))
        assert fields["reason"] == "验收要用照片"
        assert "已要求附佐证材料" in supervisor.send(f"{task}/evidence", fields).alerts[0]
        shown = supervisor(task)
        assert "调整佐证要求" in shown.text
        assert "申请办结时须附佐证材料：验收要用照片" in shown.text
        assert "没有变化：申请办结时须附文件。" in supervisor.send(f"{task}/evidence", fields).alerts[0]

    def test_the_demand_stands_once_in_the_history_of_the_task(
        self, session: Session, city: City, page: Visitor
    ) -> None:
        units = (city.education, city.finance, city.county)
        task = a_task(session, a_plan(session, city.root), *units, state=State.IN_PROGRESS)
        task.assignments[2].state = State.SUBMITTED
        session.commit()
        at = f"/tasks/{task.id}"
        page.sign_in("supervisor").post(at, form=f"{at}/evidence")
        told = page.post(at, form=f"{at}/evidence").main.all("div", class_="timeline-head")
        assert [each.text for each in told] == ["调整佐证要求 3个单位", "调整佐证要求 3个单位", "下达 3个单位"]

    def test_too_long_a_reason_comes_back(self, part: Assignment, page: Visitor) -> None:
        task = f"/tasks/{part.task_id}"
        data = {**fields_of(page.sign_in("supervisor")(task).form(f"{task}/evidence")), "reason": "长" * 201}
        again = page.send(f"{task}/evidence", data, status=422)
        assert "不能超过200字" in again.alerts[0]
        assert fields_of(again.form(f"{task}/evidence"))["reason"] == "长" * 201


class TestSizes:
    @pytest.fixture
    def app_settings(self, app_settings: Settings) -> Settings:
        return replace(app_settings, max_upload_mb=1)

    def test_too_large_a_file_keeps_the_words(self, session: Session, part: Assignment, page: Visitor) -> None:
        again = sent(page.sign_in("liaison"), part, "report", ("大图.png", PNG + bytes(1024 * 1024)), status=422)
        assert "“大图.png”超过1 MB，没有收下" in again.alerts[0]
        assert fields_of(again.form(at(part, "/report")))["words"] == WORDS

    def test_too_much_together_keeps_the_words(self, session: Session, part: Assignment, page: Visitor) -> None:
        files = [(f"{n}.png", PNG + bytes(700_000 + n)) for n in range(2)]
        again = sent(page.sign_in("liaison"), part, "report", *files, status=422)
        assert "所选文件合计超过1 MB" in again.alerts[0]
        assert fields_of(again.form(at(part, "/report")))["words"] == WORDS
        assert kept(session) == []

    def test_far_too_much_is_not_even_read(self, part: Assignment, page: Visitor) -> None:
        assert (
            "超过4 MB" in sent(page.sign_in("liaison"), part, "report", ("大.png", bytes(5_000_000)), status=413).text
        )

    def test_who_is_no_longer_signed_in_is_told_so(self, part: Assignment, page: Visitor) -> None:
        page.sign_in("liaison")
        data = {**fields_of(page(at(part)).form(at(part, "/report"))), "words": WORDS}
        page.client.delete_cookie("tracker_session")
        data["files"] = [(BytesIO(bytes(200_000)), "现场.png")]
        told = posted(page, at(part, "/report"), data, 413)
        assert "登录已自动退出" in told.text


def test_no_question_is_asked_for_each_row(session: Session, city: City, page: Visitor) -> None:
    plan = a_plan(session, city.root)
    session.commit()
    page.sign_in("supervisor")

    def add(count: int) -> int:
        for _ in range(count):
            part = a_task(session, plan, city.education, state=State.SUBMITTED).assignments[0]
            file = Evidence(assignment_id=part.id, name="现场.png", media_type="image/png", size=1, sha256="0" * 64)
            file.data, file.added_by_name, file.added_at = b"x", "李联络", part.changed_at
            session.add(file)
        session.commit()
        return counted(page, "/pending")

    few = add(2)
    assert add(30) == few <= 20


def test_the_small_setting_is_the_limit_that_is_named(app_settings: Settings, city: City, part: Assignment) -> None:
    app = serve(replace(app_settings, max_upload_mb=7))
    assert "每个不超过7 MB" in Visitor(app).sign_in("liaison")(at(part)).text
    put_away(app)
