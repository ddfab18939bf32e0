"""Every page as every role, and every form as somebody else's page would send it."""

from __future__ import annotations

from pathlib import Path

from starlette.routing import Route

from kiosk.fleet.pages.all_pages import PAGES
from kiosk.fleet.pages.serving import Pages
from kiosk.web.forms import HEADERS
from tests.fleet.desk import Browser, Desk, a_desk

OPEN = {"/sign-in", "/sign-out", "/changes", "/metrics", "/health"}
"""What is not a page of somebody who is signed in; each looks for itself."""
STATIC = {"/tokens.css", "/console.css", "/central.svg", "/fleet.css", "/fleet.js", "/moving.js"}


def at(path: str) -> str:
    return path.format(site="main", station="kiosk-1", order="0" * 16, command="0" * 16)


def test_there_is_no_address_that_names_no_permission(desk: Desk) -> None:
    routes = [one.path for one in Pages(desk.parts).routes() if isinstance(one, Route)]
    assert set(routes) == {one.path for one in PAGES} | OPEN | STATIC


def test_every_page_is_refused_to_every_role_that_has_not_its_permission(desk: Desk) -> None:
    desk.tells("kiosk-1")
    table = desk.parts.roles
    seen = set()
    for role in table.names():
        browser = desk.signed_in(f"as-{role}", role)
        may = table.permissions([role])
        csrf = browser.csrf
        for page in PAGES:
            if page.path.endswith("/forget"):  # it would be there no more for those who come after
                continue
            answer = browser.ask("POST", at(page.path), {"csrf": csrf}) if page.writes else browser.get(at(page.path))
            assert (answer.status_code == 403) == (page.permission not in may), (role, page.path)
            assert answer.status_code < 500, (role, page.path)
            seen.add((page.path, answer.status_code == 403))
    assert {refused for _, refused in seen} == {True, False}
    assert "kiosk-1" in {one.station for one in desk.parts.fleet.shown}


def test_a_stranger_is_sent_to_sign_in_and_no_form_of_another_page_is_taken(desk: Desk) -> None:
    desk.tells("kiosk-1")
    operator = desk.signed_in("op", "operator")
    csrf = operator.csrf
    stranger = Browser(desk.app, "")
    for page in PAGES:
        method = "POST" if page.writes else "GET"
        answer = stranger.ask(method, at(page.path), {"csrf": csrf} if page.writes else None)
        assert (answer.status_code, answer.headers.get("location")) == (303, "/sign-in"), page.path
        if page.writes:
            told = [
                operator.ask("POST", at(page.path), {}),
                operator.ask("POST", at(page.path), {"csrf": "0" * 64}),
                operator.ask("POST", at(page.path), {"csrf": csrf}, {"origin": "https://evil.example"}),
                operator.ask("POST", at(page.path), {"csrf": csrf}, {"sec-fetch-site": "cross-site"}),
                operator.ask("POST", at(page.path), {"csrf": csrf, "more": "x" * (page.largest_form + 1)}),
            ]
            assert [one.status_code for one in told] == [403] * 5, page.path
    for path in ("/changes", "/metrics"):
        assert stranger.get(path).status_code == 401, path
    assert len(desk.parts.fleet.shown) == 1


def test_every_answer_has_the_headers_that_the_console_has(desk: Desk) -> None:
    operator = desk.signed_in("op", "operator")
    for path in ("/", "/rows", "/orders", "/nowhere", "/fleet.js", "/sign-in", "/health", "/logs/x", "/station/main/x"):
        answer = operator.get(path)
        assert HEADERS.items() <= dict(answer.headers).items(), path


def test_wrong_passwords_are_slowed_down_as_on_the_console(tmp_path: Path) -> None:
    with a_desk(f"sqlite:///{tmp_path / 'slow.sqlite'}", None) as desk:
        stranger = Browser(desk.app, "")
        told = [stranger.ask("POST", "/sign-in", {"name": "op", "password": "wrong"}).status_code for _ in range(6)]
        assert told == [401] * 5 + [429]
        other = stranger.ask("POST", "/sign-in", {"name": "another", "password": "wrong"})
        assert other.status_code == 401
