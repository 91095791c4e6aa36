"""The commands of IKEv1 outside of any mode: `ike ...` and `ipsec ...` (manual 2.22, V1-01 to V1-20)."""

from kakehashi.dialects.grammar import (
    Argument,
    Command,
    Either,
    Many,
    Negation,
    Optional,
    Pattern,
    Support,
    Word,
)
from kakehashi.dialects.kinds import Address, Choice, HostName, Number, Text
from kakehashi.dialects.nec_ix.grammar.policy import INTERVAL, SECONDS
from kakehashi.dialects.nec_ix.kinds import KEY, NameList
from kakehashi.dialects.nec_ix.networks import Network
from kakehashi.dialects.nec_ix.words import (
    ESP_CIPHERS,
    ESP_INTEGRITIES,
    GROUPS,
    HASHES,
    MODES,
    PHASE1_CIPHERS,
    PHASE1_IDENTITIES,
)
from kakehashi.model.address import ANY

_REST = Argument("rest", Text("anything"), rest=True)
_IKE = Word("ike", "IKEv1")
_IPSEC = Word("ipsec", "IPsec with IKEv1")
_POLICY = Argument("name", Text("the name of an IKE policy"), "The IKE policy")
_MAP = Argument("name", Text("the name of a map"), "The map")
_IKE_PROPOSALS = Many(Argument("proposals", NameList("the name of an IKE proposal"), "An IKE proposal"))
_IPSEC_PROPOSALS = Many(
    Argument("proposals", NameList("the name of an autokey proposal"), "An autokey proposal")
)
_BY_NAME: tuple[tuple[Pattern, ...], ...] = (
    (
        Word("peer-fqdn-ipv4", "By name, over IPv4", sets=("version", 4)),
        Argument("peer", HostName(), "Its name in the DNS"),
    ),
    (
        Word("peer-fqdn-ipv6", "By name, over IPv6", sets=("version", 6)),
        Argument("peer", HostName(), "Its name in the DNS"),
    ),
)
_MODE = Optional(Word("mode", "How phase 1 begins"), Argument("mode", Choice(MODES), "The mode"))
_FAMILY = Either(
    (Word("ipv4", "For IPv4", sets=("family", 4)),),
    (Word("ipv6", "For IPv6", sets=("family", 6)),),
    # The IX2000 and IX3000 have an access list in its place.
    (Argument("list", Text("the name of an access list"), "For what an access list permits"),),
)
_PFS = Optional(
    Word("pfs", "Perfect forward secrecy"),
    Either(
        (Word("off", "Without (the default)", sets=("pfs", None)),),
        (Argument("pfs", Choice(GROUPS), "The group"),),
    ),
)


def _remaining_lifetime(version: Word, named: Argument) -> tuple[Pattern, ...]:
    return (
        version,
        Word("rekey", "Renewal of the keys"),
        Word("remaining-lifetime", "So long before the end"),
        Either(
            (Word("default", "Wherever nothing else is set", sets=("name", None)),),
            (Word("policy", "Of one"), named),
        ),
        Word("second", "In seconds"),
        Argument("seconds", INTERVAL, "Seconds"),
    )


def _identity(word: str, whose: str) -> Command:
    return Command(
        key=f"ike {word}",
        pattern=(
            _IKE,
            Word(word, f"The identity of {whose} in phase 1"),
            _POLICY,
            Argument("id_type", Choice(PHASE1_IDENTITIES), "The type of the identity"),
            Argument("id", Text("the identity"), "Its value"),
        ),
        help=f"Who {whose} is in phase 1; its address if nothing is said",
    )


def _not_yet(words: str, sentence: str) -> Command:
    pattern = tuple(Word(w) for w in words.split())
    return Command(key=words, pattern=(*pattern, Optional(_REST)), help=sentence, support=Support.NOT_YET)


IKE: tuple[Command, ...] = (
    Command(
        key="ike proposal",
        pattern=(
            _IKE,
            Word("proposal", "What protects phase 1"),
            Argument("name", Text("the name of the proposal"), "Its name"),
            Optional(
                Many(
                    Either(
                        (
                            Word("encryption", "Encryption"),
                            Argument("cipher", Choice(PHASE1_CIPHERS), "The cipher"),
                        ),
                        (Word("hash", "Hash"), Argument("hash", Choice(HASHES), "The hash")),
                        (
                            Word("group", "Diffie-Hellman group"),
                            Argument("group", Choice(GROUPS), "The group"),
                        ),
                        (Word("lifetime", "Lifetime"), Argument("seconds", SECONDS, "Seconds")),
                    )
                )
            ),
        ),
        help="A proposal for phase 1",
    ),
    Command(
        key="ike policy",
        pattern=(
            _IKE,
            Word("policy", "A peer"),
            Argument("name", Text("the name of the policy"), "Its name"),
            Either(
                (
                    Word("peer", "The other end"),
                    Either(
                        (Word("any", "Of unknown address", sets=("peer", ANY)),),
                        (Argument("peer", Address(), "Its address"),),
                    ),
                ),
                *_BY_NAME,
            ),
            _MODE,
            Word("key", "The pre-shared key"),
            Argument("secret", KEY, "The key", secret=True),
            _MODE,
            _IKE_PROPOSALS,
            _MODE,
        ),
        help="A peer of phase 1: its address, its key, and what is proposed to it",
    ),
    _identity("local-id", "this device"),
    _identity("remote-id", "the peer"),
    Command(
        key="ike keepalive",
        pattern=(
            _IKE,
            Word("keepalive", "Dead peer detection"),
            _POLICY,
            Argument("interval", INTERVAL, "Seconds between probes"),
            Argument("retries", Number(1, 255), "How often an unanswered probe is repeated"),
        ),
        help="Probe the peer when nothing comes from it",
    ),
    Command(
        key="ike retransmit-count",
        pattern=(
            _IKE,
            Word("retransmit-count", "How often a message is repeated"),
            Argument("count", Number(1, 255), "Times"),
        ),
        help="How often an unanswered message is repeated",
    ),
    Command(
        key="ike retransmit-interval",
        pattern=(
            _IKE,
            Word("retransmit-interval", "When a message is repeated"),
            Argument("seconds", INTERVAL, "Seconds"),
        ),
        help="Seconds until an unanswered message is repeated",
    ),
    Command(
        key="ike nat-traversal",
        pattern=(
            _IKE,
            Word("nat-traversal", "NAT traversal"),
            Optional(
                Many(
                    Either(
                        (Word("policy", "With one peer"), _POLICY),
                        (
                            Word("keepalive", "Keep the NAT open"),
                            Argument("keepalive", INTERVAL, "Seconds, 20 by default"),
                        ),
                    )
                )
            ),
        ),
        help="NAT traversal, with all peers or one",
    ),
    Command(
        key="ike suppress-dangling",
        pattern=(_IKE, Word("suppress-dangling", "No phase 1 for itself"), Optional(_POLICY)),
        help="A phase 1 SA without a phase 2 SA is neither kept alive nor renewed",
    ),
    Command(
        key="ike rekey remaining-lifetime",
        pattern=_remaining_lifetime(_IKE, _POLICY),
        help="How long before its end a phase 1 SA is renewed",
    ),
    _not_yet("ike commit-bit", "the commit bit of phase 1"),
    Command(
        key="ike initial-contact",
        pattern=(
            _IKE,
            Word("initial-contact", "Tell a peer that its older SAs are gone"),
            Optional(Word("always", "With each SA", sets=("always", True))),
            Optional(_POLICY),
        ),
        help="Tell a peer that its older SAs are gone",
    ),
    _not_yet("ike interoperability", "habits for other makers' devices"),
    _not_yet("ike send-delete", "DELETE is always sent"),
)

IPSEC: tuple[Command, ...] = (
    Command(
        key="ipsec autokey-proposal",
        pattern=(
            _IPSEC,
            Word("autokey-proposal", "What protects the traffic"),
            Argument("name", Text("the name of the proposal"), "Its name"),
            Argument("cipher", Choice(ESP_CIPHERS), "Encryption"),
            Argument("integrity", Choice(ESP_INTEGRITIES), "Integrity"),
            Optional(
                Many(
                    Either(
                        (
                            Word("lifetime", "Lifetime"),
                            Many(
                                Either(
                                    (Word("time", "In seconds"), Argument("seconds", SECONDS, "Seconds")),
                                    (
                                        Word("kilobytes", "In kilobytes"),
                                        Argument("kilobytes", SECONDS, "Kilobytes"),
                                    ),
                                )
                            ),
                        )
                    )
                )
            ),
        ),
        help="A proposal for phase 2",
    ),
    Command(
        key="ipsec autokey-map",
        pattern=(
            _IPSEC,
            Word("autokey-map", "Phase 2 with one peer"),
            Argument("name", Text("the name of the map"), "Its name"),
            _FAMILY,
            Either((Word("peer", "The other end"), Argument("peer", Address(), "Its address")), *_BY_NAME),
            Optional(_IPSEC_PROPOSALS),
            _PFS,
        ),
        help="Phase 2 with a peer of known address",
    ),
    Command(
        key="ipsec dynamic-map",
        pattern=(
            _IPSEC,
            Word("dynamic-map", "Phase 2 with peers of unknown address"),
            Argument("name", Text("the name of the map"), "Its name"),
            _FAMILY,
            Optional(_IPSEC_PROPOSALS),
            _PFS,
            Optional(
                Either(
                    (
                        Word("ike", "Traffic starts phase 2 with the peer of a policy"),
                        Argument("ike", Text("the name of an IKE policy"), "The IKE policy"),
                    ),
                    (
                        Word("ike-binding", "And phase 2 comes from no other peer", sets=("binding", True)),
                        Argument("ike", Text("the name of an IKE policy"), "The IKE policy"),
                    ),
                )
            ),
        ),
        help="Phase 2 with peers of unknown address",
    ),
    *(
        Command(
            key=f"ipsec {word}",
            pattern=(
                _IPSEC,
                Word(word, f"The {side} networks of a map"),
                _MAP,
                Argument("prefix", Network(), "The prefix, or one address"),
            ),
            help=f"What phase 2 calls the {side} networks",
        )
        for word, side in (("local-id", "local"), ("remote-id", "remote"))
    ),
    Command(
        key="ipsec sa-autorefresh",
        pattern=(
            _IPSEC,
            Word("sa-autorefresh", "Renewal of the keys"),
            Optional(
                Either(
                    (Word("on", "The default", sets=("on", True)),),
                    (Word("off", "Never", sets=("on", False)),),
                )
            ),
        ),
        help="Are keys renewed before their end?",
        negation=Negation.SETS,
    ),
    Command(
        key="ipsec commit-bit",
        pattern=(
            _IPSEC,
            Word("commit-bit", "Hold the peer back until both sides have the SA"),
            _MAP,
            Optional(Word("quick-mode", "With peers that want it so", sets=("quick_mode", True))),
        ),
        help="As responder, hold the peer back until both sides have the SA",
    ),
    Command(
        key="ipsec anti-replay",
        pattern=(_IPSEC, Word("anti-replay", "Detection of replayed packets"), _MAP),
        help="Drop replayed packets (the default)",
        negation=Negation.SETS,
    ),
    Command(
        key="ipsec delete-notify",
        pattern=(
            _IPSEC,
            Word("delete-notify", "Tell a peer of an SA that is gone"),
            Argument("packets", INTERVAL, "After so many packets that nothing opens"),
            Argument("seconds", INTERVAL, "In so many seconds"),
        ),
        help="Tell a peer to delete an SA that is gone here",
    ),
    Command(
        key="ipsec rekey remaining-lifetime",
        pattern=_remaining_lifetime(_IPSEC, _MAP),
        help="How long before its end an IPsec SA is renewed",
    ),
    Command(
        key="ipsec rekey unconditional-rekeying",
        pattern=(
            _IPSEC,
            Word("rekey", "Renewal of the keys"),
            Word("unconditional-rekeying", "Also without traffic"),
        ),
        help="Renew the keys also of an SA that carried nothing",
    ),
    _not_yet("ipsec manualkey-map", "keys written by hand"),
    _not_yet("ipsec manualkey-proposal", "keys written by hand"),
    _not_yet("ipsec ike-passthru", "IKE of hosts behind this device"),
)

IKEV1 = (*IKE, *IPSEC)
