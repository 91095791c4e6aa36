"""Tunnels of GRE without IPsec, which nobody negotiates: what both ends must say alike all the same."""

from kakehashi.check.rules.mss import room_for
from kakehashi.check.sheet.common import Half, inner_rows, peer_row
from kakehashi.check.sheet.row import NOTHING, Cell, Row
from kakehashi.model.tunnel import PlainTunnel

PHASE = 0


def gre_rows(a: Half, b: Half) -> list[Row]:
    """The ends, the header, and how much fits into it."""
    return [peer_row(PHASE, a, b), *inner_rows(a, b, PHASE), _mtu(a, b), _keepalive(a, b)]


def protection_row(a: Half, b: Half) -> Row:
    """One end protects its packets by IPsec, the other does not."""
    cells = [h.cell("0/protection", _protection(h), *h.here()) for h in (a, b)]
    return Row(phase=PHASE, parameter="protection", a=cells[0], b=cells[1], fits=False)


def _protection(half: Half) -> str:
    return NOTHING if half.end.ike_version == 0 else f"IKEv{half.end.ike_version}"


def _mtu(a: Half, b: Half) -> Row:
    """The larger packets of one end the other may have to receive in fragments."""
    rooms = [room_for(h.device, h.end.tunnel, h.address.inside.version) for h in (a, b)]
    cells = [h.cell("0/mtu", str(room), *h.here()) for h, room in zip((a, b), rooms, strict=True)]
    return Row(phase=PHASE, parameter="mtu", a=cells[0], b=cells[1], agreed=str(min(rooms)))


def _keepalive(a: Half, b: Half) -> Row:
    cells: list[Cell] = []
    for half in (a, b):
        tunnel = half.end.tunnel
        asked = tunnel.keepalive if isinstance(tunnel, PlainTunnel) else None
        text = f"{asked.period} s × {asked.retries}" if asked else NOTHING
        cells.append(half.cell("0/keepalive", text, *half.here()))
    agreed = cells[0].text if cells[0].text == cells[1].text else "each its own"
    return Row(phase=PHASE, parameter="gre-keepalive", a=cells[0], b=cells[1], agreed=agreed)
