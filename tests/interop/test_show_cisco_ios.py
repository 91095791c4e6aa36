"""What a Cisco IOS shows of running tunnels, field by field, against what strongSwan knows of them.

The article names the commands and, of `show crypto ipsec sa`, the lines of counters and the headings; the layouts
are those that public parsers of the device read. `<name>` is a value that the peer tells.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from tests.interop.network import Network
from tests.interop.ours import Ours
from tests.interop.shown import (
    Between,
    Like,
    SwanSa,
    Truth,
    ask,
    differences,
    left,
    mac,
    requests,
    send_echoes,
    swan_sa,
)
from tests.interop.strongswan import StrongSwan
from tests.interop.test_cisco import INTERFACES, KEY, configuration, swan

pytestmark = [pytest.mark.root, pytest.mark.interop]

POLICIES = """\

Global IKE policy
Protection suite of priority 10
        encryption algorithm:   Three key triple DES
        hash algorithm:         Message Digest 5
        authentication method:  Pre-Shared Key
        Diffie-Hellman group:   #2 (1024 bit)
        lifetime:               86400 seconds, no volume limit
Protection suite of priority 20
        encryption algorithm:   AES - Advanced Encryption Standard (256 bit keys).
        hash algorithm:         Secure Hash Standard 2 (256 bit)
        authentication method:  Pre-Shared Key
        Diffie-Hellman group:   #14 (2048 bit)
        lifetime:               3700 seconds, no volume limit
"""
ISAKMP_SA = """\
IPv4 Crypto ISAKMP SA
dst             src             state          conn-id status
198.51.100.1    203.0.113.1     QM_IDLE           <connection> ACTIVE

IPv6 Crypto ISAKMP SA
"""
ISAKMP_SA_DETAIL = """\
Codes: C - IKE configuration mode, D - Dead Peer Detection
       K - Keepalives, N - NAT-traversal
       T - cTCP encapsulation, X - IKE Extended Authentication
       psk - Preshared key, rsig - RSA signature
       renc - RSA encryption
IPv4 Crypto ISAKMP SA

C-id  Local           Remote          I-VRF  Status Encr Hash   Auth DH Lifetime Cap.

<connection>  198.51.100.1    203.0.113.1            ACTIVE aes  sha256 psk  14 <ike_clock> DN
       Engine-id:Conn-id =  SW:<number>

IPv6 Crypto ISAKMP SA
"""
TRANSFORM_SET = """\
Transform set SET: { esp-256-aes esp-sha256-hmac  }
   will negotiate = { Tunnel,  },
"""
MAP = """\
Crypto Map IPv4 "OUT" 10 ipsec-isakmp
\tPeer = 203.0.113.1
\tExtended IP access list PROTECTED
\t    access-list PROTECTED permit ip 192.168.10.0 0.0.0.255 192.168.20.0 0.0.0.255
\tCurrent peer: 203.0.113.1
\tSecurity association lifetime: 4608000 kilobytes/3600 seconds
\tDualstack (Y/N): N

\tResponder-Only (Y/N): N
\tPFS (Y/N): Y
\tDH group:  group14
\tMixed-mode : Disabled
\tTransform sets={
\t\tSET:  { esp-256-aes esp-sha256-hmac  } ,
\t}
\tInterfaces using crypto map OUT:
\t\tGigabitEthernet0/0
"""
IDENTS = {
    "OUT": ("192.168.10.0/255.255.255.0/0/0", "192.168.20.0/255.255.255.0/0/0", "GigabitEthernet0/0"),
    "Tunnel0-head-0": ("0.0.0.0/0.0.0.0/0/0", "0.0.0.0/0.0.0.0/0/0", "Tunnel0"),
}
ERRORS = """\
    #send errors 0, #recv errors 0
"""
ERRORS_IN_DETAIL = """\
    #pkts no sa (send) 0, #pkts invalid sa (rcv) 0
    #pkts encaps failed (send) 0, #pkts decaps failed (rcv) 0
    #pkts invalid prot (recv) 0, #pkts verify failed: 0
    #pkts invalid identity (recv) 0, #pkts invalid len (rcv) 0
    #pkts replay rollover (send): 0, #pkts replay rollover (rcv) 0
    ##pkts replay failed (rcv): 0
    #pkts tagged (send): 0, #pkts untagged (rcv): 0
    #pkts not tagged (send): 0, #pkts not untagged (rcv): 0
    #pkts internal err (send): 0, #pkts internal err (recv) 0
"""


def ipsec_sa(tag: str, detailed: bool = False) -> str:
    """Of the one flow of a map, or of a tunnel interface."""
    local, remote, interface = IDENTS[tag]

    def direction(side: str, name: str) -> str:
        window = "  replay window size: 64" if detailed else ""
        return f"""\
     {name} esp sas:
      spi: 0x<spi_{side}_upper>(<spi_{side}_decimal>)
        transform: esp-256-aes esp-sha256-hmac ,
        in use settings ={{Tunnel UDP-Encaps, }}
        conn id: <number>, flow_id: SW:<number>, sibling_flags 80000040, crypto map: {tag}
        sa timing: remaining key lifetime (k/sec): (<kilobytes>/<child_left>)
        IV size: 16 bytes
        replay detection support: Y{window}
        Status: ACTIVE(ACTIVE)

     {name} ah sas:

     {name} pcp sas:

"""

    return (
        f"""\

interface: {interface}
    Crypto map tag: {tag}, local addr 198.51.100.1

   protected vrf: (none)
   local  ident (addr/mask/prot/port): ({local})
   remote ident (addr/mask/prot/port): ({remote})
   current_peer 203.0.113.1 port 4500
     PERMIT, flags={{origin_is_acl,}}
    #pkts encaps: <encaps>, #pkts encrypt: <encaps>, #pkts digest: <encaps>
    #pkts decaps: <decaps>, #pkts decrypt: <decaps>, #pkts verify: <decaps>
    #pkts compressed: 0, #pkts decompressed: 0
    #pkts not compressed: 0, #pkts compr. failed: 0
    #pkts not decompressed: 0, #pkts decompress failed: 0
{ERRORS_IN_DETAIL if detailed else ERRORS}
     local crypto endpt.: 198.51.100.1, remote crypto endpt.: 203.0.113.1
     plaintext mtu 1422, path mtu 1500, ip mtu 1500, ip mtu idb {interface}
     current outbound spi: 0x<spi_out_upper>(<spi_out_decimal>)
     PFS (Y/N): Y, DH group: group14

"""
        + direction("in", "inbound")
        + direction("out", "outbound")
    )


def session(interface: str, version: int, flow: str) -> str:
    """One that is up."""
    return f"""\
Crypto session current status

Code: C - IKE Configuration mode, D - Dead Peer Detection
K - Keepalives, N - NAT-traversal, T - cTCP encapsulation
X - IKE Extended Authentication, F - IKE Fragmentation
R - IKE Auto Reconnect, U - IKE Dynamic Route Update
S - SIP VPN

Interface: {interface}
Session status: UP-ACTIVE
Peer: 203.0.113.1 port 4500 fvrf: (none) ivrf: (none)
      Desc: (none)
      Phase1_id: 203.0.113.1
  Session ID: <number>
  IKEv{version} SA: local 198.51.100.1/4500 remote 203.0.113.1/4500 Active
          Capabilities:DN connid:<connection> lifetime:<ike_clock>
  IPSEC FLOW: permit ip {flow}
        Active SAs: 2, origin: crypto map
        Inbound:  #pkts dec'ed <decaps> drop 0 life (KB/Sec) <kilobytes>/<child_left>
        Outbound: #pkts enc'ed <encaps> drop 0 life (KB/Sec) <kilobytes>/<child_left>
"""


def engine(ike: str) -> str:
    """The connections; the device counts packets of IKE nowhere."""
    return f"""\
Crypto Engine Connections

   ID  Type    Algorithm           Encrypt  Decrypt LastSeqN IP-Address
<number>  IPsec   AES256+SHA256             0       <sa_decaps>       <sa_decaps> 198.51.100.1
<number>  IPsec   AES256+SHA256            <sa_encaps>        0        0 198.51.100.1
<connection>  {ike}             0        0        0 198.51.100.1
"""


IKEV2_SA = """\
 IPv4 Crypto IKEv2  SA

Tunnel-id Local                 Remote                fvrf/ivrf            Status
<number>  198.51.100.1/4500     203.0.113.1/4500      none/none            READY
      Encr: AES-CBC, keysize: 256, PRF: SHA256, Hash: SHA256, DH Grp:14, Auth sign: PSK, Auth verify: PSK
      Life/Active Time: 86400/<active> sec
<detail>
 IPv6 Crypto IKEv2  SA
"""
IKEV2_SA_DETAIL = """\
      CE id: 0, Session-id: <number>
      Status Description: Negotiation done
      Local spi: <local_spi>       Remote spi: <remote_spi>
      Local id: 198.51.100.1
      Remote id: 203.0.113.1
      Local req msg id:  <requests_got>              Remote req msg id:  <requests_made>
      Local next msg id: <requests_got>              Remote next msg id: <requests_made>
      Local req queued:  <requests_got>              Remote req queued:  <requests_made>
      Local window:      1              Remote window:      1
      DPD configured for 30 seconds, retry 2
      Fragmentation not  configured.
      Dynamic Route Update: disabled
      Extended Authentication not configured.
      NAT-T is detected outside
      Cisco Trust Security SGT is disabled
      Initiator of SA : <began>
"""
INTERFACE = """\
Tunnel0 is up, line protocol is up
  Hardware is Tunnel
  Internet address is 172.16.0.1/30
  MTU 1422 bytes
  Encapsulation TUNNEL, loopback not set
  Tunnel source 198.51.100.1 (GigabitEthernet0/0), destination 203.0.113.1
  Tunnel protocol/transport IPSEC/IP
  Tunnel transport MTU 1422 bytes
  Tunnel protection via IPSec (profile "P")
     <decaps> packets input, <octets_in> bytes
     0 input errors, 0 drops
     <encaps> packets output, <octets_out> bytes
     <number> output errors, 0 drops
"""
WAN = """\
GigabitEthernet0/0 is up, line protocol is up
  Hardware is device wan0 of the host, address is <mac>
  Internet address is 198.51.100.1/24
  MTU 1500 bytes
  Encapsulation ARPA, loopback not set
     <number> packets input, <number> bytes
     0 input errors, 0 drops
     <number> packets output, <number> bytes
     0 output errors, 0 drops
"""
IP_INTERFACE = """\
GigabitEthernet0/0 is up, line protocol is up
  Internet address is 198.51.100.1/24
  Address determined by configuration
  MTU is 1500 bytes
  Outgoing access list is not set
  Inbound  access list is not set
"""
ARP = """\
Protocol  Address          Age (min)  Hardware Addr   Type   Interface
Internet  198.51.100.1             -  <mac>  ARPA   GigabitEthernet0/0
Internet  192.168.10.1             -  <lan_mac>  ARPA   GigabitEthernet0/1
Internet  198.51.100.254           0  <router_mac>  ARPA   GigabitEthernet0/0
"""
LANS = "192.168.10.0/255.255.255.0 192.168.20.0/255.255.255.0"

# Row, command, layout. Of a crypto map with IKEv1, then of a tunnel interface with IKEv2.
IKEV1 = [
    ("CI-13", "crypto isakmp policy", POLICIES),
    ("CI-13", "crypto isakmp sa", ISAKMP_SA),
    ("CI-13", "crypto isakmp sa detail", ISAKMP_SA_DETAIL),
    ("CI-13", "crypto ipsec transform-set", TRANSFORM_SET),
    ("CI-13", "crypto ipsec sa", ipsec_sa("OUT")),
    ("CI-13", "crypto ipsec sa detail", ipsec_sa("OUT", detailed=True)),
    ("CI-13", "crypto session detail", session("GigabitEthernet0/0", 1, LANS)),
    ("CI-13", "crypto engine connections active", engine("IKE     SHA256+AES256")),
    ("CI-07", "crypto map", MAP),
]
IKEV2 = [
    ("CI-15", "crypto ikev2 sa", IKEV2_SA.replace("<detail>\n", "\n")),
    ("CI-15", "crypto ikev2 sa detailed", IKEV2_SA.replace("<detail>", IKEV2_SA_DETAIL)),
    ("CI-15", "crypto ipsec sa", ipsec_sa("Tunnel0-head-0")),
    ("CI-15", "crypto session detail", session("Tunnel0", 2, "0.0.0.0/0.0.0.0 0.0.0.0/0.0.0.0")),
    ("CI-15", "crypto engine connections active", engine("IKEv2   AES256+SHA256")),
    ("CI-10", "interfaces Tunnel0", INTERFACE),
    ("CI-10", "interfaces GigabitEthernet 0/0", WAN),
    ("CI-10", "ip interface gi0/0", IP_INTERFACE),
    ("CI-10", "arp", ARP),
]
VTI = f"""\
hostname ours
crypto ikev2 proposal P
 encryption aes-cbc-256
 integrity sha256
 group 14
crypto ikev2 policy P
 proposal P
crypto ikev2 keyring K
 peer P
  address {Network.PEER}
  pre-shared-key {KEY}
crypto ikev2 profile P
 match identity remote address {Network.PEER} 255.255.255.255
 authentication local pre-share
 authentication remote pre-share
 keyring local K
 dpd 30 2 periodic
crypto ipsec transform-set T esp-aes 256 esp-sha256-hmac
crypto ipsec profile P
 set transform-set T
 set pfs group14
 set ikev2-profile P
interface Tunnel0
 ip address 172.16.0.1 255.255.255.252
 tunnel source GigabitEthernet0/0
 tunnel mode ipsec ipv4
 tunnel destination {Network.PEER}
 tunnel protection ipsec profile P
interface GigabitEthernet0/0
 ip address {Network.OURS} 255.255.255.0
interface GigabitEthernet0/1
 ip address {Network.OUR_LAN} 255.255.255.0
ip route 0.0.0.0 0.0.0.0 198.51.100.254
ip route 192.168.20.0 255.255.255.0 Tunnel0
end
"""


@dataclass(frozen=True)
class Lab:
    """What was shown while all was up, what is true of it, and what was shown before, and after `clear`."""

    shown: dict[str, str]
    truth: Truth
    before: dict[str, str]
    cleared: dict[str, str]
    peer_after: str


EARLIER_OCTETS = 84  # of the echo that brought the tunnel up


def dotted(address: str) -> str:
    digits = address.replace(":", "")
    return f"{digits[:4]}.{digits[4:8]}.{digits[8:]}"


def truth_of(
    peer: StrongSwan, log: str, before: SwanSa, *, earlier: tuple[int, int], ike_lifetime: int
) -> Truth:
    """`before`: the SA as it was before we were asked. `earlier`: packets out and in that other SAs have carried."""
    sa = swan_sa(peer.sas())
    got, made = requests(log)
    mine, theirs = (sa.spi_r, sa.spi_i) if sa.began else (sa.spi_i, sa.spi_r)
    rest = range(ike_lifetime - sa.age - 8, ike_lifetime - before.age + 9)
    near = "|".join(f"{s // 3600:02}:{s // 60 % 60:02}:{s % 60:02}" for s in rest)
    return {
        "spi_in_upper": f"{int(sa.spi_out, 16):X}",
        "spi_out_upper": f"{int(sa.spi_in, 16):X}",
        "spi_in_decimal": int(sa.spi_out, 16),
        "spi_out_decimal": int(sa.spi_in, 16),
        "encaps": sa.in_packets + earlier[0],
        "decaps": sa.out_packets + earlier[1],
        "octets_out": sa.in_octets + EARLIER_OCTETS,
        "octets_in": sa.out_octets + EARLIER_OCTETS,
        "sa_encaps": sa.in_packets,
        "sa_decaps": sa.out_packets,
        "kilobytes": 4608000 - sa.in_octets // 1024,
        "child_left": left(3600, sa.child_age, before.child_age),
        "ike_clock": Like(near),
        "active": Between(max(0, before.age - 8), sa.age + 3),
        "local_spi": mine.upper(),
        "remote_spi": theirs.upper(),
        "began": "No" if sa.began else "Yes",
        "requests_got": got,
        "requests_made": made,
        "mac": dotted(mac(peer.network, peer.network.ours, "wan0")),
        "lan_mac": dotted(mac(peer.network, peer.network.ours, "lan0")),
        "router_mac": dotted(mac(peer.network, peer.network.router, "r-ours")),
        "connection": Like(r"1\d\d\d"),
        "number": Like(r"\d+"),
    }


@pytest.fixture(scope="module")
def crypto_map(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """The peer has begun, by main mode, and renewed the IPsec SA; traffic has passed."""
    folder = tmp_path_factory.mktemp("map")
    strong = " encr aes 256\n hash sha256\n authentication pre-share\n group 14\n lifetime 3700"
    text = configuration(
        phase1=f"crypto isakmp policy 20\n{strong}",
        transform="esp-aes 256 esp-sha256-hmac",
        entry=" set pfs group14",
    )
    with (
        Network() as network,
        Ours(network, folder / "ours", text, interfaces=INTERFACES) as ours,
        StrongSwan(
            network,
            folder / "peer",
            swan(network, ike="aes256-sha256-modp2048", esp="aes256-sha256-modp2048"),
        ) as peer,
    ):
        before = {command: ask(ours, "show", command) for _, command, _ in IKEV1}
        # A pair of ours and one of the peer's, made within half a minute, would be taken for a collision.
        assert "successfully" in peer.initiate()
        assert network.ping(network.ours, network.OUR_LAN, network.PEER_LAN)
        peer.swanctl("--rekey", "--child", "net")
        ours.until_logged("child-sa-rekeyed")
        echoes = 1

        def is_alone() -> bool:
            """It is when a packet has come by it. What has gone by which of both, the peer knows."""
            nonlocal echoes
            assert network.ping(network.ours, network.OUR_LAN, network.PEER_LAN)
            echoes += 1
            return len(ours.status()["ipsec_sas"]) == 1

        ours.until(is_alone, "the old pair to go")
        alone = swan_sa(peer.sas())
        earlier = echoes - alone.in_packets, echoes - alone.out_packets
        send_echoes(network, ours)
        before_asking = swan_sa(peer.sas())
        shown = {command: ask(ours, "show", command) for _, command, _ in IKEV1}
        truth = truth_of(peer, "", before_asking, earlier=earlier, ike_lifetime=3700)
        ask(ours, "clear", "crypto session")
        peer.until_forgotten()
        cleared = {command: ask(ours, "show", command) for _, command, _ in IKEV1}
        yield Lab(shown, truth, before, cleared, peer.sas())


@pytest.fixture(scope="module")
def vti(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """The peer has renewed both SAs, so that the IKE SA is of its making."""
    folder = tmp_path_factory.mktemp("vti")
    words: dict[str, str | int] = {
        "version": 2,
        "ike": "aes256-sha256-modp2048",
        "esp": "aes256-sha256-modp2048",
    }
    selectors = {"local_ts": "0.0.0.0/0", "remote_ts": "0.0.0.0/0"}
    with (
        Network() as network,
        StrongSwan(network, folder / "peer", swan(network, **words, **selectors)) as peer,
        Ours(network, folder / "ours", VTI, interfaces=INTERFACES) as ours,
    ):
        before = {command: ask(ours, "show", command) for _, command, _ in IKEV2}
        # Its route is not there before.
        ours.until_logged("interface-up")
        assert network.ping(network.ours, network.OUR_LAN, network.PEER_LAN)
        peer.swanctl("--rekey", "--ike", "kkt")
        ours.until_logged("ike-sa-rekeyed")
        ours.until(lambda: peer.log.count("parsed INFORMATIONAL response") == 1, "the old SA to go")
        since = len(peer.log)
        peer.swanctl("--rekey", "--child", "net")
        ours.until_logged("child-sa-rekeyed")
        ours.until(lambda: len(ours.status()["ike_sas"][0]["children"]) == 1, "the old pair to go")
        send_echoes(network, ours)
        before_asking = swan_sa(peer.sas())
        shown = {command: ask(ours, "show", command) for _, command, _ in IKEV2}
        truth = truth_of(peer, peer.log[since:], before_asking, earlier=(1, 1), ike_lifetime=86400)
        ask(ours, "clear", f"crypto ikev2 sa remote {Network.PEER}")
        old = str(truth["local_spi"])

        def is_replaced() -> bool:
            """On both sides."""
            there, here = peer.sas(), ask(ours, "show", "crypto ikev2 sa detailed")
            return old.lower() not in there and "INSTALLED" in there and old not in here and "READY" in here

        ours.until(is_replaced, "another in its place")
        cleared = {command: ask(ours, "show", command) for _, command, _ in IKEV2}
        yield Lab(shown, truth, before, cleared, peer.sas())


@pytest.mark.parametrize(("command", "layout"), [e[1:] for e in IKEV1], ids=[f"{r}-{c}" for r, c, _ in IKEV1])
def test_a_crypto_map_is_shown_as_it_is(crypto_map: Lab, command: str, layout: str) -> None:
    assert differences(layout, crypto_map.shown[command], crypto_map.truth) == []


@pytest.mark.parametrize(("command", "layout"), [e[1:] for e in IKEV2], ids=[f"{r}-{c}" for r, c, _ in IKEV2])
def test_a_tunnel_interface_is_shown_as_it_is(vti: Lab, command: str, layout: str) -> None:
    assert differences(layout, vti.shown[command], vti.truth) == []


def test_nothing_is_shown_before_the_first_packet_and_after_clear(crypto_map: Lab) -> None:
    """CI-14: without traffic there is no SA to see."""
    for shown in (crypto_map.before, crypto_map.cleared):
        assert "203.0.113.1" not in shown["crypto isakmp sa"]
        assert "spi: 0x0(0)" in shown["crypto ipsec sa"]
        assert "Session status: DOWN\n" in shown["crypto session detail"]
        assert "IPsec" not in shown["crypto engine connections active"]
    assert crypto_map.peer_after == ""


def test_after_clear_of_one_peers_ikev2_sa_the_interface_has_another_at_once(vti: Lab) -> None:
    """A tunnel that is always on waits for no packet, and the peer has forgotten the old SA."""
    old = str(vti.truth["local_spi"])
    assert old in vti.shown["crypto ikev2 sa detailed"]
    assert old not in vti.cleared["crypto ikev2 sa detailed"]
    assert "READY" in vti.cleared["crypto ikev2 sa"]
    assert "Session status: UP-ACTIVE" in vti.cleared["crypto session detail"]
    assert len(vti.peer_after.splitlines()) > 1


def test_with_another_key_phase_1_does_not_come_to_its_end(tmp_path_factory: pytest.TempPathFactory) -> None:
    """CI-14: any state but QM_IDLE is a failure of phase 1."""
    folder = tmp_path_factory.mktemp("key")
    with (
        Network() as network,
        StrongSwan(network, folder / "peer", swan(network, key="another")),
        Ours(network, folder / "ours", configuration(), interfaces=INTERFACES) as ours,
    ):
        network.ping(network.ours, network.OUR_LAN, network.PEER_LAN, wait=1)
        seen = []

        def negotiates() -> bool:
            seen.append(ask(ours, "show", "crypto isakmp sa"))
            return "MM_" in seen[-1] and down in ask(ours, "show", "crypto session detail")

        down = "Session status: DOWN-NEGOTIATING"
        ours.until(negotiates, f"main mode, and «{down}»")
        assert not any("QM_IDLE" in said for said in seen)
