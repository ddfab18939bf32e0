"""The broker's ACL, tried from outside: a real mosquitto, and identities that want what is not theirs."""

from __future__ import annotations

import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field

import paho.mqtt.client as mqtt
import pytest
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.reasoncodes import ReasonCode

from kiosk.commands import main
from tests.real_parts import free_port, wait_until

AIR = ("zigbee2mqtt/stack-1", "tele/rare-books/SENSOR", "shellyplusht-1/events/rpc")
NAMES = ("central", "fleet", "home", "kiosk-1", "kiosk-2", "gate-1", "locker-1", "bridge")
STRANGER, NOBODY, ADMIN = "stranger", "nobody-has-this-name", "admin"
UP = ("status", "health", "device", "result", "log", "facts", "picture", "ask", "alarm", "count")
QUIET = ("status", "health", "device", "alarm", "count")
"""What names nobody and carries no text that somebody typed."""
DOWN = ("ack", "answer", "policy", "ledger", "command")
CONFIG = "homeassistant/device/lk_main_kiosk-1/config"
TOPICS = [
    f"lk/v1/{site}/{name}/{way}/{channel}"
    for site in ("main", "other")
    for name in ("kiosk-1", "kiosk-2", "gate-1", "locker-1", "all")
    for way, channels in (("up", UP), ("down", DOWN))
    for channel in channels
] + ["lk/v1/main/kiosk-1", "lk", "lk/v1/main/kiosk-1/up/facts/more", CONFIG, "homeassistant/status", *AIR]


def may_say(name: str, topic: str) -> bool:
    """By the contract: messages.md, section 2."""
    if name == "bridge" or topic in AIR:
        return name == "bridge" and topic in AIR
    words = topic.split("/")
    if topic == CONFIG:
        return name == "fleet"
    if len(words) != 6 or words[2] != "main":
        return False
    if name == "central":
        return words[4] == "down" and words[5] != "command"
    if name == "fleet":
        return words[4:] == ["down", "command"]
    own: dict[str, tuple[str, ...]] = {"kiosk-1": UP[:8], "kiosk-2": UP[:8], "gate-1": (*UP[:6], *UP[8:])}
    own["locker-1"] = (*UP[:6], "ask")
    return words[3] == name and words[4] == "up" and words[5] in own.get(name, ())


def may_hear(name: str, topic: str) -> bool:
    if name == "bridge" or topic in AIR:
        return name in ("bridge", "central") and topic in AIR
    words = topic.split("/")
    if name == "home":
        quiet = words[:3] == ["lk", "v1", "main"] and words[4:] in [["up", one] for one in QUIET]
        return quiet or words[0] == "homeassistant"
    if len(words) < 6 or words[2] != "main":
        return False
    if name == "central":
        return words[4] == "up"
    if name == "fleet":
        return words[4] == "up" and words[5] not in ("facts", "ask")
    if name not in NAMES:
        return False
    shared = ["lk/v1/main/all/down/policy"] + ["lk/v1/main/all/down/ledger"] * (name == "gate-1")
    hears_loans = name == "gate-1" and words[4:] == ["up", "facts"]
    return (words[3] == name and words[4] == "down") or topic in shared or hears_loans


@dataclass
class Somebody:
    """One connection; what the broker says to each of its wishes."""

    name: str
    port: int
    password: str = ""
    let_in: ReasonCode | None = None
    published: dict[int, ReasonCode] = field(default_factory=dict)
    subscribed: list[int] = field(default_factory=list)
    heard: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.client = mqtt.Client(CallbackAPIVersion.VERSION2, client_id=f"test-{self.name}", protocol=mqtt.MQTTv5)
        self.client.username_pw_set(self.name, self.password or self.name)
        self.client.on_connect = lambda *told: setattr(self, "let_in", told[3])
        self.client.on_publish = lambda *told: self.published.update({told[2]: told[3]})
        self.client.on_subscribe = lambda *told: self.subscribed.append(told[2])
        self.client.on_message = lambda *told: self.heard.add(told[2].topic)
        self.client.on_socket_open = lambda *told: told[2].setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.client.connect("127.0.0.1", self.port)
        self.client.loop_start()
        wait_until(lambda: self.let_in is not None, "the broker does not answer")

    def leaves(self) -> None:
        self.client.disconnect()
        self.client.loop_stop()

    def says(self) -> dict[str, bool]:
        """To every topic: whether the broker took it."""
        asked = {topic: self.client.publish(topic, b"{}", qos=1).mid for topic in TOPICS}
        wait_until(lambda: len(self.published) >= len(asked), "the broker does not acknowledge")
        return {topic: not self.published[mid].is_failure for topic, mid in asked.items()}

    def listens(self, *topics: str) -> None:
        for topic in topics:
            self.client.subscribe(topic)
        wait_until(lambda: len(self.subscribed) >= len(topics), "the broker does not acknowledge")

    def has_heard(self) -> set[str]:
        """What has come until now. Asking for something more is answered after it."""
        before = len(self.subscribed)
        self.client.subscribe("lk")
        wait_until(lambda: len(self.subscribed) > before, "the broker does not acknowledge")
        return self.heard


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """A mosquitto with our ACL, users whose passwords are their names, and one that the ACL does not name."""
    folder, port = tmp_path_factory.mktemp("broker"), free_port()
    folder.chmod(0o755)
    passwords = folder / "passwords"
    passwords.write_text("".join(f"{name}:{name}\n" for name in (*NAMES, STRANGER, ADMIN)))
    subprocess.run(["mosquitto_passwd", "-U", str(passwords)], check=True, timeout=30)
    (folder / "acl").write_text(f"{printed()}\nuser {ADMIN}\ntopic readwrite #\n")
    for path in (passwords, folder / "acl"):
        path.chmod(0o600)
    config = folder / "mosquitto.conf"
    config.write_text(
        f"listener {port} 127.0.0.1\nallow_anonymous false\npassword_file {passwords}\nacl_file {folder / 'acl'}\n"
        "user root\nset_tcp_nodelay true\n"
    )
    program = shutil.which("mosquitto", path="/usr/bin:/usr/sbin:/usr/local/sbin")
    assert program is not None, "no mosquitto on this machine: apt-get install mosquitto"
    running = subprocess.Popen([program, "-c", str(config)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    wait_until(lambda: _listens(port), "mosquitto did not come up")
    yield port
    running.terminate()
    running.wait(10)


def _listens(port: int) -> bool:
    try:
        mqtt.Client(CallbackAPIVersion.VERSION2, client_id="probe").connect("127.0.0.1", port)
    except OSError:
        return False
    return True


def printed() -> str:
    stations = ["--kiosk", "kiosk-1", "--kiosk", "kiosk-2", "--gate", "gate-1", "--locker", "locker-1"]
    words = ["--site", "main", *stations, "--fleet", "fleet", "--home", "home", "--sensors", "bridge"]
    made = subprocess.run(
        [sys.executable, "-m", "kiosk", "acl", *words], capture_output=True, text=True, check=True, timeout=60
    )
    return made.stdout


@pytest.mark.parametrize("name", [*NAMES, STRANGER])
def test_everybody_says_what_is_theirs_and_nothing_else(broker: int, name: str) -> None:
    who = Somebody(name, broker)
    assert who.let_in is not None
    assert not who.let_in.is_failure
    says = who.says()
    who.leaves()
    assert says == {topic: may_say(name, topic) for topic in TOPICS}


def test_everybody_hears_what_is_theirs_and_nothing_else_whatever_they_ask_for(broker: int) -> None:
    """mosquitto takes every subscription, and holds back what is not to be read: so it is looked at what comes."""
    people = [Somebody(name, broker) for name in (*NAMES, STRANGER)]
    for who in people:
        who.listens("#", "$SYS/#", "lk/v1/+/+/up/facts", *TOPICS)
    admin = Somebody(ADMIN, broker)
    assert all(admin.says().values())
    for who in people:
        assert who.has_heard() == {topic for topic in TOPICS if may_hear(who.name, topic)}, who.name
        who.leaves()
    admin.leaves()


@pytest.mark.parametrize(("name", "password"), [(NOBODY, ""), ("gate-1", "kiosk-1"), ("", "")])
def test_who_is_not_known_does_not_come_in(broker: int, name: str, password: str) -> None:
    who = Somebody(name, broker, password)
    assert who.let_in is not None
    assert who.let_in.is_failure
    who.leaves()


@pytest.mark.parametrize(
    "words", [["--site", "Main"], ["--site", "main", "--kiosk", "a/b"], ["--site", "main", "--gate", "central"]]
)
def test_a_name_that_cannot_be_a_user_is_refused(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["acl", *words]) == 1
    assert "expected" in capsys.readouterr().err
