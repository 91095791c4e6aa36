"""Transform sets, and what profiles and map entries say of the SAs that they make."""

from collections.abc import Iterable, Iterator

from kakehashi.dialects.cisco_ios import defaults
from kakehashi.dialects.cisco_ios.render.book import Book
from kakehashi.dialects.cisco_ios.words import (
    AES_BITS,
    AH_HASHES,
    DES,
    ESP_HASHES,
    GROUPS,
    NULL_CIPHER,
    TRIPLE_DES,
    aes,
    gcm,
    gmac,
)
from kakehashi.model.algorithms import Cipher
from kakehashi.model.encapsulation import EncapsulationMode
from kakehashi.model.ikev1 import CommitBit, Ikev1IpsecPolicy, Phase2Proposal
from kakehashi.model.policy import DfBit, IpsecPolicy, IpsecSettings, ResponderSelectors
from kakehashi.model.source import Source
from kakehashi.model.tunnel import PlainTunnel, Tunnel
from kakehashi.wire.registry.ikev2 import IntegrityId, KeyExchangeId

_SECONDS, _KILOBYTES = (120, 2592000), (2560, 4294967295)
_WINDOWS = (64, 128, 256, 512, 1024)
_CIPHERS: dict[str, tuple[Cipher, str]] = {
    "esp-3des": (TRIPLE_DES, ""),
    "esp-des": (DES, ""),
    "esp-null": (NULL_CIPHER, ""),
    **{
        f"{word}{'' if bits == 128 else f' {bits}'}": (make(bits), "")
        for word, make in (("esp-aes", aes), ("esp-gcm", gcm), ("esp-gmac", gmac))
        for bits in AES_BITS
    },
}


def write_common(book: Book) -> None:
    """What holds for all SAs."""
    policies = [t.ipsec for t in book.gateway.tunnels if not isinstance(t, PlainTunnel)]
    before = {p.pre_fragment for p in policies}
    book.losses.unless(
        len(before) <= 1, None, "some tunnel fragments before encryption", "it holds for all of them"
    )
    if policies and not policies[0].pre_fragment:
        book.ipsec.append("crypto ipsec fragmentation after-encryption")
    # The device fragments what forbids it where it clears the bit.
    bits = [DfBit.CLEAR if p.mtu_ignore else p.df_bit for p in policies]
    book.losses.unless(len(set(bits)) <= 1, None, "some tunnel's DF bit outside", "it holds for all of them")
    for policy, bit in zip(policies, bits, strict=True):
        alike = (policy.df_bit is DfBit.CLEAR) is policy.mtu_ignore and bit is policy.df_bit
        book.losses.unless(
            alike,
            None,
            f"DF bit {policy.df_bit.value} outside",
            "what forbids fragments is fragmented where DF is cleared outside, and nowhere else",
        )
    if bits and bits[0] is not DfBit.COPY:
        book.ipsec.append(f"crypto ipsec df-bit {bits[0].value}")


def settings_lines(tunnel: Tunnel, book: Book) -> list[str]:
    """`set ...` lines about the SAs of a tunnel."""
    match tunnel.ipsec:
        case Ikev1IpsecPolicy() as ikev1:
            return list(_of_ikev1(ikev1, tunnel, book))
        case IpsecPolicy() as ikev2:
            return list(_of_ikev2(ikev2, tunnel, book))
    return []


def _of_ikev1(policy: Ikev1IpsecPolicy, tunnel: Tunnel, book: Book) -> Iterator[str]:
    losses, source = book.losses, tunnel.source
    fixed = (
        (policy.commit_bit is CommitBit.OFF, "the commit bit"),
        (policy.autorefresh, "SAs that are never renewed"),
        (policy.sends_identities, "quick mode without identities"),
        (not policy.rekey_unused, "renewal of SAs that carried nothing"),
        (
            policy.rekey_before_end == defaults.REKEY_BEFORE_END,
            f"rekey {policy.rekey_before_end} s before the end",
        ),
        (policy.filters, "identities that only name the SA"),
    )
    for fits, what in fixed:
        losses.unless(fits, source, f"{tunnel.interface}: {what}", "the device has no setting for it")
    named = {p.name for p in policy.proposals}
    own = len(named) == len(policy.proposals) and defaults.DEFAULT_SET not in named
    chosen = [(p.cipher, p.integrity, p.ah, p.name if own else "") for p in policy.proposals]
    yield from _sets(chosen, policy, source, book)
    losses.unless(
        len({(p.lifetime, p.kilobytes) for p in policy.proposals}) <= 1,
        source,
        f"{tunnel.interface}: proposals of different lifetimes",
        "the shortest is taken for all",
    )
    if policy.proposals:
        yield from _lifetime(
            min(p.lifetime for p in policy.proposals), _least(policy.proposals), source, book
        )
    yield from _replay(policy, source, book)
    if policy.pfs != KeyExchangeId.NONE:
        yield from _pfs((policy.pfs,), source, book)


def _least(proposals: Iterable[Phase2Proposal]) -> int | None:
    return min((p.kilobytes for p in proposals if p.kilobytes is not None), default=None)


def _of_ikev2(policy: IpsecPolicy, tunnel: Tunnel, book: Book) -> Iterator[str]:
    losses, source = book.losses, tunnel.source
    fixed = (
        (not any(s.esn for s in policy.algorithms.sets), "extended sequence numbers"),
        (policy.soft_packets is None, "rekey after a number of packets"),
        (policy.responder_selectors is ResponderSelectors.NARROW, "selectors as the peer proposes them"),
        (
            policy.rekey.before_end == defaults.REKEY_BEFORE_END,
            f"rekey {policy.rekey.before_end} s before the end",
        ),
    )
    for fits, what in fixed:
        losses.unless(fits, source, f"{tunnel.interface}: {what}", "the device has no setting for it")
    chosen = [(p.cipher, p.integrity, p.ah, "") for p in policy.protections()]
    yield from _sets(chosen, policy, source, book)
    kilobytes = None
    if policy.soft_bytes is not None:
        kilobytes = policy.soft_bytes // 1024 + defaults.REKEY_BEFORE_KILOBYTES
    yield from _lifetime(policy.rekey.lifetime, kilobytes, source, book)
    yield from _replay(policy, source, book)
    groups = dict.fromkeys(g for s in policy.algorithms.sets for g in s.key_exchanges)
    losses.unless(
        len(groups) < 2 or KeyExchangeId.NONE not in groups,
        source,
        f"{tunnel.interface}: perfect forward secrecy that may be left out",
        "the device has it or not",
    )
    groups.pop(KeyExchangeId.NONE, None)
    yield from _pfs(tuple(groups), source, book)


def _sets(
    chosen: Iterable[tuple[Cipher | None, IntegrityId, IntegrityId, str]],
    policy: IpsecSettings,
    source: Source | None,
    book: Book,
) -> Iterator[str]:
    names = [n for c in chosen if (n := _transform_set(*c, policy.mode, source, book))]
    if not names:
        book.losses.add(source, "ESP algorithms", "the device has none of them")
    else:
        yield f"set transform-set {' '.join(dict.fromkeys(names))}"


def _transform_set(
    cipher: Cipher | None,
    integrity: IntegrityId,
    ah: IntegrityId,
    wanted_name: str,
    mode: EncapsulationMode,
    source: Source | None,
    book: Book,
) -> str | None:
    """The name of a set; its lines are written when it is asked for first."""
    key = (cipher, integrity, ah, mode)
    if key in book.sets:
        return book.sets[key]
    wanted: list[str] = []
    count = 0
    for value, words, what in (
        (cipher, _CIPHERS, "ESP encryption"),
        (None if integrity == IntegrityId.NONE else integrity, ESP_HASHES, "ESP integrity"),
        (None if ah == IntegrityId.NONE else ah, AH_HASHES, "AH"),
    ):
        if value is not None:
            count += 1
            wanted += book.losses.words([value], words, source, what)
    if len(wanted) < count or not wanted:
        return None
    plain = "-".join(w.replace("esp-", "").replace("-hmac", "").replace(" ", "") for w in wanted).upper()
    name = book.name("transform-set", wanted_name or plain, "SET")
    book.sets[key] = name
    # AH stands first, as the device writes it.
    ordered = sorted(wanted, key=lambda w: not w.startswith("ah-"))
    book.ipsec += [f"crypto ipsec transform-set {name} {' '.join(ordered)}", f" mode {mode.value}"]
    return name


def _lifetime(seconds: int, kilobytes: int | None, source: Source | None, book: Book) -> Iterator[str]:
    seconds = book.losses.within(seconds, *_SECONDS, source, "a lifetime in seconds")
    if kilobytes is not None:
        kilobytes = book.losses.within(kilobytes, *_KILOBYTES, source, "a lifetime in kilobytes")
    if seconds != defaults.LIFETIME_SECONDS:
        yield f"set security-association lifetime seconds {seconds}"
    if kilobytes != defaults.LIFETIME_KILOBYTES:
        limit = "disable" if kilobytes is None else str(kilobytes)
        yield f"set security-association lifetime kilobytes {limit}"


def _replay(policy: IpsecSettings, source: Source | None, book: Book) -> Iterator[str]:
    if policy.replay_window == 0:
        yield "set security-association replay disable"
    elif policy.replay_window != defaults.REPLAY_WINDOW:
        fitting = next((w for w in _WINDOWS if w >= policy.replay_window), _WINDOWS[-1])
        book.losses.unless(
            fitting == policy.replay_window,
            source,
            f"a replay window of {policy.replay_window}",
            f"{fitting} is the next that the device has",
        )
        if fitting != defaults.REPLAY_WINDOW:
            yield f"set security-association replay window-size {fitting}"


def _pfs(groups: tuple[KeyExchangeId, ...], source: Source | None, book: Book) -> Iterator[str]:
    if not groups:
        return
    known = {group: number for number, group in GROUPS.items()}
    chosen = next((known[g] for g in groups if g in known), None)
    for group in groups:
        if known.get(group) != chosen or chosen is None:
            book.losses.add(
                source,
                f"perfect forward secrecy with {group.name}",
                "the device does not have it" if group not in known else "the device takes one group alone",
            )
    if chosen is not None:
        yield f"set pfs group{chosen}"
