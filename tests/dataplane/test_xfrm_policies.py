"""Which policies the kernel has while SAs come and go: told to one that only remembers them."""

import struct
from ipaddress import ip_address, ip_network
from socket import AF_INET6

import pytest

from kakehashi.dataplane import xfrm_messages
from kakehashi.dataplane.netlink import attribute, attributes
from kakehashi.dataplane.xfrm_messages import AH, ESP, IN, OUT, Template
from kakehashi.dataplane.xfrm_pair import Pair
from kakehashi.dataplane.xfrm_policies import ASKING, BETWEEN_ENDS, Policies
from kakehashi.dataplane.xfrm_selectors import KernelSelector, between
from kakehashi.model.address import Path, SocketAddress
from kakehashi.model.algorithms import Cipher
from kakehashi.model.child_sa import ChildSa, EspKeys
from kakehashi.model.encapsulation import EncapsulationMode
from kakehashi.model.secret import Secret
from kakehashi.model.selector import EVERYTHING, TrafficSelector
from kakehashi.wire.registry.ikev2 import EncryptionId, IntegrityId

NEAR, FAR = ip_address("192.0.2.1"), ip_address("198.51.100.2")
TRANSPORT, TUNNEL = EncapsulationMode.TRANSPORT, EncapsulationMode.TUNNEL
GRE = KernelSelector(ip_network(NEAR), ip_network(FAR), 47)
KEYS = EspKeys(
    encryption=Secret(bytes(range(16))), integrity=Secret(bytes(range(20))), ah=Secret(bytes(range(20)))
)


class Kernel:
    """Its policies by selector, direction and interface: what their templates ask for."""

    def __init__(self) -> None:
        self.policies: dict[tuple[bytes, int, int], tuple[tuple[int, int], ...]] = {}
        self.priorities: dict[tuple[bytes, int, int], int] = {}

    def request(self, kind: int, payload: bytes, flags: int = 0) -> list[bytes]:
        selector = payload[:56]
        if kind == xfrm_messages.UPDPOLICY:
            found = attributes(payload, 168)
            (if_id,) = struct.unpack("=I", found.get(xfrm_messages.IF_ID, bytes(4)))
            templates = found.get(xfrm_messages.TEMPLATE, b"")
            asked = (templates[at : at + 64] for at in range(0, len(templates), 64))
            key = selector, payload[160], if_id
            self.policies[key] = tuple((t[20], struct.unpack_from("=I", t, 44)[0]) for t in asked)
            self.priorities[key] = struct.unpack_from("=I", payload, 152)[0]
        elif kind == xfrm_messages.DELPOLICY:
            (if_id,) = struct.unpack("=I", attributes(payload, 64).get(xfrm_messages.IF_ID, bytes(4)))
            if self.policies.pop((selector, payload[60], if_id), None) is None:
                raise FileNotFoundError
        elif kind == xfrm_messages.GETPOLICY:
            return [self._told(*key) for key in self.policies]
        return []

    def asks(
        self, selector: KernelSelector, direction: int, if_id: int = BETWEEN_ENDS
    ) -> tuple[tuple[int, int], ...] | None:
        """Protocol and number of each protection, None where there is no such policy."""
        return self.policies.get((selector.octets(), direction, if_id))

    def _told(self, selector: bytes, direction: int, if_id: int) -> bytes:
        priority = self.priorities[selector, direction, if_id]
        told = selector + bytes(96) + struct.pack("=IIB7x", priority, 0, direction)
        return told + (attribute(xfrm_messages.IF_ID, struct.pack("=I", if_id)) if if_id else b"")


@pytest.fixture
def kernel() -> Kernel:
    return Kernel()


@pytest.fixture
def policies(kernel: Kernel) -> Policies:
    return Policies(kernel)  # type: ignore[arg-type]


def child(**changes: object) -> ChildSa:
    plain: dict[str, object] = {
        "tunnel": "Tunnel0",
        "spi_in": 0x1001,
        "spi_out": 0x2001,
        "serial_in": 1,
        "serial_out": 2,
        "cipher": Cipher(EncryptionId.ENCR_AES_CBC, 128),
        "integrity": IntegrityId.AUTH_HMAC_SHA1_96,
        "keys_in": KEYS,
        "keys_out": KEYS,
        "esn": False,
        "local_selectors": EVERYTHING,
        "remote_selectors": EVERYTHING,
        "path": Path(SocketAddress(NEAR, 500), SocketAddress(FAR, 500)),
        "udp_encapsulation": False,
        "replay_window": 64,
        "mode": TRANSPORT,
    }
    return ChildSa(**(plain | changes))  # type: ignore[arg-type]


def test_between_two_ends_packets_are_protected_before_there_is_an_sa_and_after_it(kernel, policies):
    asking, any_sa = ((ESP, ASKING),), ((ESP, 0),)
    policies.protect((GRE,), (NEAR, FAR), Template(TRANSPORT, ESP, ASKING))
    assert (kernel.asks(GRE, OUT), kernel.asks(GRE.reversed(), IN)) == (asking, any_sa)
    for number in (7, 8):
        policies.accept(BETWEEN_ENDS, number, (GRE,), (Template(TRANSPORT),))
        policies.use(BETWEEN_ENDS, number, (GRE,), (Template(TRANSPORT, ESP, number),))
        assert kernel.asks(GRE, OUT) == ((ESP, number),)
    policies.forget(BETWEEN_ENDS, 8, (GRE,))
    assert kernel.asks(GRE, OUT) == ((ESP, 7),), "the one before is still there"
    policies.forget(BETWEEN_ENDS, 7, (GRE,))
    assert (kernel.asks(GRE, OUT), kernel.asks(GRE.reversed(), IN)) == (asking, any_sa)
    policies.protect_no_more((GRE,), (NEAR, FAR))
    assert kernel.policies == {}


def test_an_sa_with_ah_asks_for_both_of_whom_it_hears(kernel, policies):
    policies.protect((GRE,), (NEAR, FAR), Template(TRANSPORT, ESP, ASKING))
    pair = Pair.of(child(ah=IntegrityId.AUTH_HMAC_SHA1_96, ah_spi_out=0x3001), 9, True, 77)
    assert pair.selectors == (GRE,)
    policies.accept(pair.if_id, pair.spi_in, pair.selectors, pair.inbound())
    policies.use(pair.if_id, pair.spi_in, pair.selectors, pair.outbound())
    assert kernel.asks(GRE, OUT) == ((ESP, 77), (AH, 77)), "ESP inside"
    assert kernel.asks(GRE.reversed(), IN) == ((ESP, 0), (AH, 0))


def test_templates_are_of_the_ip_version_outside():
    """In transport mode the kernel takes no other (net/xfrm/xfrm_user.c, validate_tmpl)."""
    ends = ip_address("2001:db8::1"), ip_address("2001:db8::2")
    path = Path(*(SocketAddress(end, 500) for end in ends))
    pair = Pair.of(child(path=path, ah=IntegrityId.AUTH_HMAC_SHA1_96), 9, False, 77)
    families = [struct.unpack_from("=H", t.octets(), 24)[0] for t in (*pair.inbound(), *pair.outbound())]
    assert families == [AF_INET6] * 4


def test_neighbours_find_each_other_where_everything_is_protected(kernel, policies):
    ends = ip_address("2001:db8::1"), ip_address("2001:db8::2")
    all_of_it = between(*ends, EVERYTHING, EVERYTHING)
    policies.protect(all_of_it, ends, Template(TRANSPORT, ESP, ASKING))
    clear = [key for key, asked in kernel.policies.items() if asked == ()]
    assert {struct.unpack_from("=B", key[0], 44)[0] for key in clear} == {58}
    protected = [key for key, asked in kernel.policies.items() if asked]
    assert max(kernel.priorities[key] for key in clear) < min(kernel.priorities[key] for key in protected)
    policies.protect_no_more(all_of_it, ends)
    assert kernel.policies == {}


def test_what_a_gateway_that_was_killed_has_left_goes_and_nothing_else(kernel, policies):
    policies.add_tunnel(9)
    policies.protect((GRE,), (NEAR, FAR), Template(TRANSPORT, ESP, ASKING))
    foreign = KernelSelector(ip_network("10.0.0.0/8"), ip_network("10.9.0.0/16"))
    kernel.request(
        xfrm_messages.UPDPOLICY, xfrm_messages.policy(foreign, OUT, 0, 375423, (Template(TUNNEL),))
    )
    Policies(kernel).remove_leftovers()  # type: ignore[arg-type]
    assert {key[2] for key in kernel.policies} == {0, 9}
    assert kernel.asks(GRE, OUT) is None
    assert kernel.asks(foreign, OUT) == ((ESP, 0),)
    Policies(kernel).remove_leftovers(9)  # type: ignore[arg-type]
    assert list(kernel.policies) == [(foreign.octets(), OUT, 0)]


def test_ah_around_esp_is_in_transport_mode_for_the_kernel_whatever_esp_is():
    pair = Pair.of(
        child(mode=TUNNEL, ah=IntegrityId.AUTH_HMAC_SHA1_96, ah_spi_out=0x3001),
        if_id=9,
        has_gre=False,
        reqid=77,
    )
    assert [(x.protocol, x.mode, x.spi_in, x.spi_out) for x in pair.layers] == [
        (ESP, TUNNEL, 0x1001, 0x2001),
        (AH, TRANSPORT, 0x1001, 0x3001),
    ]
    assert pair.if_id == 9, "what goes into its interface"
    assert [t.ends for t in pair.outbound()] == [(NEAR, FAR), None]


def test_in_transport_mode_the_addresses_are_those_that_the_packets_have():
    behind = TrafficSelector(ip_address("10.0.0.5"), ip_address("10.0.0.5"), 17, 1701, 1701)
    ours = TrafficSelector(NEAR, NEAR, 17, 1701, 1701)
    pair = Pair.of(child(local_selectors=(ours,), remote_selectors=(behind,)), 9, False, 77)
    (selector,) = pair.selectors
    assert (selector.source, selector.destination) == (ip_network(NEAR), ip_network(FAR))
    assert (selector.protocol, selector.source_port) == (17, (1701, 0xFFFF))
    assert pair.if_id == BETWEEN_ENDS
