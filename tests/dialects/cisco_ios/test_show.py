"""What the device prints, from the state of a running gateway. No key is ever in it."""

import re
from dataclasses import replace
from functools import partial
from ipaddress import ip_address, ip_interface
from textwrap import dedent

import pytest

from kakehashi.dialects.base import Clear, ShowError
from kakehashi.dialects.cisco_ios import CiscoIos
from kakehashi.dialects.cisco_ios.show import SHOW
from kakehashi.model.address import ANY, Path, SocketAddress
from kakehashi.model.gateway import Gateway
from kakehashi.model.ikev1 import ExchangeMode
from kakehashi.model.selector import TrafficSelector
from kakehashi.model.status import (
    IkeSaState,
    InterfaceStatus,
    NatSide,
    Phase1Step,
    Role,
    RouteOrigin,
    RouteStatus,
    Status,
    Traffic,
)
from tests.dialects.cisco_ios.reading import crypto_map
from tests.dialects.cisco_ios.running import IKE, MAP, PAIR, PATH, UP, UP2, VTI, isakmp, status

NOTHING = status()


def show(words: str, state: Status = UP, gateway: Gateway = MAP) -> str:
    return CiscoIos().show(words.split(), state, gateway)


def lines(text: str) -> list[str]:
    return [line.rstrip() for line in text.split("\n")]


def same(printed: str, expected: str) -> None:
    """Line by line, blanks at the ends of lines aside."""
    assert lines(printed) == lines(dedent(expected))


def test_policies() -> None:
    gateway = crypto_map(
        policy="crypto isakmp policy 20\n encr 3des\n authentication pre-share\n group 2"
    ).gateway
    same(
        show("crypto isakmp policy", gateway=gateway),
        """
        Global IKE policy
        Protection suite of priority 10
                encryption algorithm:   AES - Advanced Encryption Standard (256 bit keys).
                hash algorithm:         Secure Hash Standard 2 (256 bit)
                authentication method:  Pre-Shared Key
                Diffie-Hellman group:   #14 (2048 bit)
                lifetime:               86400 seconds, no volume limit
        Protection suite of priority 20
                encryption algorithm:   Three key triple DES
                hash algorithm:         Secure Hash Standard
                authentication method:  Pre-Shared Key
                Diffie-Hellman group:   #2 (1024 bit)
                lifetime:               86400 seconds, no volume limit
        """,
    )


def test_an_isakmp_sa() -> None:
    same(
        show("crypto isakmp sa"),
        """\
        IPv4 Crypto ISAKMP SA
        dst             src             state          conn-id status
        198.51.100.2    192.0.2.2       QM_IDLE           1001 ACTIVE

        IPv6 Crypto ISAKMP SA

        """,
    )
    answered = show("crypto isakmp sa", status(isakmp_sas=(isakmp(role=Role.RESPONDER),)))
    assert "192.0.2.2       198.51.100.2    QM_IDLE" in answered, "the initiator is the source"


@pytest.mark.parametrize(
    ("step", "main", "aggressive"),
    [
        (Phase1Step.NO_STATE, "MM_NO_STATE", "AG_NO_STATE"),
        (Phase1Step.SA_SETUP, "MM_SA_SETUP", "AG_INIT_EXCH"),
        (Phase1Step.KEY_EXCHANGE, "MM_KEY_EXCH", "AG_INIT_EXCH"),
        (Phase1Step.KEY_AUTHENTICATION, "MM_KEY_AUTH", "AG_AUTH"),
        (Phase1Step.ESTABLISHED, "QM_IDLE", "QM_IDLE"),
    ],
)
def test_the_state_is_how_far_phase_1_has_come(step: Phase1Step, main: str, aggressive: str) -> None:
    for mode, name in ((ExchangeMode.MAIN, main), (ExchangeMode.AGGRESSIVE, aggressive)):
        row = show("crypto isakmp sa", status(isakmp_sas=(isakmp(step, mode, state=IkeSaState.CONNECTING),)))
        assert re.search(rf"^198\.51\.100\.2 +192\.0\.2\.2 +{name} +\d+ ACTIVE$", row, re.M)


def test_an_sa_that_is_being_deleted() -> None:
    row = show("crypto isakmp sa", status(isakmp_sas=(isakmp(state=IkeSaState.DELETING),)))
    assert "MM_NO_STATE       1001 ACTIVE (deleted)" in row


def test_an_isakmp_sa_over_ipv6() -> None:
    path = Path(SocketAddress(ip_address("2001:db8::1"), 500), SocketAddress(ip_address("2001:db8::2"), 500))
    text = show("crypto isakmp sa", status(isakmp_sas=(isakmp(path=path),)))
    assert text.index("IPv6 Crypto ISAKMP SA") < text.index("2001:db8::2")


def test_isakmp_sas_in_detail() -> None:
    same(
        show("crypto isakmp sa detail"),
        """\
        Codes: C - IKE configuration mode, D - Dead Peer Detection
               K - Keepalives, N - NAT-traversal
               T - cTCP encapsulation, X - IKE Extended Authentication
               psk - Preshared key, rsig - RSA signature
               renc - RSA encryption
        IPv4 Crypto ISAKMP SA

        C-id  Local           Remote          I-VRF  Status Encr Hash   Auth DH Lifetime Cap.

        1001  192.0.2.2       198.51.100.2           ACTIVE aes  sha256 psk  14 23:59:40 D
               Engine-id:Conn-id =  SW:1

        IPv6 Crypto ISAKMP SA

        """,
    )
    natted = show("crypto isakmp sa detail", status(isakmp_sas=(replace(isakmp(), nat=NatSide.LOCAL),)))
    assert "23:59:40 DN" in natted


def test_transform_sets() -> None:
    same(
        show("crypto ipsec transform-set"),
        """\
        Transform set TS: { esp-256-aes esp-sha256-hmac  }
           will negotiate = { Tunnel,  },

        """,
    )


def test_ipsec_sas() -> None:
    same(
        show("crypto ipsec sa"),
        """
        interface: GigabitEthernet0/0
            Crypto map tag: OUT, local addr 192.0.2.2

           protected vrf: (none)
           local  ident (addr/mask/prot/port): (192.168.10.0/255.255.255.0/0/0)
           remote ident (addr/mask/prot/port): (192.168.20.0/255.255.255.0/0/0)
           current_peer 198.51.100.2 port 500
             PERMIT, flags={origin_is_acl,}
            #pkts encaps: 12, #pkts encrypt: 12, #pkts digest: 12
            #pkts decaps: 10, #pkts decrypt: 10, #pkts verify: 10
            #pkts compressed: 0, #pkts decompressed: 0
            #pkts not compressed: 0, #pkts compr. failed: 0
            #pkts not decompressed: 0, #pkts decompress failed: 0
            #send errors 3, #recv errors 3

             local crypto endpt.: 192.0.2.2, remote crypto endpt.: 198.51.100.2
             plaintext mtu 1438, path mtu 1500, ip mtu 1500, ip mtu idb GigabitEthernet0/0
             current outbound spi: 0x397C36EE(964441838)
             PFS (Y/N): N, DH group: none

             inbound esp sas:
              spi: 0x658F7C11(1703902225)
                transform: esp-256-aes esp-sha256-hmac ,
                in use settings ={Tunnel, }
                conn id: 1, flow_id: SW:1, sibling_flags 80000040, crypto map: OUT
                sa timing: remaining key lifetime (k/sec): (4607990/3590)
                IV size: 16 bytes
                replay detection support: Y
                Status: ACTIVE(ACTIVE)

             inbound ah sas:

             inbound pcp sas:

             outbound esp sas:
              spi: 0x397C36EE(964441838)
                transform: esp-256-aes esp-sha256-hmac ,
                in use settings ={Tunnel, }
                conn id: 2, flow_id: SW:2, sibling_flags 80000040, crypto map: OUT
                sa timing: remaining key lifetime (k/sec): (4607980/3590)
                IV size: 16 bytes
                replay detection support: Y
                Status: ACTIVE(ACTIVE)

             outbound ah sas:

             outbound pcp sas:

        """,
    )


def test_a_flow_without_sas_is_shown_as_such() -> None:
    text = show("crypto ipsec sa", NOTHING)
    assert "current outbound spi: 0x0(0)" in text
    assert "transform:" not in text
    assert "local crypto endpt.: 192.0.2.2, remote crypto endpt.: 198.51.100.2" in text


def test_why_packets_were_dropped_is_told_in_detail() -> None:
    text = show("crypto ipsec sa detail")
    assert "#pkts no sa (send) 3, #pkts invalid sa (rcv) 0" in text
    assert "#pkts invalid prot (recv) 0, #pkts verify failed: 2" in text
    assert "##pkts replay failed (rcv): 1" in text
    assert "replay detection support: Y  replay window size: 64" in text


def test_sas_that_the_peer_named_are_shown_too() -> None:
    other = replace(
        PAIR, sa=replace(PAIR.sa, remote_selectors=(TrafficSelector.of("192.168.20.7/32", 6, 80),))
    )
    text = show("crypto ipsec sa", replace(UP, ipsec_sas=(other,)))
    assert "remote ident (addr/mask/prot/port): (192.168.20.7/255.255.255.255/6/80)" in text
    assert text.count("protected vrf") == 2


def test_pfs_transport_mode_and_lifetimes_without_volume() -> None:
    pair = replace(PAIR, kilobytes=None, pfs=PAIR.pfs.__class__.MODP_2048)
    text = show("crypto ipsec sa", replace(UP, ipsec_sas=(pair,)))
    assert "PFS (Y/N): Y, DH group: group14" in text
    assert "remaining key lifetime (sec): 3590" in text


def test_ipsec_sas_of_a_tunnel_interface() -> None:
    text = show("crypto ipsec sa", UP2, VTI)
    assert "interface: Tunnel0\n    Crypto map tag: Tunnel0-head-0, local addr 192.0.2.2" in text
    assert "local  ident (addr/mask/prot/port): (0.0.0.0/0.0.0.0/0/0)" in text
    assert "in use settings ={Tunnel UDP-Encaps, }" in text


def test_sessions() -> None:
    same(
        show("crypto session"),
        """\
        Crypto session current status

        Interface: GigabitEthernet0/0
        Session status: UP-ACTIVE
        Peer: 198.51.100.2 port 500
          Session ID: 0
          IKEv1 SA: local 192.0.2.2/500 remote 198.51.100.2/500 Active
          IPSEC FLOW: permit ip 192.168.10.0/255.255.255.0 192.168.20.0/255.255.255.0
                Active SAs: 2, origin: crypto map

        """,
    )


def test_sessions_in_detail() -> None:
    text = show("crypto session detail")
    assert "      Phase1_id: 198.51.100.2" in text
    assert "          Capabilities:D connid:1001 lifetime:23:59:40" in text
    assert "        Inbound:  #pkts dec'ed 10 drop 3 life (KB/Sec) 4607990/3590" in text
    assert "        Outbound: #pkts enc'ed 12 drop 3 life (KB/Sec) 4607980/3590" in text
    two = show("crypto session detail", UP2, VTI)
    assert "IKEv2 SA: local 192.0.2.2/500 remote 198.51.100.2/500 Active" in two
    assert "Capabilities:DN connid:1007 lifetime:23:47:45" in two


def test_a_tunnel_of_many_peers_is_a_session_with_each() -> None:
    far = Path(PATH.local, SocketAddress(ip_address("203.0.113.9"), 500))
    again = replace(
        PAIR, sa=replace(PAIR.sa, path=far, spi_in=7, remote_selectors=(TrafficSelector.of("10.9.0.0/24"),))
    )
    many = replace(MAP, tunnels=tuple(replace(t, peer_address=ANY) for t in MAP.tunnels))
    state = status(isakmp_sas=(isakmp(), isakmp(path=far)), ipsec_sas=(PAIR, again))
    text = show("crypto session", state, many)
    assert re.findall(r"^Peer: (\S+)", text, re.MULTILINE) == ["198.51.100.2", "203.0.113.9"]
    assert text.count("IKEv1 SA:") == text.count("IPSEC FLOW:") == 2
    of_one = show("crypto session remote 203.0.113.9 detail", state, many)
    assert re.findall(r"^Peer: (\S+)", of_one, re.MULTILINE) == ["203.0.113.9"]
    assert "Code: C" in of_one
    assert "current_peer 203.0.113.9" in show("crypto ipsec sa peer 203.0.113.9", state, many)
    assert "current_peer 198.51.100.2" not in show("crypto ipsec sa peer 203.0.113.9", state, many)


@pytest.mark.parametrize(
    "which", ["peer 198.51.100.2", "interface gi0/0", "interface GigabitEthernet 0/0 detail"]
)
def test_ipsec_sas_of_a_peer_or_of_an_interface(which: str) -> None:
    everything = show("crypto ipsec sa detail" if "detail" in which else "crypto ipsec sa")
    assert show(f"crypto ipsec sa {which}") == everything != ""
    assert show("crypto ipsec sa interface Tunnel0") == ""


@pytest.mark.parametrize(
    ("state", "name"),
    [
        (UP, "UP-ACTIVE"),
        (replace(UP, isakmp_sas=()), "UP-NO-IKE"),
        (replace(UP, ipsec_sas=()), "UP-IDLE"),
        (status(isakmp_sas=(isakmp(Phase1Step.NO_STATE, state=IkeSaState.CONNECTING),)), "DOWN-NEGOTIATING"),
        (NOTHING, "DOWN"),
    ],
)
def test_a_session_is_up_when_it_has_sas(state: Status, name: str) -> None:
    assert f"\nSession status: {name}\n" in show("crypto session", state)


def test_connections_of_the_engine() -> None:
    same(
        show("crypto engine connections active"),
        """\
        Crypto Engine Connections

           ID  Type    Algorithm           Encrypt  Decrypt LastSeqN IP-Address
            1  IPsec   AES256+SHA256             0       10       10 192.0.2.2
            2  IPsec   AES256+SHA256            12        0        0 192.0.2.2
         1001  IKE     SHA256+AES256             0        0        0 192.0.2.2

        """,
    )


def test_maps() -> None:
    same(
        show("crypto map").replace("\t", "        "),
        """\
        Crypto Map IPv4 "OUT" 10 ipsec-isakmp
                Peer = 198.51.100.2
                Extended IP access list TO-OSAKA
                    access-list TO-OSAKA permit ip 192.168.10.0 0.0.0.255 192.168.20.0 0.0.0.255
                Current peer: 198.51.100.2
                Security association lifetime: 4608000 kilobytes/3600 seconds
                Dualstack (Y/N): N

                Responder-Only (Y/N): N
                PFS (Y/N): N
                Mixed-mode : Disabled
                Transform sets={
                        TS:  { esp-256-aes esp-sha256-hmac  } ,
                }
                Interfaces using crypto map OUT:
                        GigabitEthernet0/0

        """,
    )


def test_ikev2_sas() -> None:
    same(
        show("crypto ikev2 sa detailed", UP2, VTI),
        """\
         IPv4 Crypto IKEv2  SA

        Tunnel-id Local                 Remote                fvrf/ivrf            Status
        7         192.0.2.2/500         198.51.100.2/500      none/none            READY
              Encr: AES-CBC, keysize: 256, PRF: SHA256, Hash: SHA256, DH Grp:19, Auth sign: PSK, Auth verify: PSK
              Life/Active Time: 86400/735 sec
              CE id: 0, Session-id: 7
              Status Description: Negotiation done
              Local spi: E0419B1DB02DE6AE       Remote spi: 000D3669857A0F82
              Local id: tokyo.example
              Remote id: 198.51.100.2
              Local req msg id:  3              Remote req msg id:  5
              Local next msg id: 3              Remote next msg id: 5
              Local req queued:  3              Remote req queued:  5
              Local window:      1              Remote window:      1
              DPD configured for 60 seconds, retry 2
              Fragmentation not  configured.
              Dynamic Route Update: disabled
              Extended Authentication not configured.
              NAT-T is detected outside
              Cisco Trust Security SGT is disabled
              Initiator of SA : No

         IPv6 Crypto IKEv2  SA

        """,
    )
    short = show("crypto ikev2 sa", UP2, VTI)
    assert "READY" in short
    assert "Local spi" not in short
    young = replace(UP2, ike_sas=(replace(IKE, state=IkeSaState.CONNECTING, cipher=None, children=()),))
    assert "IN-NEG" in show("crypto ikev2 sa", young, VTI)


def test_routes() -> None:
    text = show("ip route")
    assert "Gateway of last resort is 192.0.2.1 to network 0.0.0.0" in text
    assert text.endswith(
        "S*    0.0.0.0/0 [1/0] via 192.0.2.1\n"
        "S     10.2.0.0/16 [200/0] via 192.168.10.9, GigabitEthernet0/1\n"
        "S     10.3.0.0/16 is directly connected, Tunnel0\n"
        "S     10.5.0.0/16 is directly connected, Null0\n"
    )
    assert "S   2001:DB8::/32 [1/0]\n     via Tunnel0" in show("ipv6 route")
    assert "not set" in show("ip route", NOTHING)


def test_beside_a_connected_network_stands_our_own_address() -> None:
    connected = partial(RouteStatus, active=True, metric=0, origin=RouteOrigin.CONNECTED)
    status = replace(
        NOTHING,
        routes=(
            *[connected(destination="192.0.2.0/24", via="GigabitEthernet0/0")] * 2,  # for each address
            connected(destination="10.0.0.1/32", via="Loopback0"),
            connected(destination="2001:db8::/64", via="GigabitEthernet0/0"),
        ),
        interfaces=(
            InterfaceStatus(
                name="GigabitEthernet0/0",
                addresses=tuple(map(ip_interface, ("192.0.2.2/24", "192.0.2.9/24", "2001:db8::a/64"))),
            ),
            InterfaceStatus(name="Loopback0", addresses=(ip_interface("10.0.0.1/32"),)),
            InterfaceStatus(name="Tunnel0", addresses=(ip_interface("192.0.2.2/24"),)),
        ),
    )
    assert show("ip route", status).endswith(
        "C     192.0.2.0/24 is directly connected, GigabitEthernet0/0\n"
        "L     192.0.2.2/32 is directly connected, GigabitEthernet0/0\n"
        "L     192.0.2.9/32 is directly connected, GigabitEthernet0/0\n"
        "C     10.0.0.1/32 is directly connected, Loopback0\n"
    )
    assert show("ipv6 route", status).endswith(
        "IPv6 Routing Table - default - 2 entries\n"
        "Codes: C - Connected, L - Local, S - Static, K - of the host\n"
        "C   2001:DB8::/64 [0/0]\n"
        "     via GigabitEthernet0/0, directly connected\n"
        "L   2001:DB8::A/128 [0/0]\n"
        "     via GigabitEthernet0/0, receive\n"
    )


@pytest.mark.parametrize("command", SHOW, ids=lambda c: c.key)
def test_nothing_runs_and_every_command_answers(command: object) -> None:
    words = [w.text for w in command.pattern if hasattr(w, "text")]  # type: ignore[attr-defined]
    for gateway in (MAP, VTI):
        empty = Status(hostname="", time=UP.time)
        for state in (empty, status(gateway), UP, UP2):
            for more in ([], ["detail"]):
                try:
                    text = CiscoIos().show([*words, *more], state, gateway)
                except ShowError:
                    continue
                assert "hidden-word" not in text
                assert "None" not in text.replace("None - Not defined", "")


def test_commands_may_be_shortened() -> None:
    assert show("cry isa sa") == show("crypto isakmp sa")
    assert show("CRY IPS SA DET") == show("crypto ipsec sa detail")


@pytest.mark.parametrize(
    ("words", "error"),
    [
        (
            "crypto isakmp sb",
            "show crypto isakmp sb\n                   ^\n% Invalid input detected at '^' marker.",
        ),
        ("crypto isakmp", "% Incomplete command."),
        ("crypto i", '% Ambiguous command:  "show crypto i"'),
        ("no crypto map", "% Invalid input detected at '^' marker."),
    ],
)
def test_errors_are_the_devices(words: str, error: str) -> None:
    with pytest.raises(ShowError) as raised:
        show(words)
    assert str(raised.value).startswith(error)


def test_clearing() -> None:
    def clear(words: str, state: Status = UP) -> Clear:
        return CiscoIos().clear(words.split(), state)

    assert clear("crypto isakmp") == Clear(None, 1)
    assert clear("crypto isakmp 1001") == Clear("OUT 10", 1)
    with pytest.raises(ShowError, match="no tunnel has SAs of connection 1002"):
        clear("crypto isakmp 1002")
    assert clear("crypto ikev2 sa") == Clear(None, 2)
    assert clear("crypto sa") == Clear(None, None)
    assert clear("crypto session remote 198.51.100.2") == Clear("OUT 10", None)
    assert clear("crypto ikev2 sa remote 198.51.100.2", UP2) == Clear("Tunnel0", 2)
    with pytest.raises(ShowError, match=re.escape("no tunnel has SAs with the peer 203.0.113.1")):
        clear("crypto sa peer 203.0.113.1")
    two = replace(UP, ipsec_sas=(PAIR, replace(PAIR, sa=replace(PAIR.sa, tunnel="OUT 20"))))
    with pytest.raises(ShowError, match="OUT 10, OUT 20"):
        clear("crypto sa peer 198.51.100.2", two)


def test_each_flow_tells_what_its_own_sas_have_carried() -> None:
    gateway = crypto_map(rules=" permit ip 192.168.10.0 0.0.0.255 192.168.30.0 0.0.0.255").gateway
    other = replace(PAIR.sa, spi_in=7, remote_selectors=(TrafficSelector.of("192.168.30.0/24"),))
    both = replace(
        UP,
        ipsec_sas=(PAIR, replace(PAIR, sa=other)),
        traffic={**UP.traffic, 7: Traffic(packets_in=1, octets_in=1024, packets_out=2, octets_out=4096)},
    )
    text = show("crypto ipsec sa", both, gateway)
    assert text.count("interface:") == 1
    first, second = text.split("   protected vrf: (none)\n")[1:]
    assert "#pkts encaps: 12, #pkts encrypt: 12" in first
    assert "(k/sec): (4607980/" in first
    assert "#pkts encaps: 2, #pkts encrypt: 2" in second
    assert "#pkts decaps: 1, #pkts decrypt: 1" in second
    assert "(k/sec): (4607999/" in second
    assert "(k/sec): (4607996/" in second
    sessions = show("crypto session detail", both, gateway)
    assert "#pkts dec'ed 1 drop 3 life (KB/Sec) 4607999/3590" in sessions
