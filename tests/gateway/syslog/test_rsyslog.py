"""rsyslog hears the gateway: over UDP, TCP and TLS, from the configured address, and after it was away."""

import asyncio
import os
import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

import pytest

from kakehashi.dialects.registry import by_name
from kakehashi.gateway.host.facts import Facts
from kakehashi.gateway.log import Log, LogOptions
from kakehashi.gateway.options import parse_syslog
from kakehashi.gateway.syslog.message import SD_ID
from kakehashi.gateway.syslog.senders import Senders
from kakehashi.ike.effects import Level
from tests.gateway.namespace import Namespace
from tests.gateway.syslog.rfc5424 import Message, read_message
from tests.gateway.syslog.rsyslog import PROGRAM, TLS_MODULES, Rsyslog
from tests.gateway.two_routers import TwoRouters, until

pytestmark = [
    pytest.mark.root,
    pytest.mark.timeout(120),
    pytest.mark.skipif(os.geteuid() != 0, reason="needs root"),
    pytest.mark.skipif(not PROGRAM.exists(), reason="needs rsyslog"),
]
CISCO = "hostname tokyo\nlogging facility local3\nlogging host 127.0.0.1\n"


@pytest.fixture
def namespace() -> Iterator[Namespace]:
    with Namespace() as made:
        yield made


def certificate(folder: Path, name: str) -> Path:
    """Of a receiver at 127.0.0.1 that vouches for itself."""
    words = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
    file = folder / f"{name}.pem"
    subprocess.run(
        [*words, "-days", "2", "-subj", f"/CN={name}", "-addext", "subjectAltName=IP:127.0.0.1",
         "-keyout", str(file.with_suffix(".key")), "-out", str(file)],
        check=True, capture_output=True, timeout=30,
    )  # fmt: skip
    return file


def read_file(name: str) -> str:
    return Path(name).read_text()


def told(
    namespace: Namespace, text: str, extra: tuple[str, ...], until_then: Callable[[Senders], bool]
) -> None:
    """A gateway's log with two things to say."""

    async def story() -> None:
        log = Log(LogOptions(Level.ERROR), lambda: datetime.now(UTC))
        gateway = by_name("cisco-ios").lower(text, "r.cfg").gateway
        senders = Senders(log, lambda: datetime.now(UTC), Facts, read_file, parse_syslog(extra))
        senders.configure(gateway, {})
        log.say(Level.WARNING, "the first", "Tunnel0", "one", {"cause": 'a "b" ]'})
        log.say(Level.NOTICE, "拠点の名前", "Tunnel0", "two")
        while not until_then(senders):
            await asyncio.sleep(0.02)
        await senders.stop()

    namespace.play(story)


def messages(server: Rsyslog) -> list[Message]:
    """Of the story, in their order, each as the strict reader reads it."""
    read = [read_message(octets) for octets in server.raw]
    return [message for message in read if message.msgid in ("one", "two")]


def rows(server: Rsyslog) -> list[list[str]]:
    """The same, as rsyslog reads it; it writes that file after the other."""
    return [row for row in server.read if len(row) > 7 and row[5] in ("one", "two")]


@pytest.mark.parametrize("line", ["logging host 127.0.0.1", "logging host 127.0.0.1 transport tcp"])
def test_rsyslog_reads_every_field(namespace: Namespace, tmp_path: Path, line: str) -> None:
    text = f"hostname tokyo\nlogging facility local3\n{line}\n"
    with Rsyslog(namespace.name, tmp_path / "log") as server:
        told(namespace, text, (), lambda _: len(messages(server)) == len(rows(server)) == 2)
        first, second = rows(server)
    assert first[:6] == ["127.0.0.1", "local3", "warning", "tokyo", "gateway", "one"]
    assert f'[{SD_ID} tunnel="Tunnel0" cause="a \\"b\\" \\]"]' in first[6]
    assert first[7].strip() == "the first"
    assert second[7].endswith("拠点の名前")
    assert [m.text for m in messages(server)] == ["the first", "拠点の名前"]


def test_what_was_said_while_rsyslog_was_away_comes_when_it_is_back(
    namespace: Namespace, tmp_path: Path
) -> None:
    """By TCP nothing is lost but what the kernel had taken when the connection broke."""
    text = "hostname tokyo\nlogging host 127.0.0.1 transport tcp\n"

    async def story() -> None:
        log = Log(LogOptions(Level.ERROR), lambda: datetime.now(UTC))
        senders = Senders(log, lambda: datetime.now(UTC), Facts, read_file)
        senders.configure(by_name("cisco-ios").lower(text, "r.cfg").gateway, {})
        log.say(Level.WARNING, "nobody hears", name="one")
        await until_true(lambda: "refused" in senders.status().hosts[0].state.lower())
        loop = asyncio.get_running_loop()
        first = await loop.run_in_executor(None, Rsyslog(namespace.name, tmp_path / "log").__enter__)
        await until_true(lambda: len(messages(first)) == 1)
        await loop.run_in_executor(None, first.__exit__, None, None, None)
        await asyncio.sleep(0.1)
        log.say(Level.WARNING, "said in between", name="two")
        await until_true(lambda: senders.status().hosts[0].state != "up")
        again = await loop.run_in_executor(None, first.__enter__)
        await until_true(lambda: len(messages(again)) == 2)
        await senders.stop()
        await loop.run_in_executor(None, again.__exit__, None, None, None)
        assert [m.text for m in messages(again)] == ["nobody hears", "said in between"]
        assert any(m.msgid == "log-host-down" for m in map(read_message, again.raw))

    namespace.play(story, 90)


async def until_true(true: Callable[[], bool]) -> None:
    """The story as a whole has a limit."""
    while not true():
        await asyncio.sleep(0.05)


@pytest.mark.skipif(not TLS_MODULES, reason="needs rsyslog-gnutls")
def test_rsyslog_hears_by_tls_whom_the_file_vouches_for_and_another_hears_nothing(
    namespace: Namespace, tmp_path: Path
) -> None:
    own, other = certificate(tmp_path, "own"), certificate(tmp_path, "other")
    url = "tls://127.0.0.1:6514?ca={}"

    def has_failed(senders: Senders) -> bool:
        return "certificate verify failed" in senders.status().hosts[0].state

    with Rsyslog(namespace.name, tmp_path / "log", own) as server:
        told(namespace, "hostname tokyo\n", (url.format(other),), has_failed)
        assert messages(server) == []
        told(namespace, "hostname tokyo\n", (url.format(own),), lambda _: len(messages(server)) == 2)
    assert [m.text for m in messages(server)] == ["the first", "拠点の名前"]


def test_a_running_gateway_tells_of_its_tunnel_from_the_address_that_it_is_told(tmp_path: Path) -> None:
    lines = "syslog function all info\nsyslog ip host 192.0.2.1\nsyslog ip enable\nsyslog ip source {}\n"

    def change(name: str, text: str) -> str:
        return lines.format("192.0.2.2") + text if name == "tokyo" else text

    routers = TwoRouters(tmp_path, change)
    with ExitStack() as stack:
        server = Rsyslog(routers.internet.name, tmp_path / "log")
        routers.before_start = lambda: entered(stack, server)
        stack.enter_context(routers)
        until(lambda: any(row[5] == "ike-sa-established" for row in server.read), "the message", 60)
        row = next(row for row in server.read if row[5] == "ike-sa-established")
        assert row[0] == "192.0.2.2"
        assert row[1:3] == ["local0", "warning"]
        assert row[4] == "ikev2"
        assert 'peer="198.51.100.2"' in row[6]
        shown = routers.tokyo.status()["log"]["hosts"][0]
        assert (shown["host"]["address"], shown["state"], shown["dropped"]) == ("192.0.2.1", "up", 0)
        for octets in server.raw:
            read_message(octets)
        routers.tokyo.end()
        until(lambda: any(row[5] == "stopped" or row[5] == "stopping" for row in server.read), "the last")


def entered(stack: ExitStack, server: Rsyslog) -> None:
    stack.enter_context(server)
