"""Sessions as stories: what is typed, and what the terminal shows."""

import asyncio
from pathlib import Path

import pytest

from kakehashi.console.echoes import Echoes
from kakehashi.console.local import shown
from kakehashi.console.pager import paged
from kakehashi.gateway.control import Control
from tests.console.desk import Desk

WAN = """interface GigabitEthernet0/0
 ip address 192.0.2.2 255.255.255.0
ip access-list extended VPN
 permit ip 192.168.10.0 0.0.0.255 192.168.20.0 0.0.0.255
"""


def test_a_cisco_crypto_map_from_nothing_with_question_marks() -> None:
    desk = Desk("cisco-ios", WAN)
    shown = desk.type(
        "conf t", "crypto isa?", "crypto isakmp policy 10", "?", "encr aes 256", "authentication pre-share"
    )
    assert "Router(config)#crypto isa?\nisakmp" in shown
    assert "Router(config-isakmp)#?" in shown
    assert "encryption      " in shown
    assert "Set encryption algorithm" in shown
    shown = desk.type(
        "group 14",
        "crypto isakmp key sakura address 198.51.100.2",
        "crypto ipsec transform-set T esp-aes 256 esp-sha-hmac",
        "exi",
        "crypto map OUT 10 ipsec-isakmp",
        "set peer 198.51.100.2",
        "set transform-set T",
        "match address VPN",
        "int gi0/0",
        "crypto map OUT",
        "end",
    )
    assert "Router(cfg-crypto-trans)#exi\n" in shown
    assert "Router(config)#crypto map OUT 10" in shown
    assert "Router(config-crypto-map)#set peer" in shown
    assert "Router(config-if)#crypto map OUT" in shown
    assert "Invalid" not in shown
    assert [t.interface for t in desk.gateway.tunnels] != []
    shown = desk.type("show running-config | section crypto map")
    assert "crypto map OUT 10 ipsec-isakmp\n set peer 198.51.100.2" in shown
    assert "isakmp policy" not in shown


def test_a_nec_tunnel_from_nothing() -> None:
    desk = Desk("nec-ix", "interface GigaEthernet0.0\n  ip address 192.0.2.2/24\n  no shutdown\n")
    shown = desk.type(
        "configure",
        "ikev2 authentication psk id ipv4 198.51.100.2 key char sakura",
        "interface tunnel0.0",
        "tunnel mode ipsec-ikev2",
        "ip unnumbered gigaethernet0.0",
        "ikev2 outgoing-interface GigaEthernet0.0 192.0.2.1",
        "ikev2 peer 198.51.100.2 authentication psk id ipv4 198.51.100.2",
        "no shutdown",
        "show ip route",
        "exit",
    )
    assert "Router(config-Tunnel0.0)#no shutdown" in shown
    assert "Invalid" not in shown
    assert [t.interface for t in desk.gateway.tunnels] == ["Tunnel0.0"]
    assert desk.session.prompt == "Router(config)#"


def test_an_awplus_tunnel_from_nothing() -> None:
    desk = Desk("awplus", "interface eth1\n ip address 192.0.2.2/24\n")
    shown = desk.type(
        "conf t",
        "crypto isakmp key sakura address 198.51.100.2",
        "interface tunnel0",
        "tunnel source eth1",
        "tunnel destination 198.51.100.2",
        "tunnel mode ipsec ipv4",
        "tunnel protection ipsec",
        "ip address 172.16.0.1/30",
        "do show ipsec sa",
        "end",
    )
    assert "Enter configuration commands, one per line.  End with CNTL/Z." in shown
    assert "awplus(config-if)#tunnel protection ipsec" in shown
    assert [t.interface for t in desk.gateway.tunnels] == ["tunnel0"]


def test_half_a_tunnel_is_taken_and_what_is_missing_is_told_once() -> None:
    desk = Desk("cisco-ios", WAN)
    shown = desk.type(
        "conf t",
        "interface Tunnel0",
        "tunnel source GigabitEthernet0/0",
        "tunnel mode ipsec ipv4",
        "tunnel destination 198.51.100.2",
        "tunnel protection ipsec profile P",
        "ip mtu 1400",
    )
    assert shown.count("there is no such ipsec profile") == 1
    assert desk.gateway.tunnels == ()
    assert "tunnel protection ipsec profile P" in desk.changes.text


@pytest.mark.parametrize(
    ("dialect", "lines", "marked"),
    [
        ("cisco-ios", ["conf t", "interfce GigabitEthernet0/0"], "Router(config)#interfce GigabitEthernet0/0\n               ^\n% Invalid input detected at '^' marker."),
        ("awplus", ["conf t", "hostname"], "% Incomplete command."),
        ("cisco-ios", ["c"], '% Ambiguous command:  "c"'),
        ("nec-ix", ["configure", "ip route default x"], "                                ^\n% x -- Invalid command."),
    ],
)  # fmt: skip
def test_a_mistake_is_marked_as_the_device_marks_it(dialect: str, lines: list[str], marked: str) -> None:
    assert marked in Desk(dialect).type(*lines)


def test_no_takes_a_line_back_and_a_second_value_replaces_the_first() -> None:
    desk = Desk("cisco-ios", WAN)
    desk.type(
        "conf t", "crypto isakmp policy 10", "encryption aes", "encryption aes 256", "hash sha256", "no hash"
    )
    assert "crypto isakmp policy 10\n encryption aes 256\n!" in desk.changes.text
    desk.type("no crypto isakmp policy 10")
    assert "isakmp policy" not in desk.changes.text


def test_secrets_are_shown_as_the_device_shows_them_but_not_to_support() -> None:
    desk = Desk("cisco-ios", WAN + "crypto isakmp key sakura address 198.51.100.2\n")
    assert "key sakura address" in desk.type("show running-config")
    support = desk.type("show tech-support")
    assert "crypto isakmp key *** address 198.51.100.2" in support
    assert "sakura" not in support


def test_who_is_not_privileged_sees_no_secret_and_changes_nothing() -> None:
    desk = Desk("cisco-ios", WAN)
    desk.session.privileged = False
    desk.session.unlock = "open".__eq__
    assert desk.session.prompt == "Router>"
    for line in ("show running-config", "configure terminal", "clear crypto sa", "reload", "write"):
        assert "% Invalid input" in desk.type(line), line
    assert "% Bad secrets" in desk.type("enable", "a", "b", "c")
    desk.type("enable", "open")
    assert desk.session.prompt == "Router#"


def test_what_runs_is_saved_when_asked(tmp_path: Path) -> None:
    desk = Desk("cisco-ios", WAN, tmp_path)
    desk.file.write_text(WAN)
    desk.type("conf t", "hostname tokyo", "end")
    assert "tokyo" not in desk.file.read_text()
    shown = desk.type("copy running-config startup-config", "")
    assert "Destination filename [startup-config]? \nBuilding configuration...\n[OK]" in shown
    assert desk.file.read_text().startswith("hostname tokyo\n")
    assert "hostname tokyo" in desk.type("show startup-config")


RELOADS = {
    "cisco-ios": [
        "System configuration has been modified. Save? [yes/no]: no",
        "Proceed with reload? [confirm]",
    ],
    "nec-ix": [
        "% Warning: current running-configuration is not saved yet.",
        "Notice: The router will be RELOADED. This is to ensure that",
        "        the peripheral devices are properly initialized.",
        "Are you sure you want to reload the router? (Yes or [No]): yes",
    ],
    "awplus": ["reboot system? (y/n): y"],
}


@pytest.mark.parametrize("dialect", RELOADS)
def test_reload_asks_as_the_device_goes_back_to_what_is_saved_and_ends_the_session(
    dialect: str, tmp_path: Path
) -> None:
    desk = Desk(dialect, "hostname tokyo\n", tmp_path)
    desk.file.write_text("hostname tokyo\n")
    answers = [line.rsplit(" ", 1)[1] for line in RELOADS[dialect] if line.endswith((": no", ": yes", ": y"))]
    desk.type("configure terminal", "hostname kyoto", "end")
    desk.type("reload", "no", *(["no"] if dialect == "cisco-ios" else []))
    assert not desk.session.is_over
    shown = desk.type("reload", *answers, *([""] if dialect == "cisco-ios" else []))
    assert shown.splitlines()[1:] == RELOADS[dialect]
    assert desk.session.is_over
    assert desk.gateway.hostname == "tokyo"
    assert desk.cleared


def test_filters_and_clear() -> None:
    desk = Desk("cisco-ios", WAN)
    assert "= 1" in desk.type("show running-config | count ip address")
    assert "permit" not in desk.type("show running-config | exclude permit|255").split("\n", 1)[1]
    assert desk.type("show running-config | begin access-list").splitlines()[1].startswith("ip access-list")
    assert "too intricate" in desk.type("show running-config | include (a+)+b")
    desk.type("clear crypto isakmp")
    assert desk.cleared == [(None, 1, None, True)]


def test_a_nec_ix_shows_and_filters_while_configuring() -> None:
    desk = Desk("nec-ix", "interface GigaEthernet0.0\n  ip address 192.0.2.2/24\n  no shutdown\n")
    shown = desk.type("configure", "interface GigaEthernet0.0", "show running-config | include address")
    assert shown.endswith("address\n  ip address 192.0.2.2/24\n")
    assert "Lines in which it is found" in desk.type("show running-config | ?")
    assert desk.session.prompt == "Router(config-GigaEthernet0.0)#"


def test_interfaces_a_line_each() -> None:
    shown = Desk("cisco-ios", WAN + "interface Tunnel0\n shutdown\n").type("sh ip int br").splitlines()
    assert shown[1] == "Interface                  IP-Address      OK? Method Status                Protocol"
    assert shown[2] == "GigabitEthernet0/0         192.0.2.2       YES manual up                    up"
    assert shown[3] == "Tunnel0                    unassigned      YES unset  administratively down down"
    assert "eth1            192.0.2.2/24" in Desk("awplus", "interface eth1\n ip address 192.0.2.2/24").type(
        "show ip interface brief"
    )


def test_an_ix_has_a_line_for_each_interface_too() -> None:
    desk = Desk(
        "nec-ix",
        "interface GigaEthernet0.0\n  ip address 192.0.2.2/24\n  no shutdown\ninterface Tunnel0.0\n  shutdown\n",
    )
    assert desk.type("show ip interface brief").splitlines()[1:] == [
        "Interface        IP address          Status",
        "GigaEthernet0.0  192.0.2.2/24        up",
        "Tunnel0.0        not assigned        administratively down",
    ]


def test_ping_is_counted_as_ios_counts() -> None:
    shown = Desk("cisco-ios").type("ping 192.0.2.1 source GigabitEthernet0/0 repeat 2")
    assert "Sending 2, 100-byte ICMP Echos to 192.0.2.1, timeout is 2 seconds:\n!.\n" in shown
    assert "Success rate is 50 percent (1/2), round-trip min/avg/max = 1/1/1 ms" in shown


def test_what_is_not_answered_is_a_point_at_once_and_a_break_is_summed_up() -> None:
    shown: list[str] = []
    echoes = Echoes(5, shown.append)
    echoes.hear("no answer yet for icmp_seq=1")
    assert "".join(shown) == "."
    for line in ("64 bytes from 192.0.2.1: icmp_seq=2 ttl=64 time=0.5 ms", "no answer yet for icmp_seq=3"):
        echoes.hear(line)
    assert "".join(shown) == ".!."
    echoes.end(is_whole=False)
    assert "".join(shown).endswith("\nSuccess rate is 33 percent (1/3), round-trip min/avg/max = 1/1/1 ms\n")


def test_who_needed_no_password_to_come_needs_none_to_come_back() -> None:
    desk = Desk("awplus")
    assert "Password" not in desk.type("disable", "enable")
    assert desk.session.prompt == "awplus#"


def test_alliedware_plus_reboots(tmp_path: Path) -> None:
    desk = Desk("awplus", "hostname tokyo\n", tmp_path)
    desk.file.write_text("hostname tokyo\n")
    assert desk.type("reboot", "n").endswith("reboot system? (y/n): n\n")
    assert not desk.session.is_over


def test_behind_a_bar_only_filters_are_offered() -> None:
    shown = Desk("cisco-ios").type("show running-config | ?").splitlines()[1:]
    assert [line.split()[0] for line in shown] == ["begin", "count", "exclude", "include", "section"]


class Reader:
    def __init__(self, keys: str) -> None:
        self.keys, self.shown = list(keys), ""

    def write(self, text: str) -> None:
        self.shown += text

    async def more(self, mark: str) -> str:
        self.shown += mark
        return self.keys.pop(0)


async def read(keys: str) -> str:
    reader = Reader(keys)
    await paged(reader, "".join(f"{n}\n" for n in range(10)), 4, "--More--")  # type: ignore[arg-type]
    return reader.shown


def test_pages() -> None:
    assert asyncio.run(read("q")) == "0\n1\n2\n--More--"
    assert asyncio.run(read("\rq")) == "0\n1\n2\n--More--3\n--More--"
    assert asyncio.run(read(" g")) == "0\n1\n2\n--More--3\n4\n5\n--More--6\n7\n8\n9\n"


def test_while_a_line_is_read_the_tunnels_go_on() -> None:
    desk = Desk("cisco-ios", WAN)

    async def story() -> None:
        typing = asyncio.create_task(desk.changes.type((), "hostname kyoto"))
        await asyncio.sleep(0)
        assert not typing.done(), "the loop has had a turn before the line was read"
        await typing

    asyncio.run(story())
    assert desk.gateway.hostname == "kyoto"


@pytest.mark.parametrize(
    ("words", "begins"),
    [
        ("version", "kakehashi "),
        ("running-config", "! NEC Portable Internetwork Core Operating System Software\nhostname tokyo\n"),
        ("run", "! NEC Portable Internetwork Core Operating System Software\nhostname tokyo\n"),
        ("clock", "2026-01-02 12:00:00\n"),
        ("ike sa", None),
        ("moon", None),
    ],
)
def test_what_the_command_line_shows_besides_is_shown_without_it(
    tmp_path: Path, words: str, begins: str | None
) -> None:
    desk = Desk("nec-ix", "hostname tokyo\n")

    async def ask() -> str | None:
        control = Control(tmp_path / "control", desk.answers.answer, desk.answers.stream)
        await control.start()
        try:
            return await shown(tmp_path / "control", words.split())
        finally:
            await control.stop()

    text = asyncio.run(ask())
    assert (text is None) == (begins is None)
    assert (text or "").startswith(begins or "")
