"""Whom the bench lets in: this machine alone, or whoever has the token; and never a page of another site."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.firmware_sim.conftest import Serve
from tests.firmware_sim.served import Served

TOKEN = "a-token-of-the-bench-17"


def token_file(folder: Path, content: str = TOKEN, mode: int = 0o600) -> Path:
    file = folder / "token"
    file.write_text(content + "\n")
    file.chmod(mode)
    return file


def refused_start(serve: Serve, *words: str) -> str:
    with pytest.raises(AssertionError) as trouble:
        serve(*words)
    return str(trouble.value)


def test_for_others_than_this_machine_a_token_is_needed(serve: Serve, tmp_path: Path) -> None:
    assert "--token-file" in refused_start(serve, "--host", "0.0.0.0")
    assert "expected an IPv4 address" in refused_start(serve, "--host", "everywhere")


@pytest.mark.parametrize(
    ("content", "mode", "said"),
    [("short", 0o600, "at least 16"), (TOKEN, 0o644, "chmod 600"), ("ä" * 20, 0o600, "ASCII")],
)
def test_a_token_that_is_none_is_refused(serve: Serve, tmp_path: Path, content: str, mode: int, said: str) -> None:
    assert said in refused_start(serve, "--token-file", str(token_file(tmp_path, content, mode)))


def test_whoever_has_the_token_comes_in_by_header_or_by_the_sign_in_page(serve: Serve, tmp_path: Path) -> None:
    served = serve("--host", "0.0.0.0", "--token-file", str(token_file(tmp_path)))
    for header in ({}, {"Authorization": "Bearer wrong"}, {"Authorization": TOKEN}, {"Cookie": "bench=wrong"}):
        assert served.http.get("/api/room", headers=header).status_code == 401
        assert served.http.post("/api/clock", json={"speed": 1}, headers=header).status_code == 401
    assert served.http.get("/api/room", headers={"Authorization": f"Bearer {TOKEN}"}).status_code == 200
    page = served.http.get("/", headers={"Accept": "text/html"})
    assert (page.status_code, 'name="token"' in page.text) == (401, True)
    assert served.http.post("/sign-in", data={"token": "wrong" * 5}).status_code == 401
    welcome = served.http.post("/sign-in", data={"token": TOKEN})
    assert welcome.status_code == 303
    cookie = welcome.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "samesite=strict" in cookie.lower()
    assert served.http.get("/api/room").status_code == 200


def test_a_page_of_another_site_can_neither_ask_nor_order(unmoved: Served) -> None:
    assert unmoved.http.get("/api/room", headers={"Host": "bench.example.org"}).status_code == 400
    foreign = {"Origin": "http://bench.example.org"}
    assert unmoved.http.post("/api/clock", json={"speed": 1}, headers=foreign).status_code == 403
    own = {"Origin": unmoved.url}
    assert unmoved.http.post("/api/clock", json={"speed": 1}, headers=own).status_code == 200
