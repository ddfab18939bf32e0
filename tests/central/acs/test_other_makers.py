"""A self-check that nobody here wrote (PyPI's Sip2) at a real central, on a real socket, plain and with TLS."""

from __future__ import annotations

import logging
import socket
import ssl
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from Sip2.sip2 import Sip2

from kiosk.wire.sip2 import Message, encode, parse
from tests.central.running import DEMO, CentralProcess, central_command
from tests.real_parts import PATIENCE_S

PASSWORD = "eight-letters"
PATRON, ITEM = "20230001", "35555000012346"


class Terminal(Sip2):  # type: ignore[misc]  # the package declares no types
    """The other maker's client, without its log file."""

    def __init__(self, port: int) -> None:
        super().__init__()
        self.log = logging.getLogger("sip2-client")
        self.log.setLevel(logging.CRITICAL)
        self.hostName, self.hostPort, self.tlsEnable = "127.0.0.1", port, False
        self.socketTimeout = PATIENCE_S
        self.patron, self.language, self.institutionId = PATRON, "001", "main"

    def says(self, request: str) -> Message:
        """Its own request; our decoder reads the answer, after its own has judged the sum."""
        return parse(str(self.get_response(request)).rstrip("\r").encode())


@pytest.fixture
def config(tmp_path: Path) -> Path:
    folder = tmp_path / "config"
    folder.mkdir()
    (folder / "password").write_text(PASSWORD)
    for name in ("items.toml", "patrons.toml", "catalogue"):
        (folder / name).symlink_to(DEMO / name)
    account = '[[sip2.account]]\nname = "east-1"\npassword_file = "password"\nbranch = "east"\n'
    (folder / "central.toml").write_text((DEMO / "central.toml").read_text() + f"[sip2]\nport = 0\n{account}")
    return folder


@pytest.fixture
def central(config: Path, tmp_path: Path) -> Iterator[CentralProcess]:
    process = CentralProcess(central_command(f"sqlite:///{tmp_path / 'central.sqlite'}", config), tmp_path / "log")
    yield process
    process.kill()


@pytest.fixture
def terminal(central: CentralProcess) -> Iterator[Terminal]:
    central.start()
    client = Terminal(central.ports["sip2"])
    client.connect()
    assert client.says(client.sip_login_request("east-1", PASSWORD)).fixed["ok"] == "1"
    yield client
    client.disconnect()


def test_it_lends_renews_and_takes_back(terminal: Terminal, central: CentralProcess) -> None:
    status = terminal.says(terminal.sip_sc_status_request())
    assert (status.fixed["online_status"], status.findings) == ("Y", ())
    lent = terminal.says(terminal.sip_checkout_request(ITEM, scRenewalPolicy="Y"))
    assert (lent.fixed["ok"], lent.fixed["desensitize"]) == ("1", "Y")
    about = terminal.says(terminal.sip_patron_information_request("charged"))
    assert about.fixed["charged_items_count"] == "0001"
    assert ITEM in about.all("AU")
    back = terminal.says(terminal.sip_checkin_request(ITEM))
    assert (back.fixed["ok"], back.fixed["resensitize"]) == ("1", "Y")
    assert terminal.says(terminal.sip_item_information_request(ITEM)).fixed["circulation_status"] == "03"
    assert terminal.says(terminal.sip_end_patron_session_request()).fixed["end_session"] == "Y"
    ends = central.get("/api/v1/loans").json()["loans"]
    assert [loan["station"] for loan in ends] == ["sip2-east-1"]


def test_its_other_requests_are_answered_without_findings(terminal: Terminal) -> None:
    requests: list[Callable[[], str]] = [
        terminal.sip_patron_status_request,
        terminal.sip_patron_enable_request,
        terminal.sip_renew_all_request,
        lambda: terminal.sip_renew_request(ITEM),
        lambda: terminal.sip_hold_request("+", itemIdentifier=ITEM, holdType=3),
        lambda: terminal.sip_hold_request("-", itemIdentifier=ITEM),
        lambda: terminal.sip_fee_paid_request(1, 0, "1.00", currencyType="CNY", transactionId="t1"),
        lambda: terminal.sip_item_status_update_request(ITEM, "x"),
    ]
    for request in requests:
        answer = terminal.says(request())
        assert [one for one in answer.findings if not one.startswith("extension-field")] == []


def test_a_wrong_password_lets_nobody_in(central: CentralProcess) -> None:
    central.start()
    client = Terminal(central.ports["sip2"])
    client.connect()
    assert client.says(client.sip_login_request("east-1", "guess")).fixed["ok"] == "0"
    assert client.says(client.sip_patron_status_request()).code == "94"
    client.disconnect()


def test_a_loan_told_is_there_after_a_power_cut_and_asked_again_is_no_second_one(
    terminal: Terminal, central: CentralProcess
) -> None:
    request = terminal.sip_checkout_request(ITEM)
    assert terminal.says(request).fixed["ok"] == "1"
    central.kill()
    central.start()
    again = Terminal(central.ports["sip2"])
    again.connect()
    again.says(again.sip_login_request("east-1", PASSWORD))
    assert again.says(again.sip_item_information_request(ITEM)).fixed["circulation_status"] == "04"
    assert again.says(again.sip_checkout_request(ITEM)).fixed["ok"] == "0"
    again.disconnect()
    assert len(central.get("/api/v1/loans").json()["loans"]) == 1


def test_rubbish_closes_nothing_and_others_go_on(terminal: Terminal, central: CentralProcess) -> None:
    with socket.create_connection(("127.0.0.1", central.ports["sip2"]), PATIENCE_S) as rude:
        rude.sendall(b"\xff" * 100_000 + b"\r99\r" + encode(Message("97")))
        assert rude.recv(100).startswith(b"96")
        assert terminal.says(terminal.sip_patron_status_request()).first("BL") == "Y"


def test_tls_is_spoken_where_a_certificate_is_set(central: CentralProcess, config: Path) -> None:
    names = ["-newkey", "rsa:2048", "-nodes", "-x509", "-days", "1", "-subj", "/CN=localhost"]
    files = ["-keyout", str(config / "key.pem"), "-out", str(config / "cert.pem")]
    subprocess.run(
        ["openssl", "req", *names, *files, "-addext", "subjectAltName=DNS:localhost"], check=True, capture_output=True
    )
    central.settings |= {"sip2.certificate": str(config / "cert.pem"), "sip2.key": str(config / "key.pem")}
    central.start()
    trusting = ssl.create_default_context(cafile=str(config / "cert.pem"))
    with (
        socket.create_connection(("127.0.0.1", central.ports["sip2"]), PATIENCE_S) as plain,
        trusting.wrap_socket(plain, server_hostname="localhost") as line,
    ):
        login = Message("93", {"uid_algorithm": "0", "pwd_algorithm": "0"}, {"CN": ["east-1"], "CO": [PASSWORD]}, 0)
        line.sendall(encode(login))
        assert line.recv(100) == b"941AY0AZFDFD\r"


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"sip2.host": "0.0.0.0"}, "certificate and key where host is not a loopback address"),
        ({"sip2.account.1.password_file": "nowhere"}, "cannot be read"),
        ({"sip2.account.1.password_file": "short"}, "at least 8 characters"),
    ],
)
def test_faults_of_its_settings(central: CentralProcess, config: Path, change: dict[str, str], says: str) -> None:
    (config / "short").write_text("1234")
    words = [word for key, value in change.items() for word in ("--set", f"{key}={value}")]
    ended = subprocess.run([*central.command, *words], capture_output=True, text=True, timeout=PATIENCE_S, check=False)
    assert ended.returncode in (1, 2)
    assert says in ended.stderr
