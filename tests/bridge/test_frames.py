"""LANs that are one: their far end in the same language, and in another one the truth."""

import json
from dataclasses import replace
from ipaddress import ip_address
from pathlib import Path

import pytest

from kakehashi.bridge.account import Fate
from kakehashi.bridge.mirror import Mirror, MirrorError, mirror
from kakehashi.bridge.reading import Read, read
from kakehashi.bridge.translate import translate
from kakehashi.check.japanese.translate import translate as in_japanese
from kakehashi.check.report import Severity as Gravity
from kakehashi.check.run import check
from kakehashi.check_reading import read_configuration
from kakehashi.dialects.registry import by_name, recognise
from kakehashi.model.bridge import Bridge
from kakehashi.model.finding import Severity
from kakehashi.model.gateway import Gateway
from kakehashi.model.policy import EncapsulationMode
from kakehashi.model.pseudowire import L2tpv3, Pseudowire, PseudowireSession
from tests.bridge.test_command import run

EXAMPLES = Path(__file__).parents[2] / "examples"
AOMORI, HAKODATE = (EXAMPLES / "awplus-l2tpv3" / f"{name}.cfg" for name in ("aomori", "hakodate"))
AKITA, SADO = (EXAMPLES / "nec-ix-etherip" / f"{name}.cfg" for name in ("akita", "sado"))
CISCO = """\
hostname shiogama
crypto isakmp policy 10
 encryption aes
 authentication pre-share
 group 14
crypto isakmp key two-ends-one-lan address 198.51.100.2
crypto ipsec transform-set T esp-aes esp-sha256-hmac
 mode transport
pseudowire-class lan
 encapsulation l2tpv3
 ip local interface GigabitEthernet0/0
ip access-list extended FRAMES
 permit 115 host 192.0.2.2 host 198.51.100.2
crypto map M 10 ipsec-isakmp
 set peer 198.51.100.2
 set transform-set T
 match address FRAMES
interface GigabitEthernet0/0
 ip address 192.0.2.2 255.255.255.0
 crypto map M
interface GigabitEthernet0/1
 xconnect 198.51.100.2 123 pw-class lan
ip route 0.0.0.0 0.0.0.0 192.0.2.1
"""
LANS = " permit ip 10.1.0.0 0.0.0.255 10.2.0.0 0.0.0.255"
MORE_PORTS = """\
 xconnect 10.0.0.2 123 pw-class lan
interface GigabitEthernet0/2
 xconnect 10.0.0.2 124 pw-class lan
interface GigabitEthernet0/3
 ip address 10.1.0.1 255.255.255.0
interface Loopback0
 ip address 10.0.0.1 255.255.255.255"""
CLASS = """\
l2tp-class sites
 digest secret 0 between-us hash sha
 hostname shiogama-lan
 cookie size 8
 hello 20
pseudowire-class lan
 protocol l2tpv3 sites
 sequencing both
"""
BY_HAND = """\
123 encapsulation l2tpv3 manual pw-class lan
  l2tp id 222 111
  l2tp cookie local 4 54321
  l2tp cookie remote 8 0x12345678 0x9ABCDEF0
"""
WIRES: dict[str, tuple[tuple[str, str], ...]] = {
    "plain": (),
    "negotiated": (("pseudowire-class lan\n", CLASS),),
    "static": (
        ("123 pw-class lan\n", BY_HAND),
        ("pseudowire-class lan\n", "pseudowire-class lan\n protocol none\n"),
    ),
}
OTHERS = [
    (path, target)
    for path, own in ((AOMORI, "awplus"), (HAKODATE, "awplus"), (AKITA, "nec-ix"), (SADO, "nec-ix"))
    for target in ("nec-ix", "cisco-ios", "awplus")
    if target != own
]


def of_file(path: Path) -> Read:
    text = path.read_text(encoding="utf-8")
    return read(path.name, text, recognise(text))


def cisco(kind: str = "plain", without: str = "") -> Read:
    text = CISCO
    for old, new in WIRES[kind]:
        assert old in text
        text = text.replace(old, new)
    return read("shiogama.cfg", text.replace(without, "") if without else text, by_name("cisco-ios"))


def written(found: Mirror) -> Gateway:
    lowered = by_name(found.target).lower(found.text, "far.cfg")
    wrong = [f for f in lowered.findings if f.severity is not Severity.INFO]
    assert not wrong, wrong
    return lowered.gateway


def bare(wire: Pseudowire) -> Pseudowire:
    return replace(wire, interface="", source_address=None)


@pytest.mark.parametrize(
    ("near", "far"), [(AOMORI, HAKODATE), (HAKODATE, AOMORI), (AKITA, SADO), (SADO, AKITA)]
)
def test_the_far_end_is_the_router_that_stands_there(near: Path, far: Path) -> None:
    original, there = of_file(near), of_file(far).gateway
    found = mirror(original, original.dialect)
    assert found.holds, found.comments()
    made = written(found)
    (wire,) = made.pseudowires
    assert bare(wire) == bare(there.pseudowires[0])
    (bridge,) = made.bridges
    assert wire.interface in bridge.ports
    (lan,) = [port for port in bridge.ports if port != wire.interface]
    lent = made.interface(lan)
    assert lent
    assert not lent.addresses
    assert any(told.startswith(f"{lan}: which port it is") for told in found.placeholders)
    (tunnel,) = made.tunnels
    assert tunnel.ipsec.mode is EncapsulationMode.TRANSPORT
    assert tunnel.ipsec.ethernet == wire.encapsulation
    assert not [r for r in made.routes if r.interface == wire.interface]


@pytest.mark.parametrize("near", [AOMORI, AKITA])
def test_the_rules_of_a_check_find_nothing_wrong_between_a_file_and_its_mirror(near: Path) -> None:
    original = of_file(near)
    found = mirror(original, original.dialect)
    texts = [(near.name, near.read_text(encoding="utf-8")), ("far.cfg", found.text)]
    report = check([read_configuration(file, text) for file, text in texts])
    (pair,) = report.pairs
    assert pair.verdict.comes_up
    assert not [r for r in report.remarks if r.severity.value == "error"]


@pytest.mark.parametrize(("path", "target"), OTHERS, ids=lambda x: getattr(x, "stem", x))
def test_another_maker_s_far_end_is_not_written_and_that_is_told_with_its_line(
    path: Path, target: str
) -> None:
    original = of_file(path)
    (wire,) = original.gateway.pseudowires
    assert wire.source
    with pytest.raises(MirrorError) as caught:
        mirror(original, target)
    told = str(caught.value)
    assert told.startswith(f"{path.name}:{wire.source.line}: error: {wire.interface} carries Ethernet by ")
    assert "let routers of one maker stand at both ends" in told


@pytest.mark.parametrize(("path", "target"), OTHERS, ids=lambda x: getattr(x, "stem", x))
def test_no_half_tunnel_is_written_and_nothing_is_proved(path: Path, target: str) -> None:
    original = of_file(path)
    (wire,) = original.gateway.pseudowires
    found = translate(original, target)
    assert not found.holds
    assert found.proofs == ()
    (finding,) = found.wrong
    assert finding.source == wire.source
    assert found.comments().count("carries Ethernet by") == 1
    for sentence in (finding.message, finding.remedy):
        assert not (in_japanese(sentence) or "a").isascii()
    lowered = by_name(target).lower(found.text, "new.cfg")
    assert not lowered.findings
    made = lowered.gateway
    assert (made.tunnels, made.pseudowires, made.bridges) == ((), (), ())
    assert "two-ends-one-lan" not in found.text
    assert "tunnel" not in found.text.lower()
    opened = [x for x in found.lines if x.line >= wire.source.line and "tunnel" in x.words]
    assert opened
    assert all(x.fate is Fate.IMPOSSIBLE for x in opened if "tunnel" in x.words)


@pytest.mark.parametrize("target", ["nec-ix", "awplus"])
def test_the_entry_of_a_map_that_carries_nothing_else_goes_with_it(target: str) -> None:
    with pytest.raises(MirrorError, match=r"shiogama.cfg:\d+: error: GigabitEthernet0/1 carries Ethernet"):
        mirror(cisco(), target)
    found = translate(cisco(), target)
    assert found.proofs == ()
    assert [f.name for f in found.wrong] == ["GigabitEthernet0/1"]
    gateway = by_name(target).lower(found.text, "new.cfg").gateway
    assert not gateway.tunnels
    assert len(gateway.interfaces) == 2, "the port of the LAN is a port all the same"


def clean_with(near: str, found: Mirror) -> None:
    """The mirror is proved, and the rules of a check find nothing wrong between the two files."""
    assert found.holds, found.comments()
    report = check([read_configuration(*pair) for pair in (("near.cfg", near), ("far.cfg", found.text))])
    assert any(pair.verdict.comes_up for pair in report.pairs)
    assert not [r for r in report.remarks if r.severity is not Gravity.NOTE]


@pytest.mark.parametrize("kind", WIRES)
@pytest.mark.parametrize("protected", [True, False])
def test_in_cisco_s_own_language_an_xconnect_stays_as_it_is(kind: str, protected: bool) -> None:
    original = cisco(kind, "" if protected else " crypto map M\n")
    found = translate(original, "cisco-ios")
    assert found.holds, found.comments()
    assert bool(found.proofs) is protected
    assert not [x for x in found.lines if x.fate is Fate.IMPOSSIBLE and "l2tp" in x.words]
    made = by_name("cisco-ios").lower(found.text, "new.cfg").gateway
    assert made.pseudowires == original.gateway.pseudowires
    assert made.bridges == original.gateway.bridges
    assert "pseudowire-class lan" in found.text
    assert "between-us" not in found.comments()


@pytest.mark.parametrize("kind", WIRES)
def test_the_far_end_of_an_xconnect_has_what_is_ours_for_the_peer_s(kind: str) -> None:
    original = cisco(kind)
    found = mirror(original, "cisco-ios")
    clean_with(original.text, found)
    made = written(found)
    (near,), (far,) = original.gateway.pseudowires, made.pseudowires
    assert (near.peer, far.peer) == (ip_address("198.51.100.2"), ip_address("192.0.2.2"))
    assert far.source_address == "GigabitEthernet0/0"
    assert made.bridges == (Bridge(name="GigabitEthernet0/1", ports=("GigabitEthernet0/1",)),)
    assert any(told.startswith("GigabitEthernet0/1: which port it is") for told in found.placeholders)
    ours, theirs = near.encapsulation, far.encapsulation
    assert isinstance(ours, L2tpv3)
    assert isinstance(theirs, L2tpv3)
    assert theirs.end_id == ours.end_id
    if ours.control and theirs.control:
        assert replace(theirs.control, host_name=ours.control.host_name) == ours.control
        assert not theirs.control.host_name, "its name is its own"
    if kind == "static":
        assert theirs.static == PseudowireSession(
            local_id=111,
            remote_id=222,
            local_cookie=bytes.fromhex("9abcdef012345678"),
            remote_cookie=(54321).to_bytes(4, "big"),
        )


def test_ends_of_their_own_and_several_ports_have_a_far_end_too() -> None:
    """Two ports and a LAN by one entry of a map, from loopback to loopback in tunnel mode."""
    text = cisco("negotiated").text
    for old, new in (
        (" mode transport\n", ""),
        ("host 192.0.2.2 host 198.51.100.2", "host 10.0.0.1 host 10.0.0.2\n" + LANS),
        ("local interface GigabitEthernet0/0", "local interface Loopback0"),
        (" xconnect 198.51.100.2 123 pw-class lan", MORE_PORTS),
    ):
        assert old in text
        text = text.replace(old, new)
    original = read("shiogama.cfg", text, by_name("cisco-ios"))
    found = mirror(original, "cisco-ios")
    clean_with(text, found)
    made = written(found)
    assert [(w.interface, str(w.peer), w.source_address) for w in made.pseudowires] == [
        ("GigabitEthernet0/2", "10.0.0.1", "Loopback0"),
        ("GigabitEthernet0/3", "10.0.0.1", "Loopback0"),
    ]
    (inner, lan) = (made.interface(name) for name in ("Loopback0", "GigabitEthernet0/1"))
    assert inner
    assert lan
    assert [str(a) for a in (*inner.addresses, *lan.addresses)] == ["10.0.0.2/32", "10.2.0.1/24"]


def test_an_end_whose_address_is_leased_is_made_up_for_the_far_end() -> None:
    text = CISCO.replace("ip address 192.0.2.2 255.255.255.0", "ip address dhcp").replace(
        "host 192.0.2.2", "any"
    )
    found = mirror(
        read("leased.cfg", text.replace("ip route 0.0.0.0 0.0.0.0 192.0.2.1\n", ""), by_name("cisco-ios")),
        "cisco-ios",
    )
    assert found.holds
    (wire,) = written(found).pseudowires
    assert any(f"{wire.peer} is made up" in told for told in found.placeholders)


def test_without_ipsec_there_is_nothing_to_mirror() -> None:
    text = AOMORI.read_text().replace(" tunnel protection ipsec\n", "")
    with pytest.raises(MirrorError, match="tunnel1 carries Ethernet by L2TPv3 over UDP without one"):
        mirror(read("plain.cfg", text, by_name("awplus")), "awplus")


def test_the_command_ends_with_1_and_machines_are_told() -> None:
    done = run("translate", "--to", "cisco-ios", "--json", str(AKITA))
    assert done.exit_code == 1
    told = json.loads(done.stdout)
    assert told["proved"] is False
    assert told["tunnels"] == []
    (error,) = told["errors"]
    assert "akita.cfg:23: error: Tunnel0.0 carries Ethernet by EtherIP" in error
