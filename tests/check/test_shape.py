"""Of pairs that are alike one negotiates for all; what differs negotiates by itself."""

from collections.abc import Mapping

import pytest

from kakehashi.check.device import Device
from kakehashi.check.pair import Pair, pair_tunnels
from kakehashi.check.shape import Crowd, NoShapeError, Shape, shape_of
from kakehashi.check.verdict import Judge, Verdict, speaking
from kakehashi.check_reading import read_configuration

SITES = 6

V2_CENTRE = """\
ip route default 203.0.113.1
ikev2 authentication psk id keyid centre key char key-of-the-centre
{keys}ikev2 default-profile
  child-pfs 2048-bit
  local-authentication psk id keyid centre
interface GigaEthernet0.0
  ip address 203.0.113.2/24
  no shutdown
{tunnels}"""
V2_KEY = "ikev2 authentication psk id keyid site{n} key char key-of-site-{n}\n"
V2_TUNNEL = """\
interface Tunnel{n}.0
  tunnel mode ipsec-ikev2
  ip unnumbered GigaEthernet0.0
  ikev2 peer any authentication psk id keyid site{n}
  no shutdown
"""
V2_SITE = """\
ip route default 198.51.100.1
ikev2 authentication psk id keyid centre key char key-of-the-centre
ikev2 authentication psk id keyid site{n} key char key-of-site-{n}
ikev2 default-profile
  child-pfs 2048-bit
  local-authentication psk id keyid site{n}
interface GigaEthernet0.0
  ip address 198.51.100.{n}/24
  no shutdown
interface Tunnel0.0
  tunnel mode ipsec-ikev2
  ip unnumbered GigaEthernet0.0
  ikev2 peer 203.0.113.2 authentication psk id keyid centre
  no shutdown
"""
V1_CENTRE = """\
ip route default 203.0.113.1
ike proposal p encryption aes-256 hash sha2-256 group 2048-bit
ipsec autokey-proposal p esp-aes-256 esp-sha2-256
interface GigaEthernet0.0
  ip address 203.0.113.2/24
  no shutdown
{tunnels}"""
V1_TUNNEL = """\
ike policy site{n} peer any key key-of-site-{n} mode aggressive p
ike remote-id site{n} keyid site{n}
ipsec dynamic-map site{n} ipv4 p ike site{n}
ipsec local-id site{n} 10.0.0.0/16
ipsec remote-id site{n} 10.1.{n}.0/24
interface Tunnel{n}.0
  tunnel mode ipsec
  ip unnumbered GigaEthernet0.0
  ipsec policy tunnel site{n}
  no shutdown
"""
V1_SITE = """\
ip route default 198.51.100.1
ike proposal p encryption aes-256 hash sha2-256 group 2048-bit
ike policy centre peer 203.0.113.2 key key-of-site-{n} mode aggressive p
ike local-id centre keyid site{n}
ipsec autokey-proposal p esp-aes-256 esp-sha2-256
ipsec autokey-map centre ipv4 peer 203.0.113.2 p
ipsec local-id centre 10.1.{n}.0/24
ipsec remote-id centre 10.0.0.0/16
interface GigaEthernet0.0
  ip address 198.51.100.{n}/24
  no shutdown
interface Tunnel0.0
  tunnel mode ipsec
  ip unnumbered GigaEthernet0.0
  ipsec policy tunnel centre
  no shutdown
"""


def texts(version: int) -> dict[str, str]:
    numbers = range(1, SITES + 1)
    if version == 2:
        keys, tunnels = ("".join(t.format(n=n) for n in numbers) for t in (V2_KEY, V2_TUNNEL))
        centre, site = V2_CENTRE.format(keys=keys, tunnels=tunnels), V2_SITE
    else:
        centre, site = V1_CENTRE.format(tunnels="".join(V1_TUNNEL.format(n=n) for n in numbers)), V1_SITE
    return {"centre": centre, **{f"site{n}": site.format(n=n) for n in numbers}}


def devices(texts: Mapping[str, str]) -> dict[str, Device]:
    return {name: Device(name, read_configuration(name, text).gateway) for name, text in texts.items()}


def pairs(found: Mapping[str, Device]) -> tuple[Pair, ...]:
    return pair_tunnels({name: device.gateway for name, device in found.items()}).pairs


def shape(pair: Pair, found: Mapping[str, Device]) -> Shape:
    ends = [found[end.device] for end in pair.ends]
    return shape_of(pair, speaking(pair, found), [Crowd(device) for device in ends], ends)


def told(verdict: Verdict) -> tuple[object, ...]:
    """What a report takes from a verdict."""
    attempts = [
        (a.begins, a.comes_up, a.survives_child_rekey, a.survives_ike_rekey)
        + ((a.sa.cipher, a.sa.integrity, a.sa.local_selectors, a.sa.remote_selectors) if a.sa else ())
        for a in verdict.attempts
    ]
    return (
        verdict.comes_up,
        verdict.survives_rekey,
        verdict.reason,
        verdict.addresses,
        verdict.one_way,
        attempts,
    )


@pytest.mark.parametrize("version", [1, 2])
def test_sites_of_one_centre_have_one_shape(version: int) -> None:
    found = devices(texts(version))
    assert len({shape(pair, found).key for pair in pairs(found)}) == 1


@pytest.mark.parametrize("version", [1, 2])
def test_what_one_pair_stands_for_is_what_each_would_find_by_itself(version: int) -> None:
    found = devices(texts(version))
    together = Judge(found)
    assert len(pairs(found)) == SITES
    for pair in pairs(found):
        assert told(together.judge(pair)) == told(Judge(found).judge(pair))


@pytest.mark.parametrize(
    ("old", "new", "comes_up"),
    [
        ("key char key-of-site-4", "key char key-of-site-5", False),
        ("  child-pfs 2048-bit\n", "  child-pfs 1536-bit\n", True),
        ("peer 203.0.113.2 authentication", "peer 203.0.113.3 authentication", False),
        ("keyid site4\ninterface", "keyid Site4\ninterface", False),
    ],
)
def test_the_one_that_is_wrong_among_many_is_found(old: str, new: str, comes_up: bool) -> None:
    several = texts(2)
    assert several["site4"].count(old) == 1
    several["site4"] = several["site4"].replace(old, new)
    found = devices(several)
    judge = Judge(found)
    verdicts = {pair.b.device: judge.judge(pair) for pair in pairs(found)}
    assert len(verdicts) >= SITES - 1
    for name, verdict in verdicts.items():
        assert (verdict.comes_up and verdict.survives_rekey) is (name != "site4")
        assert name != "site4" or verdict.comes_up is comes_up


def test_where_another_tunnel_could_be_meant_every_pair_is_one_of_a_kind() -> None:
    several = texts(2)
    several["centre"] += V2_TUNNEL.format(n=3).replace("Tunnel3.0", "Tunnel9.0")
    found = devices(several)
    alike: dict[str, Shape | None] = {}
    for pair in pairs(found):
        try:
            alike[pair.b.device] = shape(pair, found)
        except NoShapeError:
            alike[pair.b.device] = None
    assert {name for name, each in alike.items() if each is None} == {"site3"}


def test_networks_that_lie_otherwise_make_another_shape() -> None:
    several = texts(1)
    for file in ("centre", "site2"):  # within the centre's own network, and the same on both sides
        several[file] = several[file].replace("10.1.2.0/24", "10.0.2.0/24")
    found = devices(several)
    keys = {pair.b.device: shape(pair, found).key for pair in pairs(found)}
    assert keys["site2"] != keys["site1"]
    assert keys["site3"] == keys["site1"]
