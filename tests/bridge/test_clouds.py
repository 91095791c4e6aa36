"""A cloud of many members: another member in the same language, and in another one the truth."""

from pathlib import Path

import pytest

from kakehashi.bridge.account import Fate
from kakehashi.bridge.mirror import Mirror, MirrorError, mirror
from kakehashi.bridge.reading import Read, read
from kakehashi.bridge.translate import translate
from kakehashi.check.japanese.translate import translate as in_japanese
from kakehashi.check.run import check
from kakehashi.check_reading import read_configuration
from kakehashi.dialects.registry import by_name
from kakehashi.model.finding import Severity
from kakehashi.model.multipoint import Multipoint, NextHopServer, Nhrp

EXAMPLES = Path(__file__).parents[2] / "examples" / "ios-dmvpn"
NAMES = ("hub", "bern", "oslo")
SECRETS = ("c10ud-wide-key",)
POLICY = """\
crypto isakmp policy 10
 encr aes 256
 hash sha256
 authentication pre-share
 group 14
crypto isakmp key c10ud-wide-key address 0.0.0.0 0.0.0.0
"""
"""Instead of what IKEv2 has."""


def text_of(name: str) -> str:
    return (EXAMPLES / f"{name}.cfg").read_text()


def device(text: str) -> Read:
    return read("near.cfg", text, by_name("cisco-ios"))


def by_ikev1(name: str) -> str:
    text = text_of(name)
    begin, end = text.index("crypto ikev2 keyring"), text.index("crypto ipsec transform-set")
    return text[:begin] + POLICY + text[end:].replace(" set ikev2-profile CLOUD\n", "")


def in_the_clear(name: str) -> str:
    text = text_of(name)
    begin, end = text.index("crypto ikev2 keyring"), text.index("interface GigabitEthernet0/0")
    return text[:begin] + text[end:].replace(" tunnel protection ipsec profile CLOUD\n", "")


def cloud(text: str) -> Multipoint:
    (found,) = device(text).gateway.multipoints
    return found


def nhrp(text: str) -> Nhrp:
    found = cloud(text).nhrp_of(4)
    assert found
    return found


def far(text: str) -> Mirror:
    found = mirror(device(text), "cisco-ios")
    assert found.holds, (found.proof, found.wrong)
    return found


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("made", [text_of, by_ikev1, in_the_clear])
def test_in_its_own_language_it_comes_back_whole(name: str, made) -> None:
    near = device(made(name))
    found = translate(near, "cisco-ios")
    assert found.holds, found.comments()
    assert [str(p) for p in found.proofs] == ["Tunnel0 comes up and survives its rekeys"]
    again = device(found.text).gateway
    assert again.multipoints == near.gateway.multipoints
    assert again.tunnels == near.gateway.tunnels
    assert again.routes == near.gateway.routes
    assert not [x for x in found.lines if x.fate is Fate.IMPOSSIBLE]


@pytest.mark.parametrize("name", NAMES)
def test_what_was_written_is_of_the_same_cloud_as_the_others(name: str) -> None:
    texts = {other: text_of(other) for other in NAMES}
    texts[name] = translate(device(texts[name]), "cisco-ios").text
    read_texts = [read_configuration(f"{other}.cfg", text) for other, text in texts.items()]
    report = check(read_texts)
    assert [r.message for r in report.remarks if r.severity.value == "error"] == []


def test_of_a_spoke_the_hub_is_written() -> None:
    found = far(text_of("oslo"))
    hub, near = nhrp(found.text), nhrp(text_of("oslo"))
    assert (hub.network_id, hub.authentication, hub.holding_time) == (1, near.authentication, 300)
    assert (hub.servers, hub.multicast_dynamic, hub.redirect, hub.shortcut) == ((), True, True, False)
    for line in (
        " ip address 192.0.2.2 255.255.255.0",
        " ip address 10.255.0.1 255.255.255.0",
        " tunnel mode gre multipoint",
        " tunnel key 1",
        "ip route 10.2.0.0 255.255.255.0 Tunnel0 10.255.0.2",
        " match identity remote address 0.0.0.0",
        "  address 0.0.0.0 0.0.0.0",
        " mode transport",
    ):
        assert line in found.text.splitlines(), line
    assert "the far end's own network: 192.168.254.0/24 is made up" in " ".join(found.placeholders)


@pytest.mark.parametrize("name", NAMES)
def test_without_ipsec_the_other_member_has_none_either(name: str) -> None:
    found = far(in_the_clear(name))
    assert cloud(found.text).gre == cloud(in_the_clear(name)).gre
    assert not cloud(found.text).protected
    assert "crypto" not in found.text


def test_of_a_hub_a_spoke_is_written_and_what_the_hub_cannot_know_is_told() -> None:
    found = far(text_of("hub"))
    spoke = nhrp(found.text)
    (server,) = spoke.servers
    (hub,) = device(text_of("oslo")).gateway.multipoints[0].nhrp[0].servers
    assert isinstance(server, NextHopServer)
    assert server == hub
    assert (spoke.shortcut, spoke.redirect, spoke.multicast_dynamic) == (True, False, False)
    told = " ".join(found.placeholders)
    assert "which of 2 peers it is: 10.255.0.2 is taken" in told
    assert "the far end's address: it is taken by DHCP" in told
    routes = [line for line in found.text.splitlines() if line.startswith("ip route")]
    # The network of the other spoke is reached by the hub until there is a shorter way.
    assert routes == [f"ip route 10.{n}.0.0 255.255.255.0 Tunnel0 10.255.0.1" for n in (1, 3)]


def test_a_hub_that_knows_of_nobody_gets_a_spoke_of_made_up_addresses() -> None:
    text = "".join(line for line in text_of("hub").splitlines(True) if "10.255.0.2" not in line)
    text = "".join(line for line in text.splitlines(True) if "10.255.0.3" not in line)
    found = far(text)
    assert "its address in the tunnel; 10.255.0.2 is made up" in " ".join(found.placeholders)
    marked = found.text.splitlines()
    at = marked.index(" ip address 10.255.0.2 255.255.255.0")
    assert [line for line in marked[at - 2 : at] if "placeholder" in line]


@pytest.mark.parametrize("name", ["hub", "oslo"])
def test_under_ikev1_likewise(name: str) -> None:
    found = far(by_ikev1(name))
    assert "crypto isakmp key c10ud-wide-key address 0.0.0.0 0.0.0.0" in found.text
    assert "crypto ikev2" not in found.text


def test_who_is_let_in_by_address_has_one_of_those() -> None:
    narrow = " match identity remote address 203.0.113.0 255.255.255.0"
    text = text_of("hub").replace(" match identity remote address 0.0.0.0", narrow)
    found = far(text)
    assert " ip address 203.0.113.1 255.255.255.0" in found.text
    assert narrow in translate(device(text), "cisco-ios").text.splitlines()


def test_static_maps_and_every_line_of_nhrp_come_back() -> None:
    lines = (
        " ip nhrp map 10.255.0.9 203.0.113.9\n ip nhrp map multicast 203.0.113.9\n"
        " ip nhrp nhs 10.255.0.8 nbma 203.0.113.8 priority 7\n ip nhrp registration timeout 30\n"
        " ip nhrp registration no-unique\n ip nhrp shortcut\n"
    )
    text = text_of("hub").replace(" ip nhrp redirect\n", f" ip nhrp redirect\n{lines}")
    assert nhrp(text).next_hops
    assert cloud(translate(device(text), "cisco-ios").text) == cloud(text)


def test_members_that_do_not_register_with_each_other_are_not_proved() -> None:
    lone = mirror(device(text_of("oslo").replace("10.255.0.1 nbma 192.0.2.2", "10.255.0.1")), "cisco-ios")
    assert not lone.holds
    assert lone.proof.reason == "neither of the two registers with the other"


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(("target", "title"), [("nec-ix", "NEC IX"), ("awplus", "AlliedWare Plus")])
def test_for_others_nothing_of_it_is_written_and_one_finding_says_so(
    name: str, target: str, title: str
) -> None:
    near = device(text_of(name))
    found = translate(near, target)
    (finding,) = found.wrong
    tunnel = text_of(name).splitlines().index("interface Tunnel0") + 1
    assert (finding.code, finding.severity) == ("multipoint-unsaid", Severity.ERROR)
    assert finding.source
    assert finding.source.line == tunnel
    assert title in finding.message
    assert "write a tunnel for each of its peers" in finding.remedy
    for said in (finding.message, finding.remedy):
        assert in_japanese(said) not in (None, said)
    assert (found.holds, found.proofs, found.changes) == (False, (), ())
    again = by_name(target).lower(found.text, "new.cfg")
    assert again.gateway.tunnels == ()
    assert not [line for line in found.text.splitlines() if "unnel" in line or "10.255.0." in line]
    assert "Tunnel0 has many peers" in found.comments()
    with pytest.raises(MirrorError, match=f"{tunnel}: error: Tunnel0 has many peers by NHRP"):
        mirror(near, target)


@pytest.mark.parametrize("target", ["nec-ix", "awplus"])
def test_every_line_of_it_is_told_as_impossible(target: str) -> None:
    text = text_of("hub")
    found = {x.line: x for x in translate(device(text), target).lines}
    lines = text.splitlines()
    first = lines.index("interface Tunnel0")
    ours = [n for n, line in enumerate(lines, start=1) if n > first and line.startswith((" ", "interface T"))]
    assert len(ours) > 10
    assert {found[n].fate for n in ours} == {Fate.IMPOSSIBLE}
    assert all(found[n].reason for n in ours)


def test_a_way_of_many_peers_that_only_alliedware_plus_has_is_told_of() -> None:
    text = (
        "hostname otaru\ninterface eth1\n ip address 192.0.2.2/24\ninterface tunnel0\n"
        " tunnel mode gre multipoint\n tunnel source eth1\n ip address 10.255.0.1/24\n"
    )
    near = read("near.cfg", text, by_name("awplus"))
    assert near.gateway.multipoints
    found = translate(near, "cisco-ios")
    (finding,) = found.wrong
    assert "a way that AlliedWare Plus has alone" in finding.message
    assert in_japanese(finding.message) not in (None, finding.message)
    assert "unnel" not in found.text


@pytest.mark.parametrize("name", NAMES)
def test_no_key_stands_in_what_is_told(name: str) -> None:
    near = device(text_of(name))
    told = "".join(translate(near, t).comments() for t in ("nec-ix", "cisco-ios", "awplus"))
    told += mirror(near, "cisco-ios").comments()
    assert not [secret for secret in SECRETS if secret in told]
    assert "authentication c10ud" not in told
