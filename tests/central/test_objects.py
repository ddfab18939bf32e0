"""The digital store: whole files or none, put right from the other folder, shown to whom their rights allow."""

from __future__ import annotations

import io
import zipfile
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine, select, update

from kiosk.central.objects.keeping import EVERY, Health, Objects, look_at_some
from kiosk.central.objects.medium import BadObject, Medium, looked_at
from kiosk.central.objects.showing import routes
from kiosk.central.store import writing
from kiosk.central.store.duty_tables import TABLES
from kiosk.central.store.object_tables import digital_objects
from tests.central.console.desk import Somebody, Web, console_of, somebody, web
from tests.central.console.test_duties import steps, writes

PDF = b"%PDF-1.7\nnot a long one\n%%EOF"
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 30
OAI = "{http://www.openarchives.org/OAI/2.0/}"


def epub(*names: str, mimetype: bytes = b"application/epub+zip", first: str = "mimetype", size: int = 3) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(first, mimetype)
        for name in names:
            archive.writestr(name, b"x" * size)
    return out.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "medium"),
    [
        ("a.pdf", PDF, Medium.PDF),
        ("封面.PNG", PNG, Medium.PNG),
        ("C:\\scans\\a.jpeg", b"\xff\xd8\xff\xe0", Medium.JPEG),
        ("a.tif", b"II*\0....", Medium.TIFF),
        ("a.epub", epub("OEBPS/1.xhtml"), Medium.EPUB),
    ],
)
def test_a_file_is_what_its_bytes_say(name: str, content: bytes, medium: Medium) -> None:
    file = looked_at(name, content)
    assert file.medium is medium
    assert "\\" not in file.name


@pytest.mark.parametrize(
    ("name", "content", "key"),
    [
        ("a.pdf", b"", "object.empty"),
        ("a.pdf", PNG, "object.name"),
        ("a.exe", b"MZ\x90", "object.kind"),
        ("a.html", b"<script>alert(1)</script>", "object.kind"),
        ("a.epub", epub("../../etc/passwd"), "object.trap"),
        ("a.epub", epub("/etc/passwd"), "object.trap"),
        ("a.epub", epub("a", size=150_000_000), "object.trap"),
        ("a.epub", epub("word/document.xml", first="[Content_Types].xml"), "object.kind"),
        ("a.epub", b"PK\x03\x04 torn", "object.broken"),
    ],
)
def test_what_is_no_such_file_or_a_trap_is_refused(name: str, content: bytes, key: str) -> None:
    with pytest.raises(BadObject) as bad:
        looked_at(name, content)
    assert bad.value.key == key


@given(st.binary(max_size=300) | st.binary(max_size=100).map(lambda end: epub("a")[:-30] + end), st.text(max_size=20))
def test_i8_whatever_comes_is_taken_or_refused(content: bytes, name: str) -> None:
    with suppress(BadObject):
        assert looked_at(name, content).name.isprintable()


@pytest.fixture
def objects(tmp_path: Path) -> Objects:
    return Objects(tmp_path / "main", tmp_path / "replica")


def library(store: Engine, objects: Objects) -> Web:
    """For whoever has no token: what is public."""
    return web(store, token="a token", public=routes(store, objects, "main", "library@example.org"))


def scanned(store: Engine, objects: Objects) -> tuple[Somebody, str]:
    """Mei has proposed a digitisation and may add files to it."""
    mei = somebody(store, "collections")
    mei.client = web(store, replace(console_of(store), objects=objects))
    number = writes(mei, "digitisation", title="地方志", pages="1", why="the only copy")
    return mei, number


def adds(who: Somebody, number: str, name: str, content: bytes) -> str:
    who.get(f"/console/objects?digitisation={number}")
    fields = who.form("/console/objects/add").fields
    fields.pop("file", None)
    answer = who.upload("/console/objects/add", fields, {"file": (name, content)})
    who.page = answer.text
    if answer.status_code == 303:
        who.get(answer.headers["location"])
    return who.reads


def test_a_file_is_added_once_and_a_wrong_one_is_named(store: Engine, objects: Objects) -> None:
    mei, number = scanned(store, objects)
    assert "in the digital store" in adds(mei, number, "a.pdf", PDF)
    adds(mei, number, "again.pdf", PDF)
    assert "of another kind" in adds(mei, number, "b.pdf", PNG)
    with store.connect() as connection:
        (row,) = connection.execute(select(digital_objects)).all()
    answer = mei.get(f"/console/objects/file?id={row.id}")
    assert answer.content == PDF
    assert answer.headers["content-disposition"].startswith("attachment")


def test_what_the_disk_has_damaged_is_put_right_from_the_other_one(
    store: Engine, objects: Objects, tmp_path: Path
) -> None:
    mei, number = scanned(store, objects)
    adds(mei, number, "a.pdf", PDF)
    (here,), (there,) = ((tmp_path / at).glob("*/*") for at in ("main", "replica"))
    later = datetime.now(UTC) + timedelta(days=2)
    here.write_bytes(PDF[:-1])
    assert look_at_some(store, objects, later)[Health.REPAIRED] == 1
    assert here.read_bytes() == PDF
    there.unlink()
    assert look_at_some(store, objects, later + EVERY)[Health.REPAIRED] == 1
    assert there.read_bytes() == PDF
    here.write_bytes(b"x")
    there.write_bytes(b"y")
    assert look_at_some(store, objects, later + 2 * EVERY)[Health.LOST] == 1
    mei.get(f"/console/objects?digitisation={number}")
    assert "lost" in mei.reads


def publish(store: Engine, mei: Somebody, number: str, rights: str = "open") -> None:
    boss = somebody(store, "director", name="boss")
    steps(mei, "digitisation", number, "check-rights", rights=rights, rights_note="old")
    steps(boss, "digitisation", number, "approve")
    steps(mei, "digitisation", number, "scan", scanned="1", dpi="400")
    steps(mei, "digitisation", number, "check")
    steps(mei, "digitisation", number, "describe", subject="history", described="a gazetteer")
    steps(boss, "digitisation", number, "publish")


def test_only_what_is_published_and_open_is_shown_to_everybody(store: Engine, objects: Objects) -> None:
    mei, number = scanned(store, objects)
    adds(mei, number, "a.pdf", PDF)
    everybody = library(store, objects)
    with store.connect() as connection:
        name = connection.scalar(select(digital_objects.c.id))
    assert everybody.get(f"/objects/{name}").status_code == 404
    publish(store, mei, number)
    answer = everybody.get(f"/objects/{name}")
    assert (answer.status_code, answer.content) == (200, PDF)
    assert "sandbox" in answer.headers["content-security-policy"]
    with writing(store) as connection:
        connection.execute(update(TABLES["digitisation"]).values(rights="on-site"))
    assert everybody.get(f"/objects/{name}").status_code == 404


def test_harvesters_hear_of_what_is_open(store: Engine, objects: Objects) -> None:
    mei, number = scanned(store, objects)
    adds(mei, number, "a.pdf", PDF)
    publish(store, mei, number)
    everybody = library(store, objects)

    def harvest(query: str) -> ElementTree.Element:
        return ElementTree.fromstring(everybody.get(f"/oai?{query}").text)

    assert "library@example.org" in everybody.get("/oai?verb=Identify").text
    (record,) = harvest("verb=ListRecords&metadataPrefix=oai_dc").iter(f"{OAI}record")
    told = "".join(record.itertext())
    assert "地方志" in told
    assert f"oai:main:{number}" in told
    one = harvest(f"verb=GetRecord&metadataPrefix=oai_dc&identifier=oai:main:{number}")
    assert list(one.iter(f"{OAI}record"))
    assert list(harvest("verb=ListRecords&metadataPrefix=oai_dc&from=2099-01-01").iter(f"{OAI}error"))
    for wrong in ("", "verb=Nonsense", "verb=GetRecord&metadataPrefix=oai_dc&identifier=oai:main:DG-1999-0001"):
        assert list(harvest(wrong).iter(f"{OAI}error")), wrong
