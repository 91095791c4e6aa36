"""IKEv2: `crypto ikev2 ...` (CI-15)."""

from kakehashi.dialects.cisco_ios.grammar.vocabulary import (
    REST,
    SECONDS,
    address_with_mask,
    command,
    flag,
    not_ours,
    not_yet,
    number,
    secret,
    text,
    word,
)
from kakehashi.dialects.cisco_ios.interfaces import interface
from kakehashi.dialects.cisco_ios.kinds import HEX_KEY
from kakehashi.dialects.cisco_ios.words import GROUPS, IKEV2_CIPHERS, IKEV2_INTEGRITIES, PRFS
from kakehashi.dialects.grammar import Argument, Command, Either, Many, Optional, Pattern
from kakehashi.dialects.kinds import Address, Choice, HostName, Prefix
from kakehashi.model.ikev1 import DpdStyle

_GROUPS = Choice({str(n): (group, group.name.replace("_", " ")) for n, group in GROUPS.items()})
_KEY: tuple[Pattern, ...] = (
    Either(
        (word("hex", "The key in hexadecimal digits"), Argument("secret", HEX_KEY, "The key", secret=True)),
        (secret(),),
    ),
)
_STYLE = Either(
    (word("on-demand", "When there is traffic to send", ("style", DpdStyle.ON_DEMAND)),),
    (word("periodic", "Periodically", ("style", DpdStyle.PERIODIC)),),
)
_DPD: tuple[Pattern, ...] = (
    number("seconds", 10, 3600, "Seconds between probes"),
    number("retry", 2, 60, "Seconds between probes that are not answered"),
    Optional(_STYLE),
)

_OURS = Either(
    (Argument("address", Address(), "The address"),),
    (Optional(word("interface", "The interface that has it")), interface("interface")),
)

PROPOSAL: tuple[Command, ...] = (
    command(
        "encryption",
        Many(Argument("values", Choice(IKEV2_CIPHERS), "An algorithm")),
        sentence="Set encryption algorithm(s) for proposal",
    ),
    command(
        "integrity",
        Many(Argument("values", Choice(IKEV2_INTEGRITIES), "An algorithm")),
        sentence="Set integrity hash algorithm(s) for proposal",
    ),
    command("prf", Many(Argument("values", Choice(PRFS), "An algorithm")), sentence="Set prf algorithm(s)"),
    command(
        "group", Many(Argument("values", _GROUPS, "A group")), sentence="Set the Diffie-Hellman group(s)"
    ),
    command("description", REST, sentence="A remark"),
    not_yet("pqc", "post-quantum key exchange"),
)

POLICY: tuple[Command, ...] = (
    command("proposal", text("proposal", "the name of a proposal"), sentence="Specify Proposal"),
    command(
        "match address local",
        _OURS,
        sentence="Our address for which the policy is",
    ),
    command(
        "match fvrf",
        Either((word("any", "Any VRF", ("vrf", "any")),), (text("vrf", "a VRF"),)),
        sentence="The VRF for which the policy is",
    ),
    command("description", REST, sentence="A remark"),
)

KEYRING: tuple[Command, ...] = (
    command(
        "peer",
        text("name", "the name of the block"),
        sentence="Configure a peer and associated keys",
        enters="ikev2 peer",
    ),
    command("description", REST, sentence="A remark"),
)

KEYRING_PEER: tuple[Command, ...] = (
    command(
        "address",
        Either(
            address_with_mask(),
            (Argument("address", Prefix(6, bare=True), "An IPv6 address or prefix"),),
        ),
        sentence="Specify IPv4/IPv6 address of peer",
    ),
    command("hostname", Argument("hostname", HostName(), "The name"), sentence="Hostname of peer"),
    command(
        "identity",
        Either(
            (word("address", "An address", ("type", "address")), Argument("value", Address(), "The address")),
            (
                word("fqdn", "A domain name", ("type", "fqdn")),
                Optional(flag("domain", "All of a domain")),
                text("value", "a domain name"),
            ),
            (
                word("email", "A mail address", ("type", "email")),
                Optional(flag("domain", "All of a domain")),
                text("value", "a mail address"),
            ),
            (word("key-id", "Any text", ("type", "key-id")), text("value", "a key ID")),
        ),
        sentence="Specify IKE identity to use",
    ),
    command(
        "pre-shared-key",
        Optional(
            Either(
                (word("local", "The key that we sign with", ("side", "local")),),
                (word("remote", "The key that the peer signs with", ("side", "remote")),),
            )
        ),
        *_KEY,
        sentence="Specify the pre-shared key",
    ),
    command("description", REST, sentence="A remark"),
    not_yet("ppk", "post-quantum preshared keys; the pre-shared key alone counts"),
)

_METHOD = Either(
    (
        word("pre-share", "Pre-Shared Key", ("method", "pre-share")),
        Optional(word("key", "The key"), *_KEY),
    ),
    (word("rsa-sig", "RSA Signature", ("method", "rsa-sig")),),
    (word("ecdsa-sig", "ECDSA Signature", ("method", "ecdsa-sig")),),
    (word("eap", "EAP", ("method", "eap")), Optional(REST)),
    (word("anyconnect-eap", "EAP", ("method", "eap")), Optional(REST)),
)

PROFILE: tuple[Command, ...] = (
    command(
        "match identity remote",
        Either(
            (
                word("address", "IP address(es)", ("type", "address")),
                Either(
                    address_with_mask(),
                    (Argument("address", Prefix(6, bare=True), "An IPv6 address or prefix"),),
                ),
            ),
            (
                word("fqdn", "A domain name", ("type", "fqdn")),
                Optional(flag("domain", "All of a domain")),
                text("value", "a domain name"),
            ),
            (
                word("email", "A mail address", ("type", "email")),
                Optional(flag("domain", "All of a domain")),
                text("value", "a mail address"),
            ),
            (word("key-id", "Any text", ("type", "key-id")), text("value", "a key ID")),
            (word("any", "Any peer", ("type", "any")),),
        ),
        sentence="Match the identity of the peer",
    ),
    command(
        "match address local",
        _OURS,
        sentence="Our address for which the profile is",
    ),
    command(
        "match fvrf",
        Either((word("any", "Any VRF", ("vrf", "any")),), (text("vrf", "a VRF"),)),
        sentence="The VRF for which the profile is",
    ),
    command(
        "match certificate",
        text("map", "the name of a certificate map"),
        sentence="Match what the certificate of the peer is like",
    ),
    command(
        "identity local",
        Either(
            (word("address", "An address", ("type", "address")), Argument("value", Address(), "The address")),
            (word("fqdn", "A domain name", ("type", "fqdn")), text("value", "a domain name")),
            (word("email", "A mail address", ("type", "email")), text("value", "a mail address")),
            (word("key-id", "Any text", ("type", "key-id")), text("value", "a key ID")),
            (word("dn", "The name in our certificate", ("type", "dn")),),
        ),
        sentence="Specify the local IKE identity to use for the negotiation",
    ),
    command("authentication local", _METHOD, sentence="How this device proves who it is"),
    command("authentication remote", _METHOD, sentence="How the peer proves who it is"),
    command(
        "keyring",
        Either(
            (
                word("local", "A keyring of this device"),
                text("keyring", "the name of a keyring"),
                Optional(REST),
            ),
            (word("aaa", "Keys of a server", ("aaa", True)), Optional(REST)),
            (text("keyring", "the name of a keyring"),),
        ),
        sentence="Specify keyring",
    ),
    command("lifetime", Argument("seconds", SECONDS, "Seconds, 86400 by default"), sentence="Set lifetime"),
    command("dpd", *_DPD, sentence="Enable IKE liveness check for peers"),
    command(
        "nat keepalive",
        number("seconds", 5, 3600, "Seconds"),
        sentence="Keep the mapping of a NAT alive",
    ),
    command("description", REST, sentence="A remark"),
    command(
        "ivrf",
        text("vrf", "a VRF"),
        sentence="The VRF of what comes out of the tunnel",
    ),
    command(
        "pki trustpoint",
        text("trustpoint", "the name of a trustpoint"),
        Optional(
            Either(
                (word("sign", "For our certificate", ("use", "sign")),),
                (word("verify", "For the peer's certificate", ("use", "verify")),),
            )
        ),
        sentence="The trustpoint whose certificates are used",
    ),
    not_yet("virtual-template", "tunnels made for each client"),
    not_yet("aaa", "accounts of clients"),
    not_yet("config-exchange", "configuration payloads"),
    not_yet("initial-contact", "INITIAL_CONTACT by force"),
    not_yet("lifetime certificate", "an IKE SA that ends with a certificate; the default lifetime holds"),
    not_yet("nat force-encap", "ESP in UDP where there is no NAT"),
    not_yet("anyconnect", "remote access"),
    not_yet("config-mode", "configuration payloads"),
    not_yet("accounting", "accounts of clients"),
    not_yet("responder-only", "a profile that only answers; either side may begin"),
    not_yet("redirect", "redirection"),
    not_yet("reconnect", "clients that come back"),
    not_yet("shutdown", "a profile that is shut down"),
    not_yet("ppk", "post-quantum preshared keys"),
)

IKEV2: tuple[Command, ...] = (
    command(
        "crypto ikev2 proposal",
        text("name", "the name of the proposal"),
        sentence="Define IKEv2 proposals",
        enters="ikev2 proposal",
    ),
    command(
        "crypto ikev2 policy",
        text("name", "the name of the policy"),
        sentence="Define IKEv2 policies",
        enters="ikev2 policy",
    ),
    command(
        "crypto ikev2 keyring",
        text("name", "the name of the keyring"),
        sentence="Define IKEv2 keyring",
        enters="ikev2 keyring",
    ),
    command(
        "crypto ikev2 profile",
        text("name", "the name of the profile"),
        sentence="Define IKEv2 profiles",
        enters="ikev2 profile",
    ),
    command("crypto ikev2 dpd", *_DPD, sentence="Enable IKE liveness check for peers"),
    command(
        "crypto ikev2 nat keepalive",
        number("seconds", 5, 3600, "Seconds"),
        sentence="Keep the mapping of a NAT alive",
    ),
    command(
        "crypto ikev2 fragmentation",
        Optional(word("mtu"), number("mtu", 68, 1500, "Octets of a message")),
        sentence="Fragment large IKE messages",
    ),
    not_yet("crypto ikev2 redirect", "redirection"),
    not_yet("crypto ikev2 http-url", "certificates by their address"),
    not_yet("crypto ikev2 certificate-cache", "certificates"),
    not_yet("crypto ikev2 cookie-challenge", "a threshold of its own for cookies"),
    not_yet("crypto ikev2 limit", "limits of SAs"),
    not_yet("crypto ikev2 window", "a window of requests"),
    not_yet("crypto ikev2 authorization policy", "configuration payloads", enters="later"),
    not_yet("crypto ikev2 client", "FlexVPN clients", enters="later"),
    not_yet("crypto ikev2 name-mangler", "FlexVPN clients", enters="later"),
    not_yet("crypto ikev2 cluster", "clusters", enters="later"),
    not_yet("crypto ikev2 reconnect", "clients that come back"),
    not_yet("crypto ikev2 disconnect-revoked-peers", "revoked certificates"),
    not_yet("crypto ikev2 cts", "security group tags"),
    not_yet("crypto ikev2 accounting", "accounts of clients"),
    not_yet("crypto ikev2 mobike", "peers that move"),
    not_ours("crypto ikev2 diagnose"),
)
