import pytest
from scapy.layers.inet import IP, UDP
from scapy.layers.inet6 import IPv6
from scapy.layers.l2 import Ether
from scapy.packet import Packet

from kakehashi.lab.segments import segments

UDP_L4, TCP_V4 = 5, 1
PAYLOAD = bytes(range(256)) * 10


def frame(ip: Packet) -> bytes:
    return bytes(Ether() / ip / UDP(sport=4500, dport=4500) / PAYLOAD)


@pytest.mark.parametrize(
    "ip", [IP(src="10.1.0.1", dst="10.2.0.1", id=65535), IPv6(src="fd00::1", dst="fd00::2")]
)
def test_what_udp_segment_made_whole_is_written_as_the_datagrams_on_the_wire(ip: Packet) -> None:
    parts = [Ether(part) for part in segments(frame(ip), UDP_L4, 1000)]
    assert b"".join(bytes(part[UDP].payload) for part in parts) == PAYLOAD
    assert [len(part[UDP].payload) for part in parts] == [1000, 1000, 560]
    for part in parts:
        # scapy fills lengths and checksums in anew where they are taken away: it must find the same ones.
        again = part.copy()
        fields = [(UDP, "chksum"), (UDP, "len")]
        fields += [(IP, "chksum"), (IP, "len")] if IP in part else [(IPv6, "plen")]
        for layer, name in fields:
            again[layer].delfieldval(name)
        assert bytes(again) == bytes(part)


@pytest.mark.parametrize(("kind", "size"), [(0, 0), (TCP_V4, 1000), (UDP_L4, 0)])
def test_other_frames_stay_as_they_are(kind: int, size: int) -> None:
    whole = frame(IP(src="10.1.0.1", dst="10.2.0.1"))
    assert list(segments(whole, kind, size)) == [whole]


@pytest.mark.parametrize("length", range(45))
def test_a_frame_that_is_cut_short_stays_as_it_is(length: int) -> None:
    cut = frame(IP(src="10.1.0.1", dst="10.2.0.1"))[:length]
    if length <= 42:
        assert list(segments(cut, UDP_L4, 1000)) == [cut]
