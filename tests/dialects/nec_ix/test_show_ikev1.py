"""What the device prints of IKEv1: the layout of a transcript of the device, and ours where none is known."""

from dataclasses import replace
from datetime import datetime
from ipaddress import ip_address, ip_interface
from textwrap import dedent

import pytest

from kakehashi.dialects.base import Clear, ShowError
from kakehashi.dialects.nec_ix import NecIx
from kakehashi.model.address import Path, SocketAddress
from kakehashi.model.algorithms import Cipher
from kakehashi.model.child_sa import ChildSa, EspKeys
from kakehashi.model.encapsulation import EncapsulationMode
from kakehashi.model.gateway import Gateway
from kakehashi.model.identity import AuthenticationMethod, Identity
from kakehashi.model.ikev1 import ExchangeMode
from kakehashi.model.secret import Secret
from kakehashi.model.selector import ANY_IPV4
from kakehashi.model.status import (
    IkeSaState,
    InterfaceStatus,
    IpsecSaStatus,
    IsakmpSaStatus,
    NatMethod,
    NatSide,
    OutboundCounters,
    Phase1Step,
    Role,
    Status,
    TunnelStatus,
)
from kakehashi.wire.registry.ikev1 import HashAlgorithm
from kakehashi.wire.registry.ikev2 import EncryptionId, IdType, IntegrityId, KeyExchangeId
from tests.dialects.nec_ix.reading import ikev1, lower, whole

AES_256 = Cipher(EncryptionId.ENCR_AES_CBC, 256)
NAT_PATH = Path(SocketAddress(ip_address("192.0.2.2"), 4500), SocketAddress(ip_address("203.0.113.9"), 61003))
PLAIN_PATH = Path(SocketAddress(ip_address("192.0.2.2"), 500), SocketAddress(ip_address("198.51.100.2"), 500))
KEYS = EspKeys(encryption=Secret(b"\xee" * 32), integrity=Secret(b"\xdd" * 32))

CENTER = lower(
    """\
    ike nat-traversal
    ike proposal iprop encryption aes-256 hash sha2-512 group 2048-bit
    ike proposal spare encryption 3des hash sha group 1024-bit lifetime 3600
    ike policy branch peer any key 0x-of-the-branch mode aggressive iprop spare
    ike remote-id branch keyid branch1
    ike keepalive branch 10 3
    ipsec autokey-proposal sprop esp-aes-256 esp-sha2-512 lifetime time 3600 kilobytes 4000
    ipsec dynamic-map bmap ipv4 sprop pfs 2048-bit ike branch
    ipsec local-id bmap 10.1.0.0/16
    ipsec commit-bit bmap
    ipsec delete-notify 100 30
    interface GigaEthernet0.0
      ip address 192.0.2.2/24
      no shutdown
    interface Tunnel1.0
      tunnel mode ipsec
      ip unnumbered GigaEthernet0.0
      ipsec policy tunnel bmap pre-fragment
      no shutdown
    ip route 10.2.0.0/16 Tunnel1.0
    """
).gateway
SITE = ikev1().gateway
ISAKMP = IsakmpSaStatus(
    peer="branch",
    initiator_cookie=bytes.fromhex("0102030405060708"),
    responder_cookie=bytes.fromhex("1112131415161718"),
    serial=5,
    role=Role.RESPONDER,
    mode=ExchangeMode.AGGRESSIVE,
    state=IkeSaState.ESTABLISHED,
    step=Phase1Step.ESTABLISHED,
    path=NAT_PATH,
    local_identity=Identity.of(IdType.ID_IPV4_ADDR, "192.0.2.2"),
    peer_identity=Identity.of(IdType.ID_KEY_ID, "branch1"),
    remaining=2889.7,
    lifetime=28800,
    cipher=AES_256,
    hash=HashAlgorithm.SHA2_512,
    group=KeyExchangeId.MODP_2048,
    authentication=AuthenticationMethod.PSK,
    encryption_key=Secret(b"\xcc" * 32),
    nat=NatSide.REMOTE,
    nat_method=NatMethod.RFC_3947,
    nat_keepalive=20,
    dpd=True,
)
PAIR = IpsecSaStatus(
    sa=ChildSa(
        tunnel="Tunnel1.0",
        spi_in=0x47A00CA9,
        spi_out=0xCFC1133B,
        serial_in=6,
        serial_out=7,
        cipher=AES_256,
        integrity=IntegrityId.AUTH_HMAC_SHA2_512_256,
        keys_in=KEYS,
        keys_out=KEYS,
        esn=False,
        local_selectors=(ANY_IPV4,),
        remote_selectors=(ANY_IPV4,),
        path=NAT_PATH,
        udp_encapsulation=True,
        replay_window=64,
    ),
    role=Role.RESPONDER,
    isakmp_serial=5,
    remaining=3341.2,
    lifetime=3600,
    pfs=KeyExchangeId.MODP_2048,
)
TUNNEL = TunnelStatus(
    name="Tunnel1.0",
    up=True,
    host_interface="Tunnel1.0",
    mtu=1400,
    outbound=OutboundCounters(packets=3, octets=252),
)
STATUS = Status(
    hostname="r",
    time=datetime(2020, 1, 2),
    tunnels=(TUNNEL,),
    isakmp_sas=(ISAKMP,),
    ipsec_sas=(PAIR,),
)


def show(words: str, status: Status = STATUS, gateway: Gateway = CENTER) -> str:
    return NecIx().show(words.split(), status, gateway)


def test_the_outgoing_interface_is_shown_where_dhcp_gave_the_address() -> None:
    wan = replace(CENTER.interfaces[0], addresses=(), dhcp=True)
    gateway = replace(CENTER, interfaces=(wan, *CENTER.interfaces[1:]))
    leased = InterfaceStatus(name="GigaEthernet0.0", mtu=1400, addresses=(ip_interface("192.0.2.2/24"),))
    borrowed = InterfaceStatus(name="Tunnel1.0", mtu=1300, addresses=leased.addresses)
    text = show("ipsec sa", replace(STATUS, interfaces=(borrowed, leased)), gateway)
    assert "Outgoing interface is GigaEthernet0.0\n    Interface MTU is 1400, path MTU is 1400\n" in text


def test_show_ike_sa_as_the_device_prints_it() -> None:
    assert show("ike sa") == dedent(
        """\
        ISAKMP SA - 1 configured, 1 created
        Local address is 192.0.2.2, port is 4500
        Remote address is 203.0.113.9, port is 61003
          IKE policy name is branch
          Direction is responder
          Initiator's cookie is 0x0102030405060708
          Responder's cookie is 0x1112131415161718
          Exchange type is aggressive mode
          NAT-Traversal RFC3947
          NAT detected at remote side
          State is established
          Authentication method is pre-shared
          Encryption algorithm is aes-256
          Hash algorithm is sha2-512
          DH group is modp2048, lifetime is 2889 seconds
        """
    )


def test_show_ike_sa_brief_keeps_its_columns() -> None:
    assert show("ike sa brief") == dedent(
        """\
        ISAKMP SA - 1 configured, 1 created
        Policy                         Initiator          Responder          Life(secs)
        branch                         0x0102030405060708 0x1112131415161718   2889
        """
    )


@pytest.mark.parametrize(
    ("nat", "method", "lines"),
    [
        (NatSide.LOCAL, NatMethod.RFC_3947, ["NAT-Traversal RFC3947", "NAT detected at local side"]),
        (
            NatSide.LOCAL | NatSide.REMOTE,
            NatMethod.DRAFT_02_N,
            ["NAT-Traversal draft-ietf-ipsec-nat-t-ike-02", "NAT detected at both sides"],
        ),
        (NatSide.NONE, NatMethod.RFC_3947, []),
        (NatSide.REMOTE, NatMethod.NONE, []),
    ],
)
def test_nat_traversal_is_shown_where_it_is_in_use(nat: NatSide, method: NatMethod, lines: list[str]) -> None:
    text = show("ike sa", replace(STATUS, isakmp_sas=(replace(ISAKMP, nat=nat, nat_method=method),)))
    assert [line.strip() for line in text.splitlines() if "NAT" in line] == lines


def test_an_isakmp_sa_in_the_making_shows_what_is_known() -> None:
    sa = replace(
        ISAKMP,
        peer="",
        mode=ExchangeMode.MAIN,
        state=IkeSaState.CONNECTING,
        cipher=None,
        hash=None,
        group=KeyExchangeId.NONE,
        authentication=None,
        encryption_key=None,
        nat=NatSide.NONE,
    )
    text = show("ike sa", replace(STATUS, isakmp_sas=(sa,)))
    assert "  Exchange type is main mode\n  State is negotiating\n" in text
    assert "Encryption" not in text
    assert "policy name" not in text


def test_show_ipsec_sa_as_the_device_prints_it() -> None:
    assert show("ipsec sa") == dedent(
        """\
        IPsec SA - 1 configured, 2 created
        Interface is Tunnel1.0
          Key policy map name is bmap
            UDP encapsulation Tunnel mode, 4-over-4, dynamic-map
            Local address is 192.0.2.2, port is 4500
            Remote address is 203.0.113.9, port is 61003
            Outgoing interface is GigaEthernet0.0
            Interface MTU is 1400
            Inbound:
              ESP, SPI is 0x47a00ca9(1201671337)
                Transform is ESP-AES-256-HMAC-SHA2-512-256
                Remaining lifetime is 3341 seconds
              Replay detection support is on
            Outbound:
              ESP, SPI is 0xcfc1133b(3485537083)
                Transform is ESP-AES-256-HMAC-SHA2-512-256
                Remaining lifetime is 3341 seconds
              Replay detection support is on
            Perfect forward secrecy is 2048-bit
        """
    )


def test_a_renewed_sa_stands_above_the_old_one() -> None:
    newer = replace(PAIR, sa=replace(PAIR.sa, spi_in=0x50000000, spi_out=0x60000000), remaining=3599)
    status = replace(STATUS, ipsec_sas=(PAIR, newer))
    assert show("ipsec sa brief", status) == dedent(
        """\
        IPsec SA - 1 configured, 4 created
        Policy map                       Dir   Type   SPI          Life(secs/bytes)
        bmap                             IN    ESP    0x50000000    3599/-
        bmap                             IN    ESP    0x47a00ca9    3341/-
        bmap                             OUT   ESP    0x60000000    3599/-
        bmap                             OUT   ESP    0xcfc1133b    3341/-
        """
    )


@pytest.mark.parametrize(
    ("change", "line"),
    [
        ({"path": PLAIN_PATH, "udp_encapsulation": False}, "    Remote address is 198.51.100.2\n"),
        ({"replay_window": 0}, "      Replay detection support is off\n"),
        ({"mode": EncapsulationMode.TRANSPORT}, "    UDP encapsulation Transport mode, dynamic-map\n"),
        (
            {"cipher": Cipher(EncryptionId.ENCR_3DES), "integrity": IntegrityId.AUTH_HMAC_SHA1_96},
            "        Transform is ESP-3DES-HMAC-SHA1-96\n",
        ),
        (
            {"cipher": Cipher(EncryptionId.ENCR_DES), "integrity": IntegrityId.AUTH_HMAC_MD5_96},
            "        Transform is ESP-DES-HMAC-MD5-96\n",
        ),
    ],
)
def test_what_an_ipsec_sa_is_made_of(change: dict[str, object], line: str) -> None:
    pair = replace(PAIR, sa=replace(PAIR.sa, **change))  # type: ignore[arg-type]
    assert line in show("ipsec sa", replace(STATUS, ipsec_sas=(pair,)))


def test_a_limit_in_kilobytes_and_no_pfs_are_shown() -> None:
    status = replace(STATUS, ipsec_sas=(replace(PAIR, kilobytes=4000, pfs=KeyExchangeId.NONE),))
    text = show("ipsec sa", status)
    assert "Remaining lifetime is 3341 seconds, or 4000 kilobytes in all\n" in text
    assert "Perfect forward secrecy is off\n" in text
    assert "0x47a00ca9    3341/4096000\n" in show("ipsec sa brief", status)


def test_an_sa_of_one_tunnel_is_asked_for_by_its_interface() -> None:
    other = replace(TUNNEL, name="Tunnel0.0")
    status = replace(STATUS, tunnels=(TUNNEL, other))
    assert "Interface is Tunnel1.0" in show("ipsec sa Tunnel1.0", status)
    assert show("ipsec sa brief interface tunnel0.0", status).count("ESP") == 0
    with pytest.raises(ShowError, match=r"Tunnel1\.0"):
        show("ipsec sa Tunnel9.0")


def test_no_show_command_of_ikev1_prints_a_key() -> None:
    words = ["ike sa", "ike sa brief", "ike policy", "ike proposal", "ipsec sa", "ipsec sa brief"]
    words += [f"ipsec {what}" for what in ("policy", "autokey-map", "dynamic-map", "autokey-proposal")]
    text = "".join(show(w) for w in words)
    assert not any(part in text for part in ("0x-of-the-branch", "cccc", "dddd", "eeee"))


def test_show_ike_policy_masks_the_key() -> None:
    assert show("ike policy") == dedent(
        """\
        IKE policy - 1 configured
        IKE policy name is branch
          Remote address is any
          Exchange type is aggressive mode
          Authentication method is pre-shared, key is ***
          Local ID is the address
          Remote ID is KEY-ID branch1
          IKE proposal is iprop, spare
          Keepalive is 10 seconds, 3 retries
          NAT-Traversal is on, keepalive is 20 seconds
          Retransmit count is 3
          Suppress dangling is off
        """
    )


def test_show_ike_proposal() -> None:
    assert show("ike proposal") == dedent(
        """\
        IKE proposal - 2 configured
        IKE proposal name is iprop
          Encryption algorithm is aes-256
          Hash algorithm is sha2-512
          DH group is modp2048, lifetime is 28800 seconds
        IKE proposal name is spare
          Encryption algorithm is 3des
          Hash algorithm is sha
          DH group is modp1024, lifetime is 3600 seconds
        """
    )


def test_show_ipsec_policy() -> None:
    assert show("ipsec policy") == dedent(
        """\
        IPsec policy - 1 configured
        Interface is Tunnel1.0
          Key policy map name is bmap
            Tunnel mode, dynamic-map
            ID payload is sent
            Fragmentation is before encryption
        """
    )


def test_show_ipsec_maps_each_in_its_own_command() -> None:
    assert show("ipsec dynamic-map") == dedent(
        """\
        Dynamic map - 1 configured
        Dynamic map name is bmap, IPv4
          IKE policy is branch, to begin with
          Autokey proposal is sprop
          Perfect forward secrecy is 2048-bit
          Local ID is 10.1.0.0/16
          Remote ID is 0.0.0.0/0
          Commit bit is connected
          Replay detection support is on
          Rekey is 60 seconds before the end
        """
    )
    assert show("ipsec autokey-map") == "Autokey map - 0 configured\n"
    text = show("ipsec autokey-map", gateway=SITE)
    assert text.startswith("Autokey map - 1 configured\nAutokey map name is smap, IPv4\n")
    assert "  Remote address is 198.51.100.2\n  IKE policy is ipol\n" in text


def test_show_ipsec_autokey_proposal() -> None:
    assert show("ipsec autokey-proposal") == dedent(
        """\
        Autokey proposal - 1 configured
        Autokey proposal name is sprop
          Transform is ESP-AES-256-HMAC-SHA2-512-256
          Lifetime is 3600 seconds, 4000 kilobytes
        """
    )


def test_show_the_switches_of_phase_2() -> None:
    assert show("ipsec sa-autorefresh") == "IPsec SA autorefresh is on\n"
    assert show("ipsec delete-notify") == "IPsec delete notify is on, 100 packets in 30 seconds\n"
    off = ikev1("no ipsec sa-autorefresh").gateway
    assert show("ipsec sa-autorefresh", gateway=off) == "IPsec SA autorefresh is off\n"
    assert show("ipsec delete-notify", gateway=off) == "IPsec delete notify is off\n"


def test_show_tunnel_status_counts_the_sas_of_ikev1() -> None:
    text = show("tunnel status")
    assert "  Tunnel mode is ipsec\n  Tunnel is up\n" in text
    assert "  Path : 192.0.2.2:4500 > 203.0.113.9:61003\n  IKE SA : 1, IPsec SA : 2\n" in text
    assert "Tunnel mode is ipsec-ikev2" in show("tunnel status", gateway=whole().gateway)


def test_a_device_without_ikev1_shows_that_there_is_none() -> None:
    empty = Status(hostname="r", time=datetime(2020, 1, 2))
    gateway = whole().gateway
    assert show("ike sa", empty, gateway) == "ISAKMP SA - 0 configured, 0 created\n"
    assert show("ipsec sa", empty, gateway) == "IPsec SA - 0 configured, 0 created\n"


def test_clear_ike_sa_leaves_ikev2_alone() -> None:
    assert NecIx().clear(["ipsec", "sa"], STATUS) == Clear(None, version=1)
    assert NecIx().clear(["ike", "sa"], STATUS) == Clear(None, version=1)
    assert NecIx().clear(["ike", "sa", "Tunnel1.0"], STATUS) == Clear("Tunnel1.0", version=1)
