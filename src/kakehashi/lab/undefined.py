"""IKE proposals that a file names and nowhere defines: the lab defines them, as the other side has them."""

from collections.abc import Iterator, Mapping, Sequence

from kakehashi.check.pair import Pairing
from kakehashi.lab.complete.additions import IkeProposal
from kakehashi.lab.device import Device
from kakehashi.lab.draft import Draft
from kakehashi.lab.ikev1 import peers_of
from kakehashi.model.algorithms import Cipher
from kakehashi.model.finding import Finding
from kakehashi.model.gateway import Gateway
from kakehashi.model.ikev1 import Phase1Proposal
from kakehashi.wire.registry.ikev1 import HashAlgorithm
from kakehashi.wire.registry.ikev2 import EncryptionId, KeyExchangeId

UNDEFINED = "undefined-ike-proposal"
# Where the other side has none either.
_ASSUMED = Phase1Proposal(
    cipher=Cipher(EncryptionId.ENCR_AES_CBC, 256),
    hash=HashAlgorithm.SHA2_256,
    group=KeyExchangeId.MODP_2048,
    lifetime=28800,
)


def define_proposals(devices: Sequence[Device], pairing: Pairing, drafts: Mapping[str, Draft]) -> None:
    """Add what is missing to `drafts`."""
    gateways = {device.name: device.gateway for device in devices}
    for device in devices:
        missing = [finding for finding in device.findings if finding.code == UNDEFINED and finding.name]
        for name in dict.fromkeys(finding.name for finding in missing):
            naming = [finding for finding in missing if finding.name == name]
            other, proposal = next(_offered(device, naming, pairing, gateways), ("", _ASSUMED))
            draft, text = drafts[device.name], _text(proposal)
            why = f"as {other} has it" if other else "which is an assumption of the lab alone"
            draft.add(
                IkeProposal(name=name, proposal=proposal),
                f"the IKE proposal {name}, which no line defines, is {text}, {why}",
            )


def _offered(
    device: Device, naming: Sequence[Finding], pairing: Pairing, gateways: Mapping[str, Gateway]
) -> Iterator[tuple[str, Phase1Proposal]]:
    """What the other ends of the tunnels offer whose peers name the proposal: their devices, and it."""
    lines = [finding.source for finding in naming]
    for pair in pairing.pairs:
        for end in pair.ends:
            mine = peers_of(device.gateway, end.tunnel) if end.device == device.name else ()
            if any(peer.source in lines for peer in mine):
                other = pair.other(end)
                for theirs in peers_of(gateways[other.device], other.tunnel):
                    yield from ((other.device, proposal) for proposal in theirs.proposals)


def _text(proposal: Phase1Proposal) -> str:
    return f"{proposal.cipher}, {proposal.hash.name}, {proposal.group.name}"
