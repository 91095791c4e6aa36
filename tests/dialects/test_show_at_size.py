"""What is shown of many tunnels, in every state: the work grows with their number, not with its square or cube, and
no state is told as another.
"""

import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from ipaddress import IPv4Address, ip_address

import pytest

from kakehashi.dialects.awplus.show import SHOW as AWPLUS
from kakehashi.dialects.base import ShowError
from kakehashi.dialects.cisco_ios.show import SHOW as CISCO_IOS
from kakehashi.dialects.grammar import Command
from kakehashi.dialects.nec_ix.show import SHOW as NEC_IX
from kakehashi.dialects.registry import by_name
from kakehashi.model.address import Path, SocketAddress
from kakehashi.model.gateway import Gateway
from kakehashi.model.status import (
    ChildSaStatus,
    IkeSaState,
    IkeSaStatus,
    InterfaceStatus,
    Status,
    Traffic,
    TunnelStatus,
)
from tests.gateway.builders import child_sa, ike_sa

HERE = ip_address("10.255.0.1")


def nec_ix_text(number: int) -> str:
    head = "ikev2 default-profile\n  local-authentication psk id keyid us\nikev2 authentication psk id keyid us key char k\n"
    return f"{head}interface GigaEthernet0.0\n  ip address {HERE}/16\n  no shutdown\n" + "".join(
        f"ikev2 authentication psk id keyid s{n} key char k{n}\ninterface Tunnel{n}.0\n"
        "  tunnel mode ipsec-ikev2\n  ip unnumbered GigaEthernet0.0\n"
        f"  ikev2 peer {peer(n)} authentication psk id keyid s{n}\n  no shutdown\n"
        for n in range(number)
    )


def cisco_ios_text(number: int) -> str:
    keys = "".join(f" peer P{n}\n  address {peer(n)}\n  pre-shared-key k{n}\n" for n in range(number))
    return (
        f"crypto ikev2 keyring K\n{keys}crypto ikev2 profile P\n match identity remote any\n"
        " authentication local pre-share\n authentication remote pre-share\n keyring local K\n"
        "crypto ipsec transform-set T esp-aes 256 esp-sha256-hmac\ncrypto ipsec profile P\n"
        " set transform-set T\n set ikev2-profile P\n"
        f"interface GigabitEthernet0/0\n ip address {HERE} 255.255.0.0\n"
    ) + "".join(
        f"interface Tunnel{n}\n ip unnumbered GigabitEthernet0/0\n tunnel source GigabitEthernet0/0\n"
        f" tunnel mode ipsec ipv4\n tunnel destination {peer(n)}\n tunnel protection ipsec profile P\n"
        for n in range(number)
    )


def awplus_text(number: int) -> str:
    return f"interface eth1\n ip address {HERE}/16\n" + "".join(
        f"crypto isakmp key k{n} address {peer(n)}\ninterface tunnel{n}\n tunnel mode ipsec ipv4\n"
        f" tunnel source eth1\n tunnel destination {peer(n)}\n tunnel protection ipsec\n"
        for n in range(number)
    )


DIALECTS: dict[str, tuple[Callable[[int], str], tuple[Command, ...]]] = {
    "nec-ix": (nec_ix_text, NEC_IX),
    "cisco-ios": (cisco_ios_text, CISCO_IOS),
    "awplus": (awplus_text, AWPLUS),
}
COMMANDS = [(name, command.words) for name, (_, commands) in DIALECTS.items() for command in commands]
_STATES = (IkeSaState.ESTABLISHED, IkeSaState.REKEYING, IkeSaState.CONNECTING, None)


def peer(number: int) -> IPv4Address:
    return IPv4Address("10.1.0.1") + 256 * number


def router(dialect: str, number: int) -> tuple[Gateway, Status]:
    """Tunnels of which each fourth stands, is being renewed, is half open, and is down."""
    text, _ = DIALECTS[dialect]
    gateway = by_name(dialect).lower(text(number), "router.cfg").gateway
    assert len(gateway.tunnels) == number
    sas, tunnels = [], []
    for order, tunnel in enumerate(gateway.tunnels):
        state = _STATES[order % len(_STATES)]
        stands = state in (IkeSaState.ESTABLISHED, IkeSaState.REKEYING)
        tunnels.append(TunnelStatus(name=tunnel.interface, up=stands, mtu=1400))
        if state is not None:
            path = Path(SocketAddress(HERE, 500), SocketAddress(peer(order), 500))
            sas.append(replace(sa_of(tunnel.interface, order, state), path=path))
    status = Status(
        hostname="centre",
        time=datetime(2026, 1, 2),
        tunnels=tuple(tunnels),
        ike_sas=tuple(sas),
        traffic={0x1000 + n: Traffic(packets_in=n, packets_out=2 * n) for n in range(number)},
        interfaces=tuple(
            InterfaceStatus(name=i.name, up=True, mtu=1400, addresses=i.addresses) for i in gateway.interfaces
        ),
    )
    return gateway, status


def sa_of(tunnel: str, order: int, state: IkeSaState) -> IkeSaStatus:
    if state is IkeSaState.CONNECTING:
        return replace(
            ike_sa(tunnel), serial=order, state=state, cipher=None, prf=None, keys=None, children=(),
            local_identity=None, peer_identity=None,
        )  # fmt: skip
    child = ChildSaStatus(sa=child_sa(tunnel, spi_in=0x1000 + order), remaining=1000.0)
    return replace(ike_sa(tunnel), serial=order, state=state, children=(child,))


def calls(dialect: str, words: str, number: int) -> int:
    """How many calls of functions it takes to show something."""
    gateway, status = router(dialect, number)
    count = 0

    def note(*_: object) -> None:
        nonlocal count
        count += 1

    sys.setprofile(note)
    try:
        by_name(dialect).show(words.split(), status, gateway)
    except ShowError:
        pass  # something must be named
    finally:
        sys.setprofile(None)
    return count


@pytest.mark.parametrize(("dialect", "words"), COMMANDS)
def test_the_work_does_not_grow_faster_than_it_must(dialect: str, words: str) -> None:
    few, many = calls(dialect, words, 20), calls(dialect, words, 80)
    # Four times as many tunnels; a look through all of them for each one would be sixteen times the work.
    assert many < 9 * few + 200


@pytest.mark.parametrize(
    ("dialect", "words", "told"),
    [
        ("nec-ix", "ikev2 sa", {"Status : establish": 2, "Status : rekeying": 2, "Status : negotiating": 2}),
        ("nec-ix", "tunnel status", {"Tunnel is up": 4, "Tunnel is down": 4, "IKE SA : 1, Child SA : 1": 4}),
        ("nec-ix", "interfaces", {"Tunnel is ready": 8}),
        ("cisco-ios", "crypto ikev2 sa", {" READY": 2, "IN-NEG": 2, "Encr: ": 4}),
        (
            "cisco-ios",
            "crypto session",
            # Each of the SAs is for IPv4 and for IPv6.
            {": UP-ACTIVE": 4, ": DOWN-NEGOTIATING": 2, ": DOWN\n": 2, "Active SAs: 2,": 8},
        ),
        ("cisco-ios", "crypto engine connections active", {" IPsec ": 8, " IKEv2 ": 4}),
        ("awplus", "isakmp sa", {"Established": 2, "Rekeying": 2, "Connecting": 2}),
        ("awplus", "ipsec sa", {"ESP": 4}),
        ("awplus", "interface", {"Link is UP, admin": 5, "Link is DOWN, admin": 4}),
    ],
)
def test_what_is_down_half_open_or_being_renewed_is_told_as_such(
    dialect: str, words: str, told: dict[str, int]
) -> None:
    gateway, status = router(dialect, 8)
    shown = by_name(dialect).show(words.split(), status, gateway)
    assert {text: shown.count(text) for text in told} == told
