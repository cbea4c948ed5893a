"""A person at a browser without JavaScript: fetches pages, fills in forms, and checks every page that comes back."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from flask import Flask
from werkzeug.test import TestResponse

from tests.builders import PASSWORD
from tests.html import Node, parse


@dataclass(frozen=True, slots=True)
class Page:
    """A page that came back: its status, its address and its tree, already checked."""

    status: int
    path: str
    root: Node
    html: str

    @property
    def main(self) -> Node:
        """The page without frame and menu."""
        return self.root.one("main")

    @property
    def text(self) -> str:
        """What a person reads on it, without frame and menu."""
        return self.main.text

    @property
    def title(self) -> str:
        return self.root.one("head").one("title").text

    @property
    def heading(self) -> str:
        return self.root.one("h1").text

    @property
    def alerts(self) -> list[str]:
        """The messages on top of the page, from flash() or about a form."""
        return [node.text for node in self.main.all("div", class_="alert")]

    def form(self, action: str) -> Node:
        """The only form that posts, or asks, to this path."""
        forms = [form for form in self.root.all("form") if urlsplit(form.get("action")).path == action]
        assert len(forms) == 1, f"{len(forms)} forms go to {action}, one is wanted"
        return forms[0]


class Visitor:
    """One person with a browser. Asking for a page checks its status, title, heading, ids, CSRF fields and styles."""

    def __init__(self, app: Flask) -> None:
        self.client = app.test_client()

    def __call__(self, path: str, status: int = 200) -> Page:
        """Fetches a page, following redirects."""
        return self._checked(self.client.get(path, follow_redirects=True), status)

    def sign_in(self, login: str, password: str = PASSWORD) -> Visitor:
        """Signs in by the form, without opening the page that follows; gives itself back."""
        fields = fields_of(self("/sign-in").form(""))
        answer = self.answer("/sign-in", {**fields, "login": login, "password": password})
        assert answer.status_code == 302, f"{login} could not sign in: {answer.status_code}"
        return self

    def sign_out(self) -> Visitor:
        """Signs out by the form of the menu; gives itself back."""
        self.post("/password", form="/sign-out")
        return self

    def post(
        self, path: str, changes: dict[str, Any] | None = None, *, form: str | None = None, status: int = 200
    ) -> Page:
        """Opens the page, fills in its form that goes to ``form`` (by default to ``path``) and sends it.

        Only fields that the form has may be filled in. Redirects are followed and the page that comes is checked.
        A form without an action is asked for by ``form=""``.
        """
        action = path if form is None else form
        fields = fields_of(self(path).form(action))
        unknown = set(changes or {}) - set(fields)
        assert not unknown, f"the form has no field {unknown}, only {set(fields)}"
        return self.send(action or path, {**fields, **(changes or {})}, status=status)

    def send(self, path: str, data: dict[str, Any], *, status: int = 200) -> Page:
        """Sends a form without looking at its page first; ``data`` brings the CSRF token."""
        answer = self.client.post(path, data=data, follow_redirects=True)
        for each in (*answer.history, answer):
            each.request.input_stream.close()  # a long body was kept in a file
        return self._checked(answer, status)

    def answer(self, path: str, data: dict[str, Any] | None = None) -> TestResponse:
        """The bare answer to a form that is sent, or to a GET without ``data``: for redirects and files."""
        return self.client.get(path) if data is None else self.client.post(path, data=data)

    def token(self) -> str:
        """A CSRF token for this visitor's session."""
        page = self("/password")  # or the page to sign in
        return next(node.get("value") for node in page.root.all("input", name="csrf_token"))

    @staticmethod
    def _checked(answer: TestResponse, status: int) -> Page:
        html = answer.get_data(as_text=True)
        path = answer.request.full_path.rstrip("?")
        assert answer.status_code == status, f"{path}: {answer.status_code}, {status} is wanted"
        page = Page(status, path, parse(html), html)
        check(page)
        return page


def fields_of(form: Node) -> dict[str, Any]:
    """What a browser would send of a form as it stands; buttons are left out."""
    found: dict[str, Any] = {}
    for node in form:
        name = node.get("name")
        if not name or "disabled" in node.attrs or node.tag == "button":
            continue
        if node.tag == "input" and node.get("type") in ("radio", "checkbox"):
            if "checked" in node.attrs:
                found[name] = node.get("value") or "on"
            else:
                found.setdefault(name, "")
        elif node.tag == "textarea":
            text = "".join(part for part in node.parts if isinstance(part, str))
            found[name] = text.replace("\r\n", "\n").removeprefix("\n")
        elif node.tag == "select":
            options = node.all("option")
            chosen = [option for option in options if "selected" in option.attrs] or options[:1]
            found[name] = chosen[0].get("value") if chosen else ""
        elif node.tag == "input" and node.get("type") not in ("submit", "button", "file"):
            found[name] = node.get("value")
    return found


def check(page: Page) -> None:
    """What holds for every page of the product; the message says which page fails."""
    where = f"{page.path} ({page.status})"
    assert page.title.endswith("· 督办台账"), where
    assert page.title != "· 督办台账", f"{where}: no title of its own"
    assert len(page.root.all("h1")) == 1, f"{where}: {len(page.root.all('h1'))} h1"
    assert page.heading, f"{where}: empty h1"
    twice = [name for name, count in Counter(n.get("id") for n in page.root if "id" in n.attrs).items() if count > 1]
    assert not twice, f"{where}: ids used twice: {twice}"
    _check_inline(page, where)
    _check_forms(page, where)


def _check_inline(page: Page, where: str) -> None:
    for node in page.root:
        assert node.tag != "style", f"{where}: inline style"
        assert node.tag != "script" or node.get("src"), f"{where}: inline script"
        bad = [name for name in node.attrs if name == "style" or name.startswith("on")]
        assert not bad, f"{where}: <{node.tag} {bad}>, which the security policy forbids"


def _check_forms(page: Page, where: str) -> None:
    labelled = {label.get("for") for label in page.root.all("label")}
    for form in page.root.all("form"):
        if form.get("method").lower() == "post":
            assert form.all("input", name="csrf_token"), f"{where}: form to {form.get('action')!r} has no CSRF token"
        wrapped = {id(node) for label in form.all("label") for node in label}
        for node in form:
            if node.tag in ("input", "select", "textarea") and node.get("type") not in ("hidden", "submit"):
                named = node.get("aria-label") or node.get("aria-labelledby")
                assert named or node.get("id") in labelled or id(node) in wrapped, (
                    f"{where}: {node.get('name')} unlabelled"
                )
