"""What is said to the kernel about SAs, read back as the kernel would tell it."""

import struct
from ipaddress import ip_address, ip_network

import pytest

from kakehashi.dataplane import xfrm_messages
from kakehashi.dataplane.netlink import attribute, attributes
from kakehashi.dataplane.xfrm_algorithms import algorithm_attributes
from kakehashi.dataplane.xfrm_messages import Acquired, Mapping, NewState, State, Template
from kakehashi.dataplane.xfrm_selectors import KernelSelector
from kakehashi.dataplane.xfrm_statistics import Tally
from kakehashi.model.algorithms import Cipher
from kakehashi.model.child_sa import EspKeys
from kakehashi.model.encapsulation import EncapsulationMode
from kakehashi.model.secret import Secret
from kakehashi.wire.registry.ikev2 import EncryptionId, IntegrityId

NEAR, FAR, ELSEWHERE = (ip_address(f"192.0.2.{n}") for n in (1, 2, 3))
KEYS = EspKeys(encryption=Secret(bytes(range(20))), integrity=Secret(bytes(range(32))))
GCM = Cipher(EncryptionId.ENCR_AES_GCM_16, 128)


def new(**changes: object) -> NewState:
    plain: dict[str, object] = {
        "source": NEAR,
        "destination": FAR,
        "spi": 0xC0FFEE01,
        "reqid": 7,
        "if_id": 9,
        "algorithms": algorithm_attributes(GCM, IntegrityId.NONE, KEYS),
        "ports": (4500, 4501),
        "replay_window": 64,
    }
    return NewState(**(plain | changes))  # type: ignore[arg-type]


def numbers(told: bytes) -> tuple[int, ...]:
    """Of its replay state: sent and seen, their high halves, the window."""
    found = attributes(told, xfrm_messages.SA_SIZE)[xfrm_messages.REPLAY_ESN]
    return struct.unpack_from("=6I", found)[1:]


def test_an_sa_is_read_as_it_was_said():
    told = new().octets()
    state = State.read(told)
    assert (state.spi, state.destination, state.if_id) == (0xC0FFEE01, FAR, 9)
    found = attributes(told, xfrm_messages.SA_SIZE)
    assert found[xfrm_messages.ENCAP][:6] == struct.pack("=H", 2) + struct.pack("!HH", 4500, 4501)
    assert numbers(told) == (0, 0, 0, 0, 64)


def test_windows_that_are_off_have_room_for_their_bits_all_the_same():
    assert numbers(new(replay_window=0).octets())[-1] == 0


@pytest.mark.parametrize("high", [0, 5])
def test_an_sa_that_moves_sends_with_numbers_that_it_never_had(high):
    before = bytearray(new(esn=True).octets())
    at = bytes(before).index(attribute(xfrm_messages.REPLAY_ESN, b"")[2:4] + struct.pack("=I", 2)) + 2
    struct.pack_into("=4I", before, at + 4, 0xFFFFFFF0, 77, high, 0)
    moved = xfrm_messages.moved(bytes(before), ELSEWHERE, FAR, None)
    sent, seen, sent_high, _, window = numbers(moved)
    assert sent_high << 32 | sent == (high << 32 | 0xFFFFFFF0) + 65536
    assert (seen, window) == (77, 64), "what was received counts on"
    found = attributes(moved, xfrm_messages.SA_SIZE)
    assert xfrm_messages.ENCAP not in found
    assert moved[80:84] == ELSEWHERE.packed
    assert found[18] == attributes(bytes(before), xfrm_messages.SA_SIZE)[18], "the same keys"


def test_ah_is_read_as_it_was_said():
    told = new(protocol=xfrm_messages.AH, mode=EncapsulationMode.TRANSPORT, if_id=0, ports=None).octets()
    state = State.read(told)
    assert (state.protocol, state.if_id, state.reqid) == (51, 0, 7)
    flags, mode = told[216], told[214]
    assert (mode, flags) == (0, xfrm_messages.ALIGN_4), "in transport mode there is but one version of IP"
    v6 = {"source": ip_address("2001:db8::1"), "destination": ip_address("2001:db8::2")}
    assert not new(protocol=xfrm_messages.AH, mode=EncapsulationMode.TRANSPORT, **v6).octets()[216]


def test_a_policy_asks_for_the_innermost_protection_first():
    inner = Template(EncapsulationMode.TUNNEL, xfrm_messages.ESP, 7, (NEAR, FAR))
    outer = Template(EncapsulationMode.TRANSPORT, xfrm_messages.AH, 7)
    flow = KernelSelector(ip_network("10.1.0.0/24"), ip_network("10.2.0.0/24"))
    told = attributes(xfrm_messages.policy(flow, xfrm_messages.OUT, 9, 1, (inner, outer)), 168)
    both = told[xfrm_messages.TEMPLATE]
    assert len(both) == 128
    assert (both[:4], both[20], both[64 + 20]) == (FAR.packed, 50, 51)
    clear = attributes(xfrm_messages.policy(flow, xfrm_messages.OUT, 0, 1, ()), 168)
    assert not clear, "neither protected nor of an interface"


def test_what_the_kernel_asks_for_tells_the_tunnel_and_the_packet():
    flow = KernelSelector(
        ip_network("10.1.0.1/32"), ip_network("10.2.0.1/32"), 6, (4000, 0xFFFF), (80, 0xFFFF)
    )
    wanted = Template(EncapsulationMode.TUNNEL, reqid=77, ends=(NEAR, FAR))
    told = FAR.packed.ljust(24, b"\0") + NEAR.packed.ljust(16, b"\0")
    told += flow.octets() + flow.reversed().octets() + bytes(112 + 12) + struct.pack("=I", 42)
    told += attribute(xfrm_messages.TEMPLATE, wanted.octets())
    told += attribute(xfrm_messages.IF_ID, struct.pack("=I", 9))
    found = Acquired.read(told)
    assert (found.if_id, found.sequence, found.reqid, found.mode) == (9, 42, 77, 1)
    assert found.ends == (NEAR, FAR)
    assert found.policy == flow.reversed().octets()
    assert (found.source, found.destination) == (ip_address("10.1.0.1"), ip_address("10.2.0.1"))
    assert (found.protocol, found.source_port, found.destination_port) == (6, 4000, 80)
    asked = found.spi()
    assert State.read(asked, 232).reqid == 77
    assert asked[56:60] == FAR.packed


def test_a_peer_that_moved_is_told_by_its_new_address_and_port():
    old, anew = (a.packed.ljust(16, b"\0") for a in (FAR, ELSEWHERE))
    told = bytes(16) + struct.pack("!I", 0xAB) + struct.pack("=HBx", 2, 50) + bytes(4) + old + anew
    assert Mapping.read(told + struct.pack("!HH", 4500, 61000)) == Mapping(0xAB, ELSEWHERE, 61000)


def test_counters_of_sas_that_went_count_on():
    told = bytearray(new().octets())
    struct.pack_into("=QQ", told, 160, 5000, 10)
    struct.pack_into("=III", told, 192, 1, 2, 3)
    state, tally = State.read(bytes(told)), Tally()
    for inbound in (True, False):
        tally.add(state, inbound)
    tally.add(state, inbound=True)
    outbound, inward = tally.counters()
    assert (outbound.packets, outbound.octets) == (10, 5000)
    assert (inward.packets, inward.octets) == (20, 10000)
    assert (inward.replay_detected, inward.integrity_failure) == (6, 6)


def test_an_algorithm_that_the_kernel_has_no_name_for_is_refused():
    with pytest.raises(ValueError, match="no ENCR_CAMELLIA_CBC"):
        algorithm_attributes(Cipher(EncryptionId.ENCR_CAMELLIA_CBC, 128), IntegrityId.NONE, KEYS)
