"""The proof: a rendered configuration is read again and negotiates with the other side in the engine."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from kakehashi.bridge.agree import Agreed
from kakehashi.bridge.far_end import NoFarEndError, far_end
from kakehashi.bridge.reading import Read
from kakehashi.check.clouds import check_clouds
from kakehashi.check.device import Device
from kakehashi.check.members import knows, members_of
from kakehashi.check.pair import End, Pair
from kakehashi.check.report import Severity as Gravity
from kakehashi.check.verdict import Judge
from kakehashi.dialects.rendering import Loss
from kakehashi.model.finding import Severity
from kakehashi.model.gateway import Gateway
from kakehashi.model.identity import AuthenticationMethod
from kakehashi.model.ikev1 import Ikev1Tunnel
from kakehashi.model.parties import towards
from kakehashi.model.tunnel import Ikev2Tunnel, Tunnel

_CERTIFICATES = "its certificates are not translated: put them on the device yourself"
_SILENCE = "no answer comes, and nobody says why"


@dataclass(frozen=True, slots=True)
class Proof:
    """What became of one tunnel. `reason`: why it does not come up or survive, "" if it does."""

    tunnel: str
    comes_up: bool
    survives_rekey: bool
    reason: str = ""

    @property
    def holds(self) -> bool:
        """Does it come up, and survive the rekeys of both phases?"""
        return self.comes_up and self.survives_rekey

    def __str__(self) -> str:
        if self.holds:
            return f"{self.tunnel} comes up and survives its rekeys"
        return f"{self.tunnel} {'dies at a rekey' if self.comes_up else 'does not come up'}: {self.reason}"


def negotiate(one: tuple[Gateway, str], other: tuple[Gateway, str]) -> Proof:
    """Let a tunnel of one gateway negotiate with a tunnel of another."""
    names = ("here", "there")
    ends = []
    for name, (gateway, interface) in zip(names, (one, other), strict=True):
        tunnel = gateway.tunnel(interface)
        if tunnel is None:
            return Proof(one[1], False, False, f"there is no tunnel {interface} in what was written")
        ends.append(End(name, tunnel))
    devices = {name: Device(name, g) for name, (g, _) in zip(names, (one, other), strict=True)}
    if all(end.tunnel.multipoint for end in ends):
        if apart := _apart(devices):
            return Proof(one[1], False, False, apart)
        ends = [_towards(ends[0], one[0], other[0]), _towards(ends[1], other[0], one[0])]
    verdict = Judge(devices).judge(Pair(ends[0], ends[1]))
    return Proof(one[1], verdict.comes_up, verdict.survives_rekey, verdict.reason or verdict.one_way)


def _towards(end: End, own: Gateway, other: Gateway) -> End:
    """A member's tunnel with another member for its peer, as lines or NHRP tell where that is."""
    found = min((a for m in members_of({"": other}) for a in m.nbma), default=None, key=str)
    return end if found is None else End(end.device, towards(end.tunnel, found, own))


def _apart(devices: dict[str, Device]) -> str:
    """Why two members of a cloud do not find each other, "" if they do."""
    here, there = (members_of({name: device.gateway}) for name, device in devices.items())
    if not any(knows(a, b) or knows(b, a) for a in here for b in there):
        return "neither of the two registers with the other"
    errors = (remark.message for remark in check_clouds(devices) if remark.severity is Gravity.ERROR)
    return next(errors, "")


def why_it_is_down(proof: Proof, read: Read, tunnel: Tunnel, losses: Sequence[Loss]) -> Proof:
    """A proof that does not hold, with what explains it best: an error of the file, what cannot be said."""
    errors = [f for f in read.findings if f.severity is Severity.ERROR]
    if has_certificate(tunnel):
        reason = _CERTIFICATES
    elif not tunnel.enabled and not errors:
        own = next((f for f in read.findings if f.message.startswith(f"{tunnel.interface} ")), None)
        told = f" ({own.message})" if own else ""
        reason = f"it is shut down in {read.file}{told}: nothing meets it before it is switched on"
    elif errors and (not tunnel.enabled or not _meets_its_like(read.gateway, tunnel)):
        own = next((f for f in errors if tunnel.interface in f.message), errors[0])
        reason = f"{read.file} has an error that keeps it down: {own.message}"
    elif isinstance(tunnel, Ikev1Tunnel) and not tunnel.ipsec.autorefresh and proof.reason == _SILENCE:
        reason = f"its SAs end and are never renewed, as {read.file} says"
    elif losses and proof.reason == _SILENCE:
        unsaid = "; ".join(f"{x.what} ({x.why})" for x in losses[:3])
        reason = f"no answer comes; look at what the device cannot say: {unsaid}"
    else:
        return proof
    return Proof(proof.tunnel, proof.comes_up, proof.survives_rekey, reason)


def _meets_its_like(gateway: Gateway, tunnel: Tunnel) -> bool:
    """Does a tunnel come up with a far end of the same maker? If not, it is not the other maker's doing."""
    try:
        far = far_end(gateway, _original(gateway, tunnel))
    except NoFarEndError:
        return False
    return negotiate((gateway, tunnel.interface), (far.gateway, far.tunnel)).holds


def prove_translation(
    read: Read, of: Tunnel, agreed: Agreed, translated: Gateway, tunnel: str, losses: Sequence[Loss]
) -> Proof:
    """Does the translated tunnel meet the far end that the original one has?

    `agreed`: the original with what the other device can say, and `of` its tunnel. What that changes the far
    end must change, too; whether it comes up then is told.
    """
    if has_certificate(of):
        return Proof(tunnel, False, False, _CERTIFICATES)
    try:
        for peer in _each_first(read.gateway, of):
            far = far_end(peer, _original(read.gateway, of))
            found = negotiate((translated, tunnel), (far.gateway, far.tunnel))
            if not found.holds:
                break
        if found.holds:
            return found
        changes = [c for c in agreed.changes if c.tunnel == of.interface]
        if changes:
            far = far_end(agreed.gateway, of)
            then = negotiate((translated, tunnel), (far.gateway, far.tunnel))
            if then.holds:
                told = "; ".join(f"{c.was} {c.verb} {c.now}" for c in changes)
                return Proof(tunnel, False, False, f"the far end must be changed as this end is: {told}")
            found = then
    except NoFarEndError as error:
        return Proof(tunnel, False, False, str(error))
    return why_it_is_down(found, read, of, losses)


def _each_first(gateway: Gateway, of: Tunnel) -> tuple[Gateway, ...]:
    """The gateway; of a tunnel of many peers once for each that is written down, that one first."""
    cloud = gateway.multipoint(of.interface)
    if cloud is None or not cloud.endpoints:
        return (gateway,)
    others = tuple(m for m in gateway.multipoints if m is not cloud)
    orders = ((hop, *(o for o in cloud.endpoints if o is not hop)) for hop in cloud.endpoints)
    return tuple(replace(gateway, multipoints=(*others, replace(cloud, endpoints=o))) for o in orders)


def _original(gateway: Gateway, of: Tunnel) -> Tunnel:
    """The tunnel as the file has it, with the pairs of networks that a part of it is for."""
    found = gateway.tunnel(of.interface) or of
    if not isinstance(found, Ikev1Tunnel):
        return found
    if gateway.l2tp_server(found.interface) is not None:
        # Who dials in says what it wants to carry, whatever the server makes of it (RFC 3193 section 4).
        return replace(found, ipsec=replace(found.ipsec, sends_identities=True))
    parts = list(zip(of.ipsec.local_selectors, of.ipsec.remote_selectors, strict=False))
    pairs = [
        (local, remote)
        for local, remote in zip(found.ipsec.local_selectors, found.ipsec.remote_selectors, strict=False)
        if any(ours.contains(local) and theirs.contains(remote) for ours, theirs in parts)
    ]
    if not pairs:
        return found
    ipsec = replace(
        found.ipsec,
        local_selectors=tuple(local for local, _ in pairs),
        remote_selectors=tuple(remote for _, remote in pairs),
    )
    return replace(found, ipsec=ipsec)


def has_certificate(tunnel: Tunnel) -> bool:
    """Does one side of it prove itself by a certificate?"""
    if not isinstance(tunnel, Ikev2Tunnel):
        return False
    return AuthenticationMethod.SIGNATURE in (tunnel.local.method, tunnel.peer.method)
