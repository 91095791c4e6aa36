"""What both ends of a pseudowire must agree upon, on pairs of configurations with a fault in one of them."""

from pathlib import Path

import pytest

from kakehashi.check.report import Remark, Severity
from kakehashi.check.run import check
from kakehashi.check_reading import read_configuration

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "awplus-l2tpv3"
AWPLUS = tuple((EXAMPLE / f"{name}.cfg").read_text() for name in ("aomori", "hakodate"))
CISCO = """\
hostname {name}
l2tp-class SITES
 digest secret {secret}
 cookie size 4
pseudowire-class LAN
 encapsulation l2tpv3
 protocol l2tpv3 SITES
 ip local interface GigabitEthernet0/0
crypto isakmp policy 10
 encryption aes 256
 hash sha256
 authentication pre-share
 group 14
crypto isakmp key two-ends-one-lan-2217 address {peer}
crypto ipsec transform-set STRONG esp-aes 256 esp-sha256-hmac
 mode transport
crypto map OUTSIDE 10 ipsec-isakmp
 set peer {peer}
 set transform-set STRONG
 match address FRAMES
ip access-list extended FRAMES
 permit 115 host {own} host {peer}
interface GigabitEthernet0/0
 ip address {own} 255.255.255.0
 crypto map OUTSIDE
interface GigabitEthernet0/1
 no ip address
 xconnect {peer} 100 pw-class LAN
ip route 0.0.0.0 0.0.0.0 {hop}
"""
MANUAL = (
    "pw-class LAN",
    "pw-class LAN\n  l2tp id {ids}\n  l2tp cookie local 4 {a}\n  l2tp cookie remote 4 {b}",
)


def cisco(**right: str) -> tuple[str, str]:
    left = {"name": "aomori", "own": "198.51.100.17", "peer": "203.0.113.22", "hop": "198.51.100.1"}
    other = {"name": "hakodate", "own": "203.0.113.22", "peer": "198.51.100.17", "hop": "203.0.113.1"}
    secret = {"secret": "between-the-two"}
    return CISCO.format(**left, **secret), CISCO.format(**{**other, **secret, **right})


def told(texts: tuple[str, str]) -> list[Remark]:
    files = ("aomori.cfg", "hakodate.cfg")
    read = [read_configuration(file, text) for file, text in zip(files, texts, strict=True)]
    return [r for r in check(read).remarks if r.severity is Severity.ERROR]


def rules(texts: tuple[str, str]) -> list[str]:
    return [remark.rule for remark in told(texts)]


def test_pairs_that_fit_have_no_errors() -> None:
    assert rules(AWPLUS) == [], "both routers are in one network, as they should be"
    assert rules(cisco()) == []
    manual = [
        text.replace(MANUAL[0], MANUAL[1].format(ids=ids, a=a, b=b))
        for text, ids, a, b in zip(cisco(), ("17 22", "22 17"), ("1", "2"), ("2", "1"), strict=True)
    ]
    assert rules((manual[0], manual[1])) == []


def test_session_ids_are_each_others() -> None:
    (remark,) = told((AWPLUS[0], AWPLUS[1].replace("remote id 17", "remote id 18")))
    assert remark.rule == "session-ids"
    assert "17" in remark.message
    assert "18" in remark.message
    assert [where.line for where in remark.where] == [17, 17]


def test_another_port_is_another_kind() -> None:
    odd = AWPLUS[1].replace("bridge 1\n!", "bridge 1\n!\nl2tp unmanaged port 1777\n!", 1)
    assert "pseudowire-kind" in rules((AWPLUS[0], odd))


@pytest.mark.parametrize("protected", [True, False])
@pytest.mark.parametrize("other", ["manual", "negotiated"])
def test_two_makers_cannot_meet_and_that_is_told(protected: bool, other: str) -> None:
    """AlliedWare Plus has L2TPv3 over UDP alone, Cisco IOS over IP alone."""
    left, right = AWPLUS[0], cisco()[1]
    if not protected:
        left = left.replace(" tunnel protection ipsec\n", "")
        right = right.replace(" crypto map OUTSIDE\n", "")
    if other == "manual":
        right = right.replace(MANUAL[0], "pw-class LAN\n  l2tp id 22 17")
    (remark,) = [remark for remark in told((left, right)) if remark.rule.startswith("pseudowire")]
    assert remark.rule == "pseudowire-kind"
    assert (
        "L2TPv3 over UDP port 1701 at one end and L2TPv3 over IP (protocol 115) at the other"
        in remark.message
    )
    assert "neither device has what the other has" in remark.message
    assert remark.fix.startswith("let routers of one maker stand at both ends of it")
    assert len(remark.where) == 2


def test_wires_without_any_tunnel_are_compared_too() -> None:
    left, right = (text.replace(" crypto map OUTSIDE\n", "") for text in cisco())
    assert set(rules((left, right))) == {"map-not-applied"}
    assert "control-secret" in rules((left, right.replace("secret between-the-two", "secret another")))
    assert "pseudowire-number" in rules((left, right.replace(" 100 pw-class", " 101 pw-class")))


def test_it_is_said_where_frames_go_in_the_clear() -> None:
    def clear(texts: tuple[str, str]) -> list[int]:
        read = [read_configuration(f"{n}.cfg", text) for n, text in enumerate(texts)]
        found = [r for r in check(read).remarks if r.rule == "in-the-clear"]
        return [source.line for r in found for source in r.where]

    protected = cisco()
    assert clear(protected) == clear(AWPLUS) == []
    bare = tuple(text.replace(" crypto map OUTSIDE\n", "") for text in protected)
    lines = [
        text.splitlines().index(next(x for x in text.splitlines() if "xconnect" in x)) + 1 for text in bare
    ]
    assert clear((bare[0], bare[1])) == lines
    left, right = (text.replace(" permit 115 ", " permit gre ") for text in protected)
    assert len(clear((left, right))) == 2


@pytest.mark.parametrize(
    ("old", "new", "rule"),
    [
        ("secret between-the-two", "secret another", "control-secret"),
        (" 100 pw-class", " 101 pw-class", "pseudowire-number"),
        ("pw-class LAN\nip route", "pw-class LAN\n  l2tp id 22 17\nip route", "pseudowire-control"),
    ],
)
def test_what_a_negotiation_stumbles_over(old: str, new: str, rule: str) -> None:
    left, right = cisco()
    assert old in right
    assert rule in rules((left, right.replace(old, new)))


def test_cookies_are_each_others_and_never_shown() -> None:
    left, right = (
        text.replace(MANUAL[0], MANUAL[1].format(ids=ids, a=a, b=b))
        for text, ids, a, b in zip(
            cisco(), ("17 22", "22 17"), ("1122867", "2"), ("2", "1122868"), strict=True
        )
    )
    (remark,) = told((left, right))
    assert remark.rule == "cookies"
    assert "112286" not in str(remark)
