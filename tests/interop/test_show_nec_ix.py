"""What a NEC IX shows of two running tunnels, field by field, against what strongSwan knows of them.

Layouts are those of listings 2.25.6, 2.25.17 and 2.25.18 for IKEv2, of 2.22.7.6 and a transcript of the device for
IKEv1; `<name>` is a value that the peer tells.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

import pytest

from tests.interop import ikev1
from tests.interop.network import Network
from tests.interop.ours import Ours, configuration
from tests.interop.shown import (
    NUMBER,
    Between,
    Like,
    Truth,
    ask,
    differences,
    keys,
    left,
    mac,
    requests,
    send_echoes,
    swan_sa,
)
from tests.interop.strongswan import StrongSwan, connection

pytestmark = [pytest.mark.root, pytest.mark.interop]

TIME = r"(20\d\d/\d\d/\d\d \d\d:\d\d:\d\d)"

IKE_SA = """\
Interface Tunnel0.0
  SPI (I)0x<spi_i>  (R)0x<spi_r>
    Remain lifetime[sec] : <ike_left>
    Serial : <number>
    Direction : initiator
    Local Addr  : 198.51.100.1:4500
    Remote Addr : 203.0.113.1:4500
    Local ID : KEY-ID ours
    Peer ID  : KEY-ID peer
    Status : establish
    Local message ID : <requests_got>
    Peer message ID  : <requests_made>
    Encryption alg : AES-CBC-256
      initiator key : 0x<Sk_ei>
      responder key : 0x<Sk_er>
    Integrity alg : HMAC-SHA2-256
      initiator key : 0x<Sk_ai>
      responder key : 0x<Sk_ar>
    PRF alg  : HMAC-SHA2-256
    DH group : MODP-2048
    PFS : MODP-1536
    DPD : interval 30[sec]
    NAT detection : both sides
    NAT-T keepalive interval[sec] : 20
    Child
      Prot SPI(IN)    SPI(OUT)   Lifetime[sec]
      ESP  0x<spi_in> 0x<spi_out> <child_left>
"""
CHILD_SA = """\
Interface Tunnel0.0
  IKE Peer ID : KEY-ID peer
    IKE SPI (I)0x<spi_i>  (R)0x<spi_r>
    IKE SA serial : <number>
    Child SA
      Protocol : ESP
      Local Addr : 198.51.100.1
      Peer Addr  : 203.0.113.1
      Enc alg  : AES-CBC-256
      Hash alg : HMAC-SHA2-256
      Remain lifetime[sec] : <child_left>
      Anti-replay : on
      Direction is outbound
        SPI : 0x<spi_out>
        Serial : <number>
        Authkey : 0x<integrity_responder>
        Enckey  : 0x<encryption_responder>
      Direction is inbound
        SPI : 0x<spi_in>
        Serial : <number>
        Authkey : 0x<integrity_initiator>
        Enckey  : 0x<encryption_initiator>
      Local TS:
      TS type : IPV4-ADDR-RANGE
        Protocol 0
        Address Range 192.168.10.0 to 192.168.10.255
        Port Range 0 to 65535
      Peer TS:
      TS type : IPV4-ADDR-RANGE
        Protocol 0
        Address Range 192.168.20.0 to 192.168.20.255
        Port Range 0 to 65535
    Statistics
      Outbound
        <packets_out> packets, <octets_out> octets
        0 cipher failure,  0 out of memory, 0 ts unacceptable
        <of_the_host> misc error
      Inbound
        <packets_in> packets, <octets_in> octets
        0 invalid sa, 0 replay detected, 0 integrity failure
        0 cipher failure, 0 packet truncated, 0 invalid padding,
        0 unknown protocol, 0 out of memory, 0 ts unacceptable
        0 misc error
    History
      Time                Event
      <time> Create
      <time> Delete : Delete IKE SA by command
      <time> Create
"""
TUNNEL_STATUS = """\
Interface Tunnel0.0
  Tunnel mode is ipsec-ikev2
  Tunnel is up
  Host interface : Tunnel0.0
  MTU : 1422
  Path : 198.51.100.1:4500 > 203.0.113.1:4500
  IKE SA : 1, Child SA : 1
  Outbound : <packets_out> packets, <octets_out> octets
  Inbound  : <packets_in> packets, <octets_in> octets
"""
INTERFACE = """\
Interface Tunnel0.0 is up
  Device of the host is Tunnel0.0
  Logical INTERFACE:
    <packets_in> packets input, <octets_in> bytes, 0 errors
    <packets_out> packets output, <octets_out> bytes, <of_the_host> errors
  Encapsulation TUNNEL:
    Tunnel mode is ipsec-ikev2
    Tunnel is ready
    Destination address is 203.0.113.1
    Source address is 198.51.100.1
    Outgoing interface is GigaEthernet0.0
    Interface MTU is 1422
    Path MTU is 1500
"""
WAN = """\
Interface GigaEthernet0.0 is up
  Fundamental MTU is 1500 octets
  Device of the host is wan0, MAC address is <mac>
  Logical INTERFACE:
    <number> packets input, <number> bytes, 0 errors
    <number> packets output, <number> bytes, 0 errors
"""
ADDRESSES = """\
Interface GigaEthernet0.0 is up
  Internet address is 198.51.100.1/24
Interface GigaEthernet1.0 is up
  Internet address is 192.168.10.1/24
Interface Tunnel0.0 is up
  Interface is unnumbered, using address of GigaEthernet1.0 (192.168.10.1)
"""
ARP = """\
ARP Table - 1 entries
  Address         MAC Address        Interface
  198.51.100.254  <router_mac>  GigaEthernet0.0
"""
ISAKMP_SA = """\
ISAKMP SA - 2 configured, 1 created
Local address is 198.51.100.1, port is 4500
Remote address is 198.51.100.254, port is <nat_port>
  IKE policy name is pol
  Direction is responder
  Initiator's cookie is 0x<spi_i>
  Responder's cookie is 0x<spi_r>
  Exchange type is aggressive mode
  NAT-Traversal RFC3947
  NAT detected at remote side
  State is established
  Authentication method is pre-shared
  Encryption algorithm is aes-256
  Hash algorithm is sha2-256
  DH group is modp2048, lifetime is <ike_left> seconds
"""
ISAKMP_SA_BRIEF = """\
ISAKMP SA - 2 configured, 1 created
Policy                         Initiator          Responder          Life(secs)
pol                            0x<spi_i> 0x<spi_r>  <ike_left>
"""
IPSEC_SA = """\
IPsec SA - 2 configured, 2 created
Interface is Tunnel0.0
  Key policy map name is map
    UDP encapsulation Tunnel mode, 4-over-4, dynamic-map
    Local address is 198.51.100.1, port is 4500
    Remote address is 198.51.100.254, port is <nat_port>
    Outgoing interface is GigaEthernet0.0
    Interface MTU is 1422, path MTU is 1500
    Inbound:
      ESP, SPI is 0x<spi_in>(<spi_in_decimal>)
        Transform is ESP-AES-256-HMAC-SHA2-256-128
        Remaining lifetime is <child_left> seconds
      Replay detection support is on
    Outbound:
      ESP, SPI is 0x<spi_out>(<spi_out_decimal>)
        Transform is ESP-AES-256-HMAC-SHA2-256-128
        Remaining lifetime is <child_left> seconds
      Replay detection support is on
    Perfect forward secrecy is off
"""
IPSEC_SA_BRIEF = """\
IPsec SA - 2 configured, 2 created
Policy map                       Dir   Type   SPI          Life(secs/bytes)
map                              IN    ESP    0x<spi_in>    <child_left>/-
map                              OUT   ESP    0x<spi_out>    <child_left>/-
"""
POLICY = """\
IPsec policy - 2 configured
Interface is Tunnel0.0
  Key policy map name is map
    Tunnel mode, dynamic-map
    ID payload is sent
    Fragmentation is before encryption
Interface is Tunnel1.0
  Key policy map name is known
    Tunnel mode, autokey-map
    ID payload is sent
    Fragmentation is after encryption, MTU is ignored
"""
AUTOKEY_MAP = """\
Autokey map - 1 configured
Autokey map name is known, IPv4
  Remote address is 203.0.113.9
  IKE policy is other
  Autokey proposal is strong
  Perfect forward secrecy is 2048-bit
  Local ID is 0.0.0.0/0
  Remote ID is 0.0.0.0/0
  Commit bit is off
  Replay detection support is off
  Rekey is 90 seconds before the end
"""
DYNAMIC_MAP = """\
Dynamic map - 1 configured
Dynamic map name is map, IPv4
  IKE policy is pol, to begin with
  Autokey proposal is p2
  Perfect forward secrecy is off
  Local ID is 192.168.10.0/24
  Remote ID is 192.168.20.0/24
  Commit bit is off
  Replay detection support is on
  Rekey is 60 seconds before the end
"""
AUTOKEY_PROPOSAL = """\
Autokey proposal - 2 configured
Autokey proposal name is p2
  Transform is ESP-AES-256-HMAC-SHA2-256-128
  Lifetime is 28800 seconds
Autokey proposal name is strong
  Transform is ESP-AES-192-HMAC-SHA2-512-256
  Lifetime is 3600 seconds, 4000 kilobytes
"""

# Row, command, layout. Of IKEv2, then of IKEv1.
IKEV2 = [
    ("V2-50", "ikev2 sa", IKE_SA),
    ("V2-50", "ikev2 sa interface Tunnel0.0", IKE_SA),
    ("V2-51", "ikev2 child-sa", CHILD_SA),
    ("V2-51", "tunnel status", TUNNEL_STATUS),
    ("V2-17", "interfaces Tunnel0.0", INTERFACE),
    ("V1-24", "interfaces GigaEthernet0.0", WAN),
    ("V1-24", "ip address", ADDRESSES),
    ("V1-24", "arp entry", ARP),
]
IKEV1 = [
    ("V1-50", "ipsec policy", POLICY),
    ("V1-50", "ipsec autokey-map", AUTOKEY_MAP),
    ("V1-50", "ipsec dynamic-map", DYNAMIC_MAP),
    ("V1-50", "ipsec autokey-proposal", AUTOKEY_PROPOSAL),
    ("V1-50", "ipsec sa-autorefresh", "IPsec SA autorefresh is on"),
    ("V1-50", "ipsec delete-notify", "IPsec delete notify is on, 100 packets in 30 seconds"),
    ("V1-51", "ike sa", ISAKMP_SA),
    ("V1-51", "ike sa brief", ISAKMP_SA_BRIEF),
    ("V1-52", "ipsec sa", IPSEC_SA),
    ("V1-52", "ipsec sa brief", IPSEC_SA_BRIEF),
]


@dataclass(frozen=True)
class Lab:
    """What was shown while all was up, what is true of it, and what was shown after `clear`."""

    shown: dict[str, str]
    truth: Truth
    cleared: dict[str, str]
    peer_after: str
    began: datetime


@pytest.fixture(scope="module")
def ikev2(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """Behind a NAT; cleared once, made anew, its Child SA renewed by the peer, traffic passed."""
    folder = tmp_path_factory.mktemp("ikev2")
    text = configuration(policy="  child-pfs 1536-bit\n  dpd interval 30\n  nat-traversal keepalive 20")
    swan = connection(
        network := Network(nat="ours"), esp="aes256-sha256-modp1536", remote="%any",
    )  # fmt: skip
    with (
        network,
        StrongSwan(network, folder / "peer", swan, levels="default = 1\n ike = 4\n chd = 4") as peer,
        Ours(network, folder / "ours", text) as ours,
    ):
        began = datetime.now()
        assert network.ping(network.ours, network.OUR_LAN, network.PEER_LAN)
        ask(ours, "clear", "ikev2 sa")
        peer.until_forgotten()
        ours.until(lambda: not ours.status()["ike_sas"], "its answer")
        before = len(peer.log)
        assert network.ping(network.ours, network.OUR_LAN, network.PEER_LAN)
        peer.swanctl("--rekey", "--child", "net")
        ours.until_logged("child-sa-rekeyed")
        # Until the peer has taken the old pair back, our packets may go by that.
        ours.until(lambda: len(ours.status()["ike_sas"][0]["children"]) == 1, "the old pair to go")
        send_echoes(network, ours)
        earlier = swan_sa(peer.sas())
        shown = {command: ask(ours, "show", command) for _, command, _ in IKEV2}
        sa, log = swan_sa(peer.sas()), peer.log[before:]
        got, made = requests(log)
        truth: Truth = {
            "spi_i": sa.spi_i,
            "spi_r": sa.spi_r,
            "spi_in": sa.spi_out,
            "spi_out": sa.spi_in,
            "ike_left": left(86400, sa.age, earlier.age),
            "child_left": left(28800, sa.child_age, earlier.child_age),
            "requests_got": got,
            "requests_made": made,
            # One echo went by each of the two SAs before.
            "packets_out": sa.in_packets + 2,
            "octets_out": sa.in_octets + 2 * 84,
            "packets_in": sa.out_packets + 2,
            "octets_in": sa.out_octets + 2 * 84,
            "number": NUMBER,
            "mac": mac(network, network.ours, "wan0"),
            "router_mac": mac(network, network.router, "r-ours"),
            "time": Like(TIME),
            "of_the_host": Between(0, 9),  # its own IPv6 (MLD), which may come while no SA stands
            **{name.replace(" ", "_"): value for name, value in keys(log).items()},
        }
        ask(ours, "clear", "ikev2 sa Tunnel0.0")
        peer.until_forgotten()
        ours.until(lambda: not ours.status()["ike_sas"], "its answer")
        cleared = {command: ask(ours, "show", command) for _, command, _ in IKEV2}
        yield Lab(shown, truth, cleared, peer.sas(), began)


@pytest.fixture(scope="module")
def older(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """A site of unknown address behind a NAT, its IPsec SA renewed; a second tunnel that nobody answers."""
    folder = tmp_path_factory.mktemp("ikev1")
    lines = [
        "ike keepalive pol 10 3",
        "ike policy other peer 203.0.113.9 key another mode main p1",
        "ipsec autokey-proposal strong esp-aes-192 esp-sha2-512 lifetime time 3600 lifetime kilobytes 4000",
        "ipsec autokey-map known ipv4 peer 203.0.113.9 strong pfs 2048-bit",
        "no ipsec anti-replay known",
        "ipsec rekey remaining-lifetime policy known second 90",
        "ipsec delete-notify 100 30",
        "interface Tunnel1.0",
        "  tunnel mode ipsec",
        "  ip unnumbered GigaEthernet1.0",
        "  ipsec policy tunnel known mtu ignore",
        "  no shutdown",
        "ip route 192.168.29.0/24 Tunnel1.0",
    ]
    text = ikev1.configuration(
        mode="aggressive", peer="any", map_line="ipsec dynamic-map map ipv4 p2 ike pol", lines=lines
    )
    with (
        Network(nat="peer") as network,
        Ours(network, folder / "ours", text) as ours,
        StrongSwan(network, folder / "peer", ikev1.strongswan(network, mode="aggressive")) as peer,
    ):
        began = datetime.now()
        assert "successfully" in peer.initiate()
        ours.until(lambda: network.ping(network.ours, network.OUR_LAN, network.PEER_LAN, wait=1), "an echo")
        send_echoes(network, ours)
        peer.swanctl("--rekey", "--child", "net")
        ours.until_logged("child-sa-rekeyed")
        send_echoes(network, ours)
        ours.until(lambda: len(ours.status()["ipsec_sas"]) == 1, "the old pair to go")
        earlier = swan_sa(peer.sas())
        shown = {command: ask(ours, "show", command) for _, command, _ in IKEV1}
        sa = swan_sa(peer.sas())
        (isakmp,) = ours.status()["isakmp_sas"]
        flows = network.inside(network.router, "conntrack", "-L", "-p", "udp", "--dport", "4500", check=False)
        mapped = re.search(r"src=198\.51\.100\.1 dst=198\.51\.100\.254 sport=4500 dport=(\d+)", flows)
        truth: Truth = {
            "spi_i": sa.spi_i,
            "spi_r": sa.spi_r,
            "spi_in": sa.spi_out,
            "spi_out": sa.spi_in,
            "spi_in_decimal": int(sa.spi_out, 16),
            "spi_out_decimal": int(sa.spi_in, 16),
            "ike_left": left(isakmp["lifetime"], sa.age, earlier.age),
            "child_left": left(3960, sa.child_age, earlier.child_age),  # what the peer offered
            "nat_port": mapped[1] if mapped else isakmp["path"]["remote"]["port"],
        }
        ask(ours, "clear", "ike sa")
        peer.until_forgotten()
        cleared = {command: ask(ours, "show", command) for _, command, _ in IKEV1}
        yield Lab(shown, truth, cleared, peer.sas(), began)


@pytest.mark.parametrize(
    ("command", "layout"), [each[1:] for each in IKEV2], ids=[f"{r}-{c}" for r, c, _ in IKEV2]
)
def test_an_ikev2_tunnel_is_shown_as_it_is(ikev2: Lab, command: str, layout: str) -> None:
    assert differences(layout, ikev2.shown[command], ikev2.truth) == []


@pytest.mark.parametrize(
    ("command", "layout"), [each[1:] for each in IKEV1], ids=[f"{r}-{c}" for r, c, _ in IKEV1]
)
def test_an_ikev1_tunnel_is_shown_as_it_is(older: Lab, command: str, layout: str) -> None:
    assert differences(layout, older.shown[command], older.truth) == []


def test_history_is_told_in_its_order_with_the_times_of_the_day(ikev2: Lab) -> None:
    said = re.findall(TIME, ikev2.shown["ikev2 child-sa"])
    times = [datetime.strptime(text, "%Y/%m/%d %H:%M:%S") for text in said]
    assert times == sorted(times)
    assert ikev2.began.replace(microsecond=0) <= times[0]
    assert times[-1] <= datetime.now()


def test_clear_ikev2_sa_leaves_none_on_either_side(ikev2: Lab) -> None:
    """V2-53."""
    assert ikev2.cleared["ikev2 sa"] == ""
    assert "SPI" not in ikev2.cleared["ikev2 child-sa"]
    assert ikev2.cleared["ikev2 child-sa"].count("Delete : Delete IKE SA by command") == 2
    assert ikev2.peer_after == ""


def test_clear_ike_sa_leaves_none_on_either_side(older: Lab) -> None:
    assert older.cleared["ike sa"] == "ISAKMP SA - 2 configured, 0 created\n"
    assert older.cleared["ipsec sa"] == "IPsec SA - 2 configured, 0 created\n"
    assert older.peer_after == ""
