"""The policy commands of IKEv2: the same in `ikev2 profile`, in `ikev2 default-profile`, and, with the word
`ikev2` before them, on a tunnel interface (manual 2.25.6).
"""

from collections.abc import Mapping
from typing import Any

from kakehashi.dialects.grammar import (
    Argument,
    Command,
    Either,
    Many,
    Negation,
    Optional,
    Pattern,
    Word,
    prefixed,
)
from kakehashi.dialects.kinds import Address, Choice, Number, Prefix, Text
from kakehashi.dialects.nec_ix.interfaces import InterfaceName
from kakehashi.dialects.nec_ix.words import CIPHERS, GROUPS, IDENTITIES, INTEGRITIES, METHODS, PRFS, PROTOCOLS
from kakehashi.model.tunnel import ConnectType, NextHopChoice

SECONDS = Number(1, 4294967295)
INTERVAL = Number(1, 65535)
IDENTITY: tuple[Pattern, ...] = (
    Word("id", "The identity"),
    Argument("id_type", Choice(IDENTITIES), "The type of the identity"),
    Argument("id", Text("the identity"), "Its value"),
)
_NAT_TRAVERSAL = Word("nat-traversal", "ESP in UDP behind a NAT")


def _several(name: str, options: Mapping[str, tuple[Any, str]], sentence: str) -> Many:
    return Many(Argument(name, Choice(options), sentence))


def _selector(word: str, side: str) -> Command:
    """The manual names the command and what it takes, not its grammar; this is ours."""
    port: tuple[Pattern, ...] = (
        Word("port", "Ports"),
        Argument("port", Number(0, 65535), "The port, or the first of a range"),
        Optional(Argument("last_port", Number(0, 65535), "The last port of the range")),
    )
    protocol: tuple[Pattern, ...] = (
        Word("protocol", "One protocol only"),
        Either(
            (Argument("protocol", Number(0, 255), "The number of the protocol"),),
            (Argument("protocol", Choice(PROTOCOLS), "The name of the protocol"),),
        ),
    )
    what = f"Traffic selector of the {side} side"
    return Command(
        key=word,
        pattern=(
            Word(word, what),
            Either(
                (Word("any", "All of IPv4 and IPv6", sets=("prefix", None)),),
                (
                    Optional(Word("ipv4", "An IPv4 prefix")),
                    Argument("prefix", Prefix(4, bare=True), "The addresses"),
                ),
                (
                    Optional(Word("ipv6", "An IPv6 prefix")),
                    Argument("prefix", Prefix(6, bare=True), "The addresses"),
                ),
            ),
            Optional(*protocol),
            Optional(*port),
        ),
        help=f"{what} that an initiator proposes",
    )


POLICY: tuple[Command, ...] = (
    Command(
        key="local-authentication",
        pattern=(
            Word("local-authentication", "How this device proves who it is"),
            Optional(Argument("method", Choice(METHODS), "The way of proof")),
            *IDENTITY,
        ),
        help="The identity of this device, and how it is proved",
    ),
    Command(
        key="sa-proposal enc",
        pattern=(
            Word("sa-proposal", "What protects the IKE SA"),
            Word("enc", "Encryption"),
            _several("values", CIPHERS, "An encryption algorithm"),
        ),
        help="Encryption algorithms of the IKE SA",
    ),
    Command(
        key="sa-proposal integrity",
        pattern=(
            Word("sa-proposal", "What protects the IKE SA"),
            Word("integrity", "Integrity"),
            _several("values", INTEGRITIES, "An integrity algorithm"),
        ),
        help="Integrity algorithms of the IKE SA",
    ),
    Command(
        key="sa-proposal prf",
        pattern=(
            Word("sa-proposal", "What protects the IKE SA"),
            Word("prf", "Pseudorandom function"),
            _several("values", PRFS, "A pseudorandom function"),
        ),
        help="Pseudorandom functions of the IKE SA",
    ),
    Command(
        key="sa-proposal dh",
        pattern=(
            Word("sa-proposal", "What protects the IKE SA"),
            Word("dh", "Diffie-Hellman group"),
            _several("values", GROUPS, "A group"),
        ),
        help="Diffie-Hellman groups of the IKE SA",
    ),
    Command(
        key="child-proposal enc",
        pattern=(
            Word("child-proposal", "What protects the traffic"),
            Word("enc", "Encryption"),
            _several("values", CIPHERS, "An encryption algorithm"),
        ),
        help="Encryption algorithms of the Child SA",
    ),
    Command(
        key="child-proposal integrity",
        pattern=(
            Word("child-proposal", "What protects the traffic"),
            Word("integrity", "Integrity"),
            _several("values", INTEGRITIES, "An integrity algorithm"),
        ),
        help="Integrity algorithms of the Child SA",
    ),
    Command(
        key="child-pfs",
        pattern=(
            Word("child-pfs", "Perfect forward secrecy"),
            Either(
                (Word("off", "No key exchange for a Child SA", sets=("values", ())),),
                (_several("values", GROUPS, "A group"),),
            ),
        ),
        help="Diffie-Hellman groups of the Child SA",
    ),
    Command(
        key="sa-lifetime",
        pattern=(
            Word("sa-lifetime", "Lifetime of the IKE SA"),
            Argument("seconds", SECONDS, "Seconds, 86400 by default"),
        ),
        help="Lifetime of the IKE SA; it is renewed 30 seconds before the end",
    ),
    Command(
        key="child-lifetime",
        pattern=(
            Word("child-lifetime", "Lifetime of the Child SA"),
            Argument("seconds", SECONDS, "Seconds, 28800 by default"),
        ),
        help="Lifetime of the Child SA; it is renewed 60 seconds before the end",
    ),
    Command(
        key="dpd",
        pattern=(
            Word("dpd", "Dead peer detection"),
            Word("interval", "Time between probes"),
            Argument("seconds", INTERVAL, "Seconds"),
        ),
        help="Probe the peer whenever no other IKEv2 message passed for so long",
    ),
    Command(
        key="anti-replay",
        pattern=(Word("anti-replay", "Detection of replayed packets"),),
        help="Drop replayed packets (the default)",
        negation=Negation.SETS,
    ),
    Command(
        key="connect-type",
        pattern=(
            Word("connect-type", "What makes the SA"),
            Argument(
                "type",
                Choice(
                    {
                        "auto": (ConnectType.ALWAYS, "The device keeps the SA up by itself"),
                        "trigger": (ConnectType.ON_DEMAND, "A packet for the tunnel (the default)"),
                    }
                ),
                "What makes the SA",
            ),
        ),
        help="Is the SA kept up always, or made when a packet needs it?",
    ),
    Command(
        key="outgoing-interface",
        pattern=(
            Word("outgoing-interface", "The interface that carries the tunnel"),
            Argument("interface", InterfaceName(), "The interface"),
            Optional(
                Either(
                    (Word("auto", "By the routing table", sets=("next_hop", NextHopChoice.AUTO)),),
                    (Argument("next_hop", Address(), "The next hop"),),
                )
            ),
        ),
        help="The interface, and the next hop, that the tunnel uses",
    ),
    Command(
        key="source-address",
        pattern=(
            Word("source-address", "Our end of the tunnel"),
            Either(
                (Argument("address", Address(), "The address"),),
                (Argument("address", InterfaceName(), "The interface that has the address"),),
            ),
        ),
        help="The address that the tunnel is made from",
    ),
    Command(
        key="ipsec mtu ignore",
        pattern=(Word("ipsec", "ESP"), Word("mtu", "MTU"), Word("ignore", "Fragment even what forbids it")),
        help="Fragment packets that forbid it, instead of an ICMP error",
    ),
    Command(
        key="ipsec pre-fragment",
        pattern=(Word("ipsec", "ESP"), Word("pre-fragment", "Fragment first")),
        help="Fragment before encryption, not after it",
    ),
    _selector("local-ts", "local"),
    _selector("remote-ts", "remote"),
    Command(
        key="nat-traversal",
        pattern=(_NAT_TRAVERSAL,),
        help="NAT traversal",
        negation=Negation.SETS,
    ),
    # A command of its own: without its interval NAT traversal goes on, every 20 seconds.
    Command(
        key="nat-traversal",
        pattern=(
            _NAT_TRAVERSAL,
            Word("keepalive", "Keep the NAT's mapping alive"),
            Argument("keepalive", INTERVAL, "Seconds, 20 by default"),
            Optional(Word("force", "Also where no NAT was found", sets=("force", True))),
        ),
        help="NAT traversal, and how often the NAT's mapping is kept alive",
    ),
    Command(
        key="suppress send-delete",
        pattern=(Word("suppress", "Do not send"), Word("send-delete", "DELETE")),
        help="Do not tell the peer that an SA is gone",
    ),
    Command(
        key="suppress send-rekey",
        pattern=(Word("suppress", "Do not send"), Word("send-rekey", "Rekey")),
        help="Do not renew SAs; let the peer do it",
    ),
    Command(
        key="ipsec-mode",
        pattern=(
            Word("ipsec-mode", "Mode of ESP"),
            Argument(
                "mode",
                Choice({"tunnel": ("tunnel", "Tunnel mode (the default)"), "transport": ("transport", "")}),
                "The mode",
            ),
        ),
        help="Tunnel mode",
    ),
    Command(
        key="negotiation-direction",
        pattern=(
            Word("negotiation-direction", "Who may begin"),
            Argument(
                "direction",
                Choice(
                    {
                        "both": ("both", "Either side (the default)"),
                        "initiator": ("initiator", "Only this device"),
                        "responder": ("responder", "Only the peer"),
                    }
                ),
                "Who may begin",
            ),
        ),
        help="Who may begin a negotiation",
    ),
    *(
        Command(
            key=f"cert {word}",
            pattern=(
                Word("cert", "Certificates"),
                Word(word, sentence),
                Word("name", "Its name in the device's storage"),
                Argument("name", Text("the name of a certificate"), "Its name"),
            ),
            help=sentence,
        )
        for word, sentence in (
            ("cacert", "The certificate of the authority that vouches for the peer"),
            ("mycert", "The certificate by which this device proves who it is"),
        )
    ),
)

ON_INTERFACE = prefixed((Word("ikev2", "IKEv2"),), POLICY)
