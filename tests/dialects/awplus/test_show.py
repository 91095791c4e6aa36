"""What the device prints, as far as that is known: its columns, from a status that is true."""

from dataclasses import replace
from datetime import UTC, datetime
from ipaddress import ip_address, ip_network
from textwrap import dedent

import pytest

from kakehashi.dialects.awplus import AwPlus
from kakehashi.dialects.base import Clear, Lowered, ShowError
from kakehashi.model.gateway import Gateway
from kakehashi.model.status import FailureStatus, IkeSaState, NatSide, NextHopStatus, Status
from tests.dialects.awplus.reading import lower, version_1, whole
from tests.dialects.awplus.status import IKE_SA, STATUS, TUNNEL, VERSION_1

OWN = whole(
    "crypto ipsec profile own\n lifetime seconds 3600\n pfs 14\n"
    " transform 1 protocol esp integrity gcm16 encryption aes256\n"
    "crypto isakmp profile quick\n lifetime 5400\n dpd-interval 10\n"
    " transform 1 integrity sha512 encryption aes192 group 18\n"
    "crypto isakmp peer address 198.51.100.2 profile quick\n",
    profile="own",
).gateway


def show(words: str, status: Status = STATUS, gateway: Gateway | Lowered = OWN) -> str:
    return AwPlus().show(words.split(), status, gateway if isinstance(gateway, Gateway) else gateway.gateway)


def test_show_isakmp_sa() -> None:
    assert show("isakmp sa") == dedent(
        """\
        --------------------------------------------------------------------------------
        Peer             Cookies (initiator:responder)      Auth   Ver   Expires
          Encryption     Integrity         Group   DPD   NATT  State
        --------------------------------------------------------------------------------
        198.51.100.2     2a6b0b8fb4b6e5e0:5d4ae4f0f7e0d0d7  PSK    2     86310s
          AES256         SHA256            14      yes   no    Established
        """
    )


def test_show_isakmp_sa_of_version_1() -> None:
    rows = show("isakmp sa", VERSION_1, version_1()).splitlines()[4:]
    assert rows == [
        "198.51.100.2     2a6b0b8fb4b6e5e0:5d4ae4f0f7e0d0d7  PSK    1     86310s",
        "  AES128         SHA1              2       yes   no    Established",
    ]


def test_an_sa_that_is_being_made_shows_what_is_known_of_it() -> None:
    young = replace(
        IKE_SA, state=IkeSaState.CONNECTING, cipher=None, nat=NatSide.LOCAL, remaining=-1.0, children=()
    )
    text = show("isakmp sa", replace(STATUS, ike_sas=(young,)))
    assert text.splitlines()[-1] == "  -              SHA256            14      yes   yes   Connecting"
    assert text.splitlines()[-2].endswith(" 0s")


def test_show_ipsec_sa() -> None:
    expected = dedent(
        """\
        --------------------------------------------------------------------------------
        Peer             SPI (in:out)              Mode      Proto   Expires
          Encryption     Integrity         PFS
        --------------------------------------------------------------------------------
        198.51.100.2     c6f3e1a5:ca1f3a7e         tunnel    ESP     28500s
          AES256         GCM16             -
        """
    )
    assert show("ipsec sa") == expected
    assert show("ipsec sa", VERSION_1, version_1()) == expected


def test_show_ipsec_peer() -> None:
    assert show("ipsec peer") == dedent(
        """\
        198.51.100.2
          IPsec
            Selectors (local:remote)
              Address:  0.0.0.0/0 : 0.0.0.0/0
              Protocol: any:any
              Port:     any:any
              Address:  ::/0 : ::/0
              Protocol: any:any
              Port:     any:any
            Profile:    own
            SAs:
              SPI (In:Out): c6f3e1a5:ca1f3a7e
                Selectors:  0.0.0.0/0 : 0.0.0.0/0
                Proto:      ESP
                Mode:       tunnel
                Encryption: AES256
                Integrity:  GCM16
                Expires:    28500s
          ISAKMP
            LocalID:    192.0.2.2
            RemoteID:   198.51.100.2
            SAs:
              Cookies:        2a6b0b8fb4b6e5e0:5d4ae4f0f7e0d0d7
                Ver:          2
                Lifetime:     86310s
                State:        Established
                Authentication: PSK
                Group:        14
                Encryption:   AES256
                Integrity:    SHA256
                NATT:         no
                DPD:          yes
        """
    )
    assert show("ipsec peer 198.51.100.2") == show("ipsec peer")
    assert "Ver:          1" in show("ipsec peer", VERSION_1, version_1())


def test_a_peer_without_sas_shows_what_is_configured() -> None:
    idle = replace(STATUS, ike_sas=())
    lowered = whole(tunnel=" tunnel local name here.example\n tunnel remote name there.example")
    text = show("ipsec peer", idle, lowered)
    assert "    LocalID:    here.example\n    RemoteID:   there.example\n" in text
    old = version_1(tunnel=" tunnel source eth1\n tunnel remote name there.example")
    assert "    LocalID:    eth1\n    RemoteID:   there.example\n" in show("ipsec peer", idle, old)


def test_show_ipsec_policy() -> None:
    lowered = whole(tunnel=" tunnel local selector 10.1.0.0/16\n tunnel remote selector 10.2.0.0/16")
    assert show("ipsec policy", STATUS, lowered).splitlines()[3:] == [
        "10.1.0.0/16 10.2.0.0/16 tunnel0",
        "  default                       198.51.100.2",
    ]


def test_show_isakmp_key_masks_the_key() -> None:
    text = show("isakmp key")
    assert text.splitlines()[2:] == [f"{'198.51.100.2':<48}********"]
    assert "between-us" not in text
    dynamic = whole(
        "crypto isakmp key k hostname branch",
        tunnel=" tunnel destination dynamic\n tunnel remote name branch",
    )
    assert "branch " in show("isakmp key", STATUS, dynamic)


def test_show_isakmp_profile() -> None:
    assert show("isakmp profile quick") == dedent(
        """\
        ISAKMP Profile: quick
          Version:          IKEv2
          Authentication:   PSK
          Expiry:           90m
          DPD Interval:     10s
          Transforms:
                 Integrity  Encryption  DH Group
            1    SHA512     AES192      18
        """
    )
    default = show("isakmp profile default").splitlines()
    assert default[3:5] == ["  Expiry:           24h", "  DPD Interval:     30s"]
    assert default[7] == "    1    SHA256     AES256      14"
    assert default[-1] == "    12   SHA1       3DES        16"
    assert [line for line in show("isakmp profile").splitlines() if "Profile" in line] == [
        "ISAKMP Profile: quick",
        "ISAKMP Profile: default",
    ]


def test_show_isakmp_profile_of_version_1() -> None:
    text = show("isakmp profile old", VERSION_1, version_1())
    assert "  Version:          IKEv1 (main)\n" in text
    assert text.splitlines()[-1] == "    1    SHA1       AES128      2"


def test_show_ipsec_profile() -> None:
    assert show("ipsec profile own") == dedent(
        """\
        IPsec Profile: own
          Replay-window:    32
          Expiry:           1h
          PFS group:        14
          Transforms:
                 Protocol  Integrity  Encryption
            1    ESP       GCM16      AES256
        """
    )
    default = show("ipsec profile default").splitlines()
    assert default[2:4] == ["  Expiry:           8h", "  PFS group:        disabled"]
    assert default[7] == "    2    ESP       GCM16      AES256"
    assert default[-1] == "    10   ESP       SHA1       3DES"
    assert "PFS group:        disabled" in show("ipsec profile", VERSION_1, version_1())


def test_show_isakmp_peer() -> None:
    row = f"{'198.51.100.2':<40}{'quick':<28}PRESENT"
    assert show("isakmp peer").splitlines()[2:] == [row]
    assert show("isakmp peer 198.51.100.2").splitlines()[2:] == [row]
    old = show("isakmp peer", VERSION_1, version_1("", lines="no crypto isakmp key between-us"))
    assert old.splitlines()[2] == f"{'198.51.100.2':<40}{'old':<28}ABSENT"


def test_show_interface() -> None:
    assert show("interface tunnel0") == dedent(
        """\
        Interface tunnel0
          Link is UP, administrative state is UP
          Hardware is Tunnel
          IPv4 address 172.16.0.1/30 point-to-point 172.16.0.3
          metric 1 mtu 1438
          <UP,POINT-TO-POINT,RUNNING,MULTICAST>
          Tunnel source 192.0.2.2, destination 198.51.100.2
          Tunnel name local 192.0.2.2, remote 198.51.100.2
          Tunnel protocol/transport ipsec ipv4, key disabled, sequencing disabled
          Checksumming of packets disabled, path MTU discovery disabled
          Tunnel protection via IPsec (profile "own")
            input packets 8, bytes 672, dropped 3, multicast packets 0
            output packets 9, bytes 756, multicast packets 0, broadcast packets 0
        """
    )


def test_an_interface_that_is_down_says_why() -> None:
    down = replace(TUNNEL, up=False, down_reason="it has no SA yet")
    lowered = whole(
        tunnel=" shutdown\n ip tcp adjust-mss pmtu\n ipv6 address 2001:db8::1/64\n"
        " tunnel local selector 10.1.0.0/16\n tunnel remote selector 10.2.0.0/16"
    )
    text = show("interface", replace(STATUS, tunnels=(down,)), lowered)
    assert "  Link is DOWN, administrative state is DOWN\n  Link is DOWN because it has no SA yet\n" in text
    assert "  <POINT-TO-POINT,MULTICAST>\n" in text
    assert "  IPv4 mss pmtu\n" in text
    assert "  IPv6 address 2001:db8::1/64\n" in text
    assert "    1   10.1.0.0/16          10.2.0.0/16\n" in text
    assert "Tunnel name local 192.0.2.2, remote 198.51.100.2" in show("interface", VERSION_1, version_1())


def test_show_ip_route() -> None:
    assert show("ip route").splitlines()[4:] == [
        "S*      0.0.0.0/0 [1/0] via 192.0.2.1, eth1",
        "S       10.0.0.0/8 [1/0] is directly connected, tunnel0",
    ]
    assert show("ip route database").splitlines()[4:] == [
        "S    *> 0.0.0.0/0 [1/0] via 192.0.2.1, eth1",
        "S    *> 10.0.0.0/8 [1/0] is directly connected, tunnel0",
        "S       10.0.0.0/8 [254/0] is directly connected, null",
    ]
    assert show("ipv6 route").splitlines()[4:] == ["S       2001:db8::/32 [1/0] via 2001:db8::1"]


def counters(words: str) -> dict[str, int]:
    lines = show(words).splitlines()
    assert lines[0].split() == ["Name", "Value"]
    return {name.strip(): int(value) for name, value in (line.rsplit(maxsplit=1) for line in lines[2:])}


def test_show_counters() -> None:
    ipsec = counters("ipsec counters")
    assert (ipsec["InStateSeqError"], ipsec["InStateProtoError"], ipsec["OutError"]) == (2, 1, 3)
    assert counters("isakmp counters") == {
        "SAs established": 1,
        "SAs half open": 1,
        "Dropped, unknown IKE SPI": 4,
    }


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("isakmp", "`show isakmp sa`"),
        ("crypto isakmp sa", "`show isakmp sa`"),
        ("no isakmp sa", "is not understood"),
        ("isakmp profile nothing", "there is no ISAKMP profile nothing; there are: quick, default"),
        ("ipsec profile nothing", "there is no IPsec profile nothing"),
        ("interface tunnel9", "there is no interface tunnel9; there are: eth1, tunnel0"),
        ("ipsec peer 192.0.2.9", "there is no peer 192.0.2.9"),
    ],
)
def test_a_command_that_is_not_understood_says_which_there_are(words: str, said: str) -> None:
    with pytest.raises(ShowError, match=r".") as refused:
        show(words)
    assert said in str(refused.value)


def test_commands_may_be_shortened() -> None:
    assert show("isa sa") == show("isakmp sa")
    assert show("int tunnel0") == show("interface tunnel0")


@pytest.mark.parametrize(
    ("words", "status", "expected"),
    [
        ("isakmp sa", STATUS, Clear(None)),
        ("isakmp sa force", STATUS, Clear(None)),
        ("ipsec sa", STATUS, Clear(None)),
        ("isakmp sa peer 198.51.100.2", STATUS, Clear("tunnel0")),
        ("ipsec sa peer 198.51.100.2 force", VERSION_1, Clear("tunnel0")),
    ],
)
def test_clear(words: str, status: Status, expected: Clear) -> None:
    assert AwPlus().clear(words.split(), status) == expected


def test_clear_of_a_peer_that_has_no_sa_is_refused() -> None:
    with pytest.raises(ShowError, match=r"there is no SA with the peer 192\.0\.2\.9; the peers are: 198"):
        AwPlus().clear(["isakmp", "sa", "peer", "192.0.2.9"], STATUS)


OF_MANY = """\
crypto isakmp key between-us address 198.51.100.2
crypto isakmp key among-friends address 203.0.113.2
interface tunnel0
 tunnel source 192.0.2.2
 tunnel endpoint 172.16.0.2 destination 198.51.100.2
 tunnel endpoint 172.16.0.3 destination 203.0.113.2
 tunnel mode ipsec multipoint
 tunnel protection ipsec
 ip address 172.16.0.1/24
"""


def hop(address: str, nbma: str, reached: bool, failure: FailureStatus | None = None) -> NextHopStatus:
    inside, outside = ip_address(address), ip_address(nbma)
    return NextHopStatus(
        interface="tunnel0",
        network=ip_network(address),
        next_hop=inside,
        nbma=outside,
        claimed=outside,
        origin="by the configuration",
        age=1.0,
        reached=reached,
        failure=failure,
    )


def test_show_tunnel_endpoint_tells_who_is_there_and_why_somebody_is_not() -> None:
    failure = FailureStatus(
        time=datetime(2026, 1, 1, tzinfo=UTC),
        stage="IKE_AUTH",
        cause="AUTHENTICATION_FAILED",
        message="keys differ",
    )
    hops = (
        hop("172.16.0.2", "198.51.100.2", reached=True),
        hop("172.16.0.3", "203.0.113.2", reached=False, failure=failure),
    )
    text = show("tunnel endpoint", replace(STATUS, next_hops=hops), lower(OF_MANY))
    assert text == dedent(
        """\
        Interface   Endpoint                  Destination               State
        ----------------------------------------------------------------------------
        tunnel0     172.16.0.2                198.51.100.2              up
        tunnel0     172.16.0.3                203.0.113.2               no SA
          Last failure: keys differ
        """
    )


def test_a_tunnel_of_many_peers_shows_each() -> None:
    device = lower(OF_MANY)
    text = show("interface tunnel0", STATUS, device)
    assert "  Tunnel endpoint 172.16.0.3 destination 203.0.113.2\n" in text
    assert "ipsec ipv4 multipoint" in text
    assert "POINT-TO-POINT" not in text
    assert [row.split()[:2] for row in show("isakmp peer", STATUS, device).splitlines()[2:]] == [
        ["198.51.100.2", "default"],
        ["203.0.113.2", "default"],
    ]
    peers = show("ipsec peer", STATUS, device)
    assert "RemoteID:   198.51.100.2" in peers
    assert "RemoteID:   203.0.113.2" in peers
    assert "203.0.113.2" in show("isakmp key", STATUS, device)


def test_one_of_many_peers_is_cleared_alone() -> None:
    status = replace(STATUS, next_hops=(hop("172.16.0.2", "198.51.100.2", reached=True),))
    cleared = AwPlus().clear(["isakmp", "sa", "peer", "198.51.100.2"], status)
    assert cleared == Clear("tunnel0", peer=ip_address("198.51.100.2"))
