"""What an AlliedWare Plus shows of running tunnels, field by field, against what strongSwan knows of them.

The manual names the commands and prints none of their outputs; the columns are those of public guides. `<name>` is a
value that the peer tells.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from tests.interop.network import Network
from tests.interop.ours import Ours
from tests.interop.shown import NUMBER, Truth, ask, differences, left, send_echoes, swan_sa
from tests.interop.strongswan import StrongSwan
from tests.interop.test_awplus import INTERFACES, assert_passes_both_ways, configuration, swan

pytestmark = [pytest.mark.root, pytest.mark.interop]

RULE = "-" * 80
ISAKMP_SA = f"""\
{RULE}
Peer             Cookies (initiator:responder)      Auth   Ver   Expires
  Encryption     Integrity         Group   DPD   NATT  State
{RULE}
203.0.113.1      <spi_i>:<spi_r>  PSK    <version>     <ike_left>s
  <ike>yes   yes   Established
"""
IPSEC_SA = f"""\
{RULE}
Peer             SPI (in:out)              Mode      Proto   Expires
  Encryption     Integrity         PFS
{RULE}
203.0.113.1      <spi_in>:<spi_out>         tunnel    ESP     <child_left>s
  <esp>
"""
ISAKMP_COUNTERS = """\
Name                                Value
------------------------------------------------
SAs established                     1
SAs half open                       0
Dropped, event_queue_full           0
Dropped, invalid_sa                 <number>
Dropped, packet_truncated           0
Dropped, send_failure               0
Dropped, unknown_gre                0
"""
IPSEC_COUNTERS = """\
Name                                Value
------------------------------------------------
InError                             0
InBufferError                       0
InHdrError                          0
InNoStates                          0
InStateProtoError                   0
InStateSeqError                     0
InTmplMismatch                      0
OutError                            <number>
OutStateProtoError                  0
OutPolBlock                         0
"""
IPSEC_PEER = """\
203.0.113.1
  IPsec
    Selectors (local:remote)
      Address:  0.0.0.0/0 : 0.0.0.0/0
      Protocol: any:any
      Port:     any:any
      Address:  ::/0 : ::/0
      Protocol: any:any
      Port:     any:any
    Profile:    strong
    SAs:
      SPI (In:Out): <spi_in>:<spi_out>
        Selectors:  192.168.10.0/24 : 192.168.20.0/24
        Proto:      ESP
        Mode:       tunnel
        Encryption: AES192
        Integrity:  SHA512
        Expires:    <child_left>s
  ISAKMP
    LocalID:    ours.example
    RemoteID:   peer.example
    SAs:
      Cookies:        <spi_i>:<spi_r>
        Ver:          2
        Lifetime:     <ike_left>s
        State:        Established
        Authentication: PSK
        Group:        15
        Encryption:   AES192
        Integrity:    SHA512
        NATT:         yes
        DPD:          yes
"""
IPSEC_POLICY = f"""\
Traffic Selector (addresses protocol ports interface)
  Profile                       Peer
{"-" * 72}
0.0.0.0/0 0.0.0.0/0 tunnel0
::/0 ::/0 tunnel0
  strong                        203.0.113.1
"""
KEYS = f"""\
Hostname/IP address                             Key
{RULE}
203.0.113.1                                     ********
"""
ISAKMP_PROFILE = """\
ISAKMP Profile: strong
  Version:          IKEv2
  Authentication:   PSK
  Expiry:           2h
  DPD Interval:     20s
  Transforms:
         Integrity  Encryption  DH Group
    1    SHA512     AES192      15
"""
IPSEC_PROFILE = """\
IPsec Profile: strong
  Replay-window:    32
  Expiry:           1h
  PFS group:        14
  Transforms:
         Protocol  Integrity  Encryption
    1    ESP       SHA512     AES192
"""
ISAKMP_PEER = f"""\
Peer                                    Profile (* incomplete)      Key
{RULE}
203.0.113.1                             <profile>                      PRESENT
"""
INTERFACE = """\
Interface tunnel0
  Link is UP, administrative state is UP
  Hardware is Tunnel
  IPv4 address 172.16.0.1/30 point-to-point 172.16.0.3
  metric 1 mtu 1406
  <UP,POINT-TO-POINT,RUNNING,MULTICAST>
  Tunnel source 198.51.100.1, destination 203.0.113.1
  Tunnel name local ours.example, remote peer.example
  Tunnel protocol/transport ipsec ipv4, key disabled, sequencing disabled
  Checksumming of packets disabled, path MTU discovery disabled
  Tunnel protection via IPsec (profile "strong")
    input packets <packets_in>, bytes <octets_in>, dropped 0, multicast packets 0
    output packets <packets_out>, bytes <octets_out>, multicast packets 0, broadcast packets 0
"""
# The manual's table of the default profiles (AW-04, AW-05).
DEFAULT_ISAKMP = [
    (integrity, encryption, group)
    for encryption in ("AES256", "AES128", "3DES")
    for integrity in ("SHA256", "SHA1")
    for group in ("14", "16")
]
DEFAULT_IPSEC = [
    ("SHA256", "AES256"), ("GCM16", "AES256"), ("GCM8", "AES256"), ("SHA1", "AES256"),
    ("SHA256", "AES128"), ("GCM16", "AES128"), ("GCM8", "AES128"), ("SHA1", "AES128"),
    ("SHA256", "3DES"), ("SHA1", "3DES"),
]  # fmt: skip

IKEV2 = [
    ("isakmp sa", ISAKMP_SA.replace("<ike>", "AES192         SHA512            15      ")),
    ("ipsec sa", IPSEC_SA),
    ("isakmp counters", ISAKMP_COUNTERS),
    ("ipsec counters", IPSEC_COUNTERS),
    ("ipsec peer", IPSEC_PEER),
    ("ipsec peer 203.0.113.1", IPSEC_PEER),
    ("ipsec policy", IPSEC_POLICY),
    ("isakmp key", KEYS),
    ("isakmp profile strong", ISAKMP_PROFILE),
    ("ipsec profile strong", IPSEC_PROFILE),
    ("isakmp peer", ISAKMP_PEER),
    ("interface tunnel0", INTERFACE.replace("<UP,POINT-TO-POINT,RUNNING,MULTICAST>", "<flags>")),
]
IKEV1 = [
    ("isakmp sa", ISAKMP_SA.replace("<ike>", "AES128         SHA1              2       ")),
    ("ipsec sa", IPSEC_SA),
    ("isakmp peer", ISAKMP_PEER),
]
DEFAULTS = ("isakmp profile default", "ipsec profile default")


@dataclass(frozen=True)
class Lab:
    """What was shown while all was up, what is true of it, and what was shown after `clear`."""

    shown: dict[str, str]
    truth: Truth
    cleared: dict[str, str]


def watch(
    network: Network, peer: StrongSwan, ours: Ours, commands: list[str], words: Truth, life: int
) -> Lab:
    """Let the peer renew the Child SA of IKEv2, send, ask, and clear. `life`: of the IKE SA.

    In IKEv1 a pair of ours and one of the peer's, made within half a minute, would be taken for a collision.
    """
    assert_passes_both_ways(network, ours)
    is_renewed = swan_sa(peer.sas()).version == 2
    if is_renewed:
        peer.swanctl("--rekey", "--child", "net")
        ours.until_logged("child-sa-rekeyed")
        # Until the peer has taken the old pair back, our packets may go by that.
        ours.until(lambda: ask(ours, "show", "ipsec sa").count("tunnel ") == 1, "the old pair to go")
    send_echoes(network, ours)
    earlier = swan_sa(peer.sas())
    shown = {command: ask(ours, "show", command) for command in commands}
    sa = swan_sa(peer.sas())
    truth: dict[str, object] = {
        "spi_i": sa.spi_i,
        "spi_r": sa.spi_r,
        "spi_in": sa.spi_out,
        "spi_out": sa.spi_in,
        "version": sa.version,
        "ike_left": left(life, sa.age, earlier.age),
        "number": NUMBER,
        "flags": "<UP,POINT-TO-POINT,RUNNING,MULTICAST>",
        # Two echoes went by the pair before.
        "packets_in": sa.out_packets + 2,
        "octets_in": sa.out_octets + 168,
        "packets_out": sa.in_packets + 2,
        "octets_out": sa.in_octets + 168,
    }
    child_life = 3600 if is_renewed else 28800
    truth["child_left"] = left(child_life, sa.child_age, earlier.child_age)
    known: Truth = {**truth, **words}  # type: ignore[dict-item]
    ask(ours, "clear", "isakmp sa")
    peer.until(lambda: sa.spi_i not in peer.sas(), "the peer to hear of it")
    ours.until(lambda: sa.spi_i not in ask(ours, "show", "isakmp sa"), "its answer")
    return Lab(shown, known, {c: ask(ours, "show", c) for c in commands})


@pytest.fixture(scope="module")
def version_2(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """Profiles of one's own, names, behind a NAT."""
    folder = tmp_path_factory.mktemp("version2")
    lines = """\
crypto ipsec profile strong
 lifetime seconds 3600
 pfs 14
 transform 1 protocol esp integrity sha512 encryption aes192
crypto isakmp profile strong
 version 2
 lifetime 7200
 dpd-interval 20
 transform 1 integrity sha512 encryption aes192 group 15
crypto isakmp peer policy tunnel0 profile strong
"""
    names = " tunnel local name ours.example\n tunnel remote name peer.example"
    text = configuration(lines=lines, tunnel=names, profile="strong", key_for="hostname peer.example")
    words = {
        "ike": "aes192-sha512-modp3072",
        "esp": "aes192-sha512-modp2048",
        "remote": "%any",
        "local_id": "fqdn:peer.example",
        "remote_id": "fqdn:ours.example",
    }
    with (
        Network(nat="ours") as network,
        StrongSwan(network, folder / "peer", swan(network, **words)) as peer,
        Ours(network, folder / "ours", text, interfaces=INTERFACES) as ours,
    ):
        told: Truth = {
            "esp": "AES192         SHA512            14",
            "profile": "strong",
        }
        yield watch(network, peer, ours, [*(c for c, _ in IKEV2), *DEFAULTS], told, 7200)


@pytest.fixture(scope="module")
def version_1(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """A profile of version 1, main mode."""
    folder = tmp_path_factory.mktemp("version1")
    lines = f"""\
crypto isakmp profile old
 version 1 mode main
 transform 1 integrity sha1 encryption aes128 group 2
crypto isakmp peer address {Network.PEER} profile old
"""
    selectors = " tunnel local selector 192.168.10.0/24\n tunnel remote selector 192.168.20.0/24"
    text = configuration(lines=lines, tunnel=selectors)
    conf: dict[str, str | int] = {"version": 1, "ike": "aes128-sha1-modp1024", "esp": "aes256-sha256"}
    with (
        Network() as network,
        StrongSwan(network, folder / "peer", swan(network, **conf)) as peer,
        Ours(network, folder / "ours", text, interfaces=INTERFACES) as ours,
    ):
        told: Truth = {
            "esp": "AES256         SHA256            -",
            "profile": "old",
        }
        yield watch(network, peer, ours, [c for c, _ in IKEV1], told, 86400)


@pytest.mark.parametrize(("command", "layout"), IKEV2, ids=[f"AW-12-{c}" for c, _ in IKEV2])
def test_a_tunnel_of_version_2_is_shown_as_it_is(version_2: Lab, command: str, layout: str) -> None:
    assert differences(layout, version_2.shown[command], version_2.truth) == []


@pytest.mark.parametrize(("command", "layout"), IKEV1, ids=[f"AW-12-{c}" for c, _ in IKEV1])
def test_a_tunnel_of_version_1_is_shown_as_it_is(version_1: Lab, command: str, layout: str) -> None:
    assert differences(layout, version_1.shown[command], version_1.truth) == []


def test_the_default_profiles_are_the_manuals_tables(version_2: Lab) -> None:
    isakmp, ipsec = (version_2.shown[command].splitlines() for command in DEFAULTS)
    assert [tuple(line.split()[1:]) for line in isakmp[7:]] == DEFAULT_ISAKMP
    assert [tuple(line.split()[2:]) for line in ipsec[6:]] == DEFAULT_IPSEC
    assert {"  Version:          IKEv2", "  Expiry:           24h", "  DPD Interval:     30s"} <= set(isakmp)
    assert {"  Expiry:           8h", "  PFS group:        disabled"} <= set(ipsec)


def test_clear_isakmp_sa_is_heard_by_the_peer(version_1: Lab, version_2: Lab) -> None:
    """Its end has been waited for."""
    for lab in (version_1, version_2):
        assert str(lab.truth["spi_i"]) not in lab.cleared["isakmp sa"]
        assert str(lab.truth["spi_in"]) not in lab.cleared["ipsec sa"]
