"""What the digital store shows to everybody: files that are published and open, and what is known of them (OAI-PMH).

A file is shown in a sandbox of its own: whatever is in it, it is no page of ours, and has no cookie.
Source: OAI-PMH 2.0 (openarchives.org), Dublin Core in `oai_dc`.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from urllib.parse import quote

from lxml import etree
from oai_repo import DataInterface, OAIRepository
from oai_repo.interfacedata import Identify, MetadataFormat, RecordHeader, Set
from sqlalchemy import ColumnElement, Connection, Engine, func, literal, select
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from kiosk.central.documents import PaperRow
from kiosk.central.objects import keeping
from kiosk.central.objects.keeping import Objects
from kiosk.central.store.console_tables import audit
from kiosk.central.store.duty_tables import TABLES
from kiosk.library.repair.copying import DIGITISATION, CopyingState, Rights

PATH, HARVEST = "/objects/", "/oai"
MOST = 100
"""Records of one answer."""
DC = "http://purl.org/dc/elements/1.1/"
OAI_DC = "http://www.openarchives.org/OAI/2.0/oai_dc/"
SCHEMA = "http://www.openarchives.org/OAI/2.0/oai_dc.xsd"
_SAFE = {
    "content-security-policy": "sandbox; default-src 'none'; style-src 'unsafe-inline'",
    "cross-origin-resource-policy": "same-origin",
    "x-content-type-options": "nosniff",
    "cache-control": "public, max-age=3600",
}


def routes(engine: Engine, objects: Objects, site: str, mail: str) -> list[Route]:
    """Both ways out of the digital store."""

    async def shown(request: Request) -> Response:
        return await run_in_threadpool(_shown, engine, objects, request.path_params["name"])

    async def harvested(request: Request) -> Response:
        base = str(request.url.replace(query="", fragment=""))
        return await run_in_threadpool(_harvested, engine, site, mail, base, dict(request.query_params))

    return [Route(PATH + "{name}", shown), Route(HARVEST, harvested)]


def _shown(engine: Engine, objects: Objects, name: str) -> Response:
    with engine.connect() as connection:
        row = keeping.one(connection, name)
        paper = None if row is None else _published(connection, str(row.digitisation))
    content = None if row is None or paper is None else objects.read(str(row.digest))
    if row is None or content is None:
        return Response("there is nothing under this address\n", 404, media_type="text/plain")
    said = f"inline; filename*=UTF-8''{quote(str(row.name))}"
    return Response(content, 200, {**_SAFE, "content-disposition": said}, str(row.medium))


def _open() -> ColumnElement[bool]:
    table = TABLES[DIGITISATION.kind.name]
    return (table.c.state == CopyingState.PUBLISHED.value) & (table.c.rights == Rights.OPEN.value)


def _published(connection: Connection, number: str) -> PaperRow | None:
    table = TABLES[DIGITISATION.kind.name]
    return connection.execute(select(table).where(table.c.number == number, _open())).one_or_none()


def _harvested(engine: Engine, site: str, mail: str, base: str, asked: dict[str, str]) -> Response:
    with engine.connect() as connection:
        answer = OAIRepository(Harvest(connection, site, mail, base)).process(asked)
    return Response(bytes(answer), 200, {"cache-control": "no-store"}, "text/xml; charset=utf-8")


class Harvest(DataInterface):  # type: ignore[misc]  # oai_repo declares no types
    """What is open, for whoever gathers catalogues: one record a digitisation."""

    limit = MOST

    def __init__(self, connection: Connection, site: str, mail: str, base: str) -> None:
        self._connection = connection
        self._site = site
        self._mail = mail
        self._base = base

    def get_identify(self) -> Identify:
        return Identify(
            base_url=self._base,
            admin_email=[self._mail],
            repository_name=self._site,
            earliest_datestamp=_stamp(datetime(2020, 1, 1, tzinfo=UTC)),
            deleted_record="no",
            granularity="YYYY-MM-DDThh:mm:ssZ",
        )

    def is_valid_identifier(self, identifier: str) -> bool:
        return self._paper(identifier) is not None

    def get_metadata_formats(self, identifier: str | None = None) -> list[MetadataFormat]:
        return [MetadataFormat("oai_dc", SCHEMA, OAI_DC)]

    def get_record_header(self, identifier: str) -> RecordHeader:
        paper = self._known(identifier)
        return RecordHeader(identifier, _stamp(self._since(str(paper.number))), [], None)

    def get_record_metadata(self, identifier: str, metadataprefix: str) -> object:
        paper = self._known(identifier)
        root = etree.Element(f"{{{OAI_DC}}}dc", nsmap={"oai_dc": OAI_DC, "dc": DC})
        schema = "{http://www.w3.org/2001/XMLSchema-instance}schemaLocation"
        root.set(schema, f"{OAI_DC} {SCHEMA}")
        files = keeping.of_digitisation(self._connection, str(paper.number))
        told = [("title", paper.title), ("subject", paper.subject), ("description", paper.described)]
        told += [("rights", paper.rights_note), ("identifier", identifier)]
        told += [("format", row.medium) for row in files]
        told += [("identifier", self._base.removesuffix(HARVEST) + PATH + str(row.id)) for row in files]
        for name, text in told:
            if text:
                etree.SubElement(root, f"{{{DC}}}{name}").text = str(text)
        return root

    def get_record_abouts(self, identifier: str) -> list[object]:
        return []

    def list_set_specs(self, identifier: str | None = None, cursor: int = 0) -> tuple[None, None, None]:
        return None, None, None

    def get_set(self, setspec: str) -> Set | None:
        return None

    def list_identifiers(
        self,
        metadataprefix: str,
        filter_from: datetime | None = None,
        filter_until: datetime | None = None,
        filter_set: str | None = None,
        cursor: int = 0,
    ) -> tuple[Sequence[str], int, None]:
        table = TABLES[DIGITISATION.kind.name]
        its_trail = audit.c.subject == literal(f"{DIGITISATION.kind.name}:") + table.c.number
        changed = select(table.c.number, func.max(audit.c.at).label("at")).join_from(table, audit, its_trail)
        rows = self._connection.execute(changed.where(_open()).group_by(table.c.number).order_by(table.c.number)).all()
        first, last = _aware(filter_from), _aware(filter_until)
        numbers = [
            row.number for row in rows if (first is None or row.at >= first) and (last is None or row.at <= last)
        ]
        return [self._identifier(number) for number in numbers[cursor : cursor + MOST]], len(numbers), None

    def _identifier(self, number: str) -> str:
        return f"oai:{self._site}:{number}"

    def _paper(self, identifier: str) -> PaperRow | None:
        begin = self._identifier("")
        return _published(self._connection, identifier.removeprefix(begin)) if identifier.startswith(begin) else None

    def _known(self, identifier: str) -> PaperRow:
        paper = self._paper(identifier)
        assert paper is not None, "asked of what is_valid_identifier has said yes to"
        return paper

    def _since(self, number: str) -> datetime:
        """When its paper last changed."""
        of_it = audit.c.subject == f"{DIGITISATION.kind.name}:{number}"
        at = self._connection.scalar(select(func.max(audit.c.at)).where(of_it))
        return at if isinstance(at, datetime) else datetime(2020, 1, 1, tzinfo=UTC)


def _aware(at: datetime | None) -> datetime | None:
    return None if at is None else at.replace(tzinfo=UTC)


def _stamp(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
