"""L2TPv3 by `xconnect` as the device's configuration says it."""

from dataclasses import replace
from ipaddress import ip_address

import pytest

from kakehashi.dialects.cisco_ios import CiscoIos
from kakehashi.model.bridge import Bridge
from kakehashi.model.pseudowire import (
    ControlChannel,
    Digest,
    L2tpv3,
    PseudowireSession,
    Transport,
)
from kakehashi.model.secret import Secret
from tests.dialects.cisco_ios.reading import codes, lower

NEGOTIATED = """\
l2tp-class to-site
 digest secret 0 between-us hash sha
 hello 20
 hidden
 hostname here
 cookie size 8
 receive-window 16
 retransmit retries 9
 retransmit timeout max 4
!
pseudowire-class lan
 encapsulation l2tpv3
 protocol l2tpv3ietf to-site
 ip local interface Loopback0
 sequencing both
!
interface GigabitEthernet0/1
 no ip address
 xconnect 198.51.100.2 123 pw-class lan
!
interface GigabitEthernet0/2.10
 encapsulation dot1Q 10
 xconnect 198.51.100.2 124 pw-class lan
"""
STATIC = """\
pseudowire-class fixed
 encapsulation l2tpv3
 protocol none
 ip local interface Loopback0
interface GigabitEthernet0/1
 xconnect 198.51.100.2 123 encapsulation l2tpv3 manual pw-class fixed
  l2tp id 222 111
  l2tp cookie local 4 54321
  l2tp cookie remote 8 0x12345678 0x9ABCDEF0
"""
DEFAULTS = """\
pseudowire-class lan
 encapsulation l2tpv3
interface GigabitEthernet0/1
 xconnect 198.51.100.2 123 pw-class lan
"""
SUBINTERFACE = """\
pseudowire-class lan
 encapsulation l2tpv3
 interworking ethernet
interface GigabitEthernet0/1.10
 xconnect 198.51.100.2 123 pw-class lan
 shutdown
"""


def test_classes_say_how_control_connections_are_made() -> None:
    lowered = lower(NEGOTIATED)
    (port,) = lowered.gateway.pseudowires
    control = ControlChannel(
        host_name="here",
        secret=Secret(b"between-us"),
        digest=Digest.SHA1,
        hidden=True,
        hello=20,
        window=16,
        retries=9,
        longest_wait=4,
    )
    assert port.encapsulation == L2tpv3(end_id="123", cookie_size=8, sequencing=True, control=control)
    assert (port.interface, port.peer) == ("GigabitEthernet0/1", ip_address("198.51.100.2"))
    assert (port.source_address, port.enabled) == ("Loopback0", True)
    assert lowered.gateway.bridges == (Bridge(name=port.bridge, ports=("GigabitEthernet0/1",)),)
    assert "between-us" not in repr(lowered)
    assert codes(lowered).count("not-yet") == 1, "frames of one VLAN alone"


def test_a_session_that_is_configured_by_hand() -> None:
    (wire,) = lower(STATIC).gateway.pseudowires
    assert wire.encapsulation == L2tpv3(
        end_id="123",
        static=PseudowireSession(
            local_id=222,
            remote_id=111,
            local_cookie=(54321).to_bytes(4, "big"),
            remote_cookie=bytes.fromhex("9ABCDEF012345678"),
        ),
    )


def test_abbreviated_lines_and_lines_that_are_taken_back() -> None:
    text = NEGOTIATED.replace(" encapsulation l2tpv3", " encap l2tpv3").replace(
        " hello 20", " hel 20\n no hello"
    )
    (port,) = lower(text.replace(" xconnect 198.51.100.2 123", " xcon 198.51.100.2 123")).gateway.pseudowires
    assert port.encapsulation.control.hello == 60


def test_a_secret_of_type_7_is_read() -> None:
    text = NEGOTIATED.replace("secret 0 between-us", "secret 7 070C285F4D06")
    (wire,) = lower(text).gateway.pseudowires
    assert wire.encapsulation.control.secret == Secret(b"cisco")


@pytest.mark.parametrize("text", [NEGOTIATED, STATIC, DEFAULTS, SUBINTERFACE])
def test_what_is_written_of_it_says_the_same(text: str) -> None:
    gateway = lower(text).gateway
    rendered = CiscoIos().render(gateway)
    assert rendered.losses == ()
    again = lower(rendered.text)
    assert again.gateway == gateway
    assert not [code for code in codes(again) if code.startswith("unused")]


def test_classes_keep_their_names_and_one_name_is_one_class() -> None:
    both = NEGOTIATED.replace("/2.10", "/2") + (
        "interface GigabitEthernet0/3\n"
        " xconnect 198.51.100.2 125 encapsulation l2tpv3 manual pw-class lan\n"
        "  l2tp id 1 2\n"
    )
    gateway = lower(both).gateway
    text = CiscoIos().render(gateway).text
    opened = [line for line in text.splitlines() if "-class " in line and not line.startswith(" ")]
    assert opened == ["l2tp-class to-site", "pseudowire-class lan", "pseudowire-class lan-2"]
    assert lower(text).gateway == gateway


def test_xconnect_ends_the_block_of_its_interface() -> None:
    """What follows could be taken for one of its own lines."""
    lines = CiscoIos().render(lower(STATIC).gateway).text.splitlines()
    assert lines.index(" no shutdown") < lines.index("  l2tp id 222 111")


def test_what_the_device_has_no_words_for_is_told() -> None:
    gateway = lower(STATIC).gateway
    (wire,) = gateway.pseudowires
    by_udp = replace(wire, encapsulation=replace(wire.encapsulation, transport=Transport.UDP))
    rendered = CiscoIos().render(replace(gateway, pseudowires=(by_udp,)))
    assert "xconnect" not in rendered.text
    assert [loss.what for loss in rendered.losses] == ["pseudowire GigabitEthernet0/1 by L2TPv3 over UDP"]


@pytest.mark.parametrize(
    ("text", "old", "new", "code"),
    [
        (NEGOTIATED, "encapsulation l2tpv3", "encapsulation mpls", "not-yet"),
        (NEGOTIATED, "198.51.100.2 12", "nowhere 12", "xconnect-incomplete"),
        (NEGOTIATED, "protocol l2tpv3ietf to-site", "protocol l2tpv2", "not-yet"),
        (NEGOTIATED, "protocol l2tpv3ietf to-site", "protocol none", "xconnect-incomplete"),
        (NEGOTIATED, "l2tpv3ietf to-site", "l2tpv3ietf to-nobody", "undefined-l2tp-class"),
        (NEGOTIATED, "pw-class lan", "pw-class nobody", "undefined-pseudowire-class"),
        (STATIC, "l2tp id 222 111", "l2tp id 0 111", "session-id"),
        (STATIC, "l2tp id 222 111", "l2tp id 222", "session-id"),
    ],
)
def test_what_is_no_pseudowire_of_l2tpv3_is_none_and_that_is_told(
    text: str, old: str, new: str, code: str
) -> None:
    assert old in text
    lowered = lower(text.replace(old, new))
    assert lowered.gateway.pseudowires == ()
    assert code in codes(lowered)
