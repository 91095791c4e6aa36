"""Traffic selectors as `local-ts` and `remote-ts`."""

from ipaddress import summarize_address_range

from kakehashi.dialects.nec_ix.words import PROTOCOLS
from kakehashi.dialects.rendering import Losses
from kakehashi.model.policy import IpsecSettings
from kakehashi.model.selector import EVERYTHING, TrafficSelector
from kakehashi.model.source import Source

_PROTOCOLS_WITH_PORTS = (6, 17, 33, 132, 136)


def selector_lines(
    ipsec: IpsecSettings, source: Source | None, losses: Losses
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The lines of both sides; none where everything goes with everything."""
    if ipsec.local_selectors == ipsec.remote_selectors == EVERYTHING:
        return (), ()
    local = _side("local-ts", ipsec.local_selectors, source, losses)
    return local, _side("remote-ts", ipsec.remote_selectors, source, losses)


def _side(
    word: str, selectors: tuple[TrafficSelector, ...], source: Source | None, losses: Losses
) -> tuple[str, ...]:
    if selectors == EVERYTHING:
        return (f"{word} any",)
    return tuple(line for s in selectors for line in _lines(word, s, source, losses))


def _lines(word: str, selector: TrafficSelector, source: Source | None, losses: Losses) -> list[str]:
    low, high = selector.start_port, selector.end_port
    options = ""
    if selector.protocol:
        known = next((w for w, (n, _) in PROTOCOLS.items() if n == selector.protocol), None)
        options += f" protocol {known or selector.protocol}"
    if (low, high) != (0, 65535):
        has_ports = selector.protocol in _PROTOCOLS_WITH_PORTS and low <= high
        if losses.unless(has_ports, source, f"selector {selector}", "the device has no words for its ports"):
            options += f" port {low}" + (f" {high}" if high != low else "")
    networks = list(summarize_address_range(selector.start, selector.end))
    losses.unless(len(networks) == 1, source, f"range {selector}", "it is written as several prefixes")
    return [f"{word} {network}{options}" for network in networks]
