"""Sessions of an L2TP server."""

from dataclasses import replace

from kakehashi.model.l2tp import L2tpSession

USUAL = L2tpSession(tunnel_id=1, session_id=2, peer_tunnel_id=3, peer_session_id=4, peer="somebody")


def test_every_header_in_front_of_a_packet_is_counted() -> None:
    assert USUAL.overhead == 8 + 6 + 4
    assert replace(USUAL, sequencing=True, length=True).overhead == 8 + 12 + 4
    assert replace(USUAL, compress_address=True, compress_protocol=True).overhead == 8 + 6 + 1
