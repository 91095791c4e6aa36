"""Keywords with the sentence that `?` shows for each, and the small patterns that many commands share."""

from kakehashi.dialects.vocabulary import REST, Vocabulary, number, text

__all__ = [
    "REST",
    "command",
    "flag",
    "not_ours",
    "not_yet",
    "number",
    "said",
    "text",
    "the_hosts",
    "word",
]

_HELP = {
    "address": "An address",
    "adjust-mss": "Adjust the MSS of TCP",
    "authentication": "How a side proves who it is",
    "autoconfig": "From router advertisements",
    "crypto": "Encryption",
    "description": "A remark",
    "destination": "The other end of the tunnel",
    "df": "The DF bit",
    "dhcp": "By DHCP",
    "dpd-interval": "Seconds between two DPD requests",
    "dpd-timeout": "Seconds without a sign of the peer (version 1)",
    "dynamic": "Of unknown address",
    "enable": "Switch it on",
    "encryption": "Encryption algorithm",
    "enrollment": "Where certificates come from",
    "esp": "Encapsulating Security Payload",
    "fingerprint": "The fingerprint of a certificate",
    "gre": "GRE",
    "group": "Diffie-Hellman group",
    "hostname": "A host name",
    "id": "An identity",
    "integrity": "Integrity algorithm",
    "interface": "An interface",
    "ip": "IPv4",
    "ipsec": "IPsec",
    "ipv4": "IPv4",
    "ipv6": "IPv6",
    "isakmp": "ISAKMP and IKE",
    "key": "A pre-shared key",
    "l2tp": "L2TP",
    "lifetime": "Lifetime of the SA",
    "local": "This side",
    "mode": "Mode",
    "mtu": "Maximum transmission unit",
    "name": "A name",
    "peer": "A peer",
    "pfs": "Perfect forward secrecy",
    "pki": "Certificates",
    "policy": "A tunnel interface",
    "profile": "A profile",
    "protection": "What protects the tunnel",
    "protocol": "The IPsec protocol",
    "rekey": "Renewal of keys",
    "remote": "The other side",
    "revocation-check": "Revoked certificates",
    "route": "A static route",
    "rsakeypair": "The pair of keys",
    "seconds": "In seconds",
    "selector": "Which packets the tunnel takes",
    "shutdown": "Switch the interface off",
    "signature": "Signatures",
    "source": "This end of the tunnel",
    "subject-alt-name": "The alternative name in the certificate",
    "subject-name": "The subject of the certificate",
    "suffix": "The end of an address",
    "tcp": "TCP",
    "transform": "A combination of algorithms",
    "trustpoint": "A trustpoint",
    "tunnel": "The tunnel",
    "unnumbered": "Borrow an address",
    "version": "Version of IKE",
    "vrf": "A VRF",
}

_WORDS = Vocabulary(_HELP)
said = _WORDS.said
word = _WORDS.word
flag = _WORDS.flag
command = _WORDS.command
not_yet = _WORDS.not_yet
not_ours = _WORDS.not_ours
the_hosts = _WORDS.the_hosts
