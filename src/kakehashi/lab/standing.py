"""What a gateway's own status says of one end of a tunnel that stands."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from kakehashi.check.pair import End

Statuses = Mapping[str, Mapping[str, Any]]
"""By device: a `model.status.Status` in plain values."""


@dataclass(frozen=True, slots=True)
class Standing:
    """The agreed algorithms by their IANA names, and which sides are behind a NAT: `local`, `remote`."""

    ike: str | None
    esp: str
    nat: tuple[str, ...]


def standing(end: End, statuses: Statuses) -> Standing | None:
    """How the end stands; None if it has no SA that carries packets."""
    status = statuses.get(end.device, {})
    if end.ike_version == 0:
        return _plain(end, status)
    return _ikev1(end, status) if end.ike_version == 1 else _ikev2(end, status)


def _plain(end: End, status: Mapping[str, Any]) -> Standing | None:
    """A tunnel without IPsec stands while its interface is up."""
    up = any(t["up"] for t in status.get("tunnels", ()) if t["name"] == end.tunnel.interface)
    return Standing(ike=None, esp=f"{end.tunnel.ipsec.gre}, without IPsec", nat=()) if up else None


def _ikev2(end: End, status: Mapping[str, Any]) -> Standing | None:
    for sa in status.get("ike_sas", ()):
        if not _is_with_peer(end, sa):
            continue
        if sa["tunnel"] == end.tunnel.interface and sa["state"] != "connecting" and sa["children"]:
            child = sa["children"][-1]
            names = [_cipher(sa["cipher"]), sa["integrity"], sa["prf"], sa["key_exchange"]]
            return Standing(
                ike=_joined(names) if sa["cipher"] else None,
                esp=_esp(child["sa"], child["key_exchange"]),
                nat=tuple(sa["nat"]),
            )
    return None


def _ikev1(end: End, status: Mapping[str, Any]) -> Standing | None:
    """The newest pair of IPsec SAs, and the ISAKMP SA that made it, or the peer's newest if that is gone."""
    pairs = [
        pair
        for pair in status.get("ipsec_sas", ())
        if pair["sa"]["tunnel"] == end.tunnel.interface and _is_with_peer(end, pair["sa"])
    ]
    if not pairs:
        return None
    newest = pairs[-1]
    isakmp = [sa for sa in status.get("isakmp_sas", ()) if sa["cipher"] and sa["state"] != "connecting"]
    made_it = [sa for sa in isakmp if sa["serial"] == newest["isakmp_serial"]]
    of_peer = [sa for sa in isakmp if sa["path"]["remote"]["ip"] == newest["sa"]["path"]["remote"]["ip"]]
    sa = next(iter(made_it or of_peer[-1:]), None)
    esp = _esp(newest["sa"], newest["pfs"])
    if sa is None:
        return Standing(ike=None, esp=esp, nat=())
    names = ["IKEv1", sa["mode"], _cipher(sa["cipher"]), sa["hash"], sa["group"]]
    return Standing(ike=_joined(names), esp=esp, nat=tuple(sa["nat"]))


def _is_with_peer(end: End, sa: Mapping[str, Any]) -> bool:
    """Is it with the peer of this end? A multipoint tunnel has others."""
    return not end.tunnel.multipoint or sa["path"]["remote"]["ip"] == str(end.tunnel.peer_address)


def _esp(sa: Mapping[str, Any], key_exchange: str) -> str:
    ah = f"AH {sa['ah']}" if sa["ah"] != "NONE" else None
    return _joined([ah, _cipher(sa["cipher"]), sa["integrity"], key_exchange])


def _joined(names: list[str | None]) -> str:
    return " ".join(name for name in names if name and name != "NONE")


def _cipher(cipher: Mapping[str, Any] | None) -> str | None:
    if cipher is None:
        return None
    return f"{cipher['id']}_{cipher['key_bits']}" if cipher["key_bits"] else str(cipher["id"])
