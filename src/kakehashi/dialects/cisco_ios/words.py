"""The device's words for algorithms, protocols and ports, and what they mean."""

from kakehashi.model.algorithms import Cipher
from kakehashi.wire.registry.ikev1 import HashAlgorithm
from kakehashi.wire.registry.ikev2 import EncryptionId, IntegrityId, KeyExchangeId, PrfId

DES = Cipher(EncryptionId.ENCR_DES)
TRIPLE_DES = Cipher(EncryptionId.ENCR_3DES)
NULL_CIPHER = Cipher(EncryptionId.ENCR_NULL)
AES_BITS = (128, 192, 256)


def aes(bits: int) -> Cipher:
    """AES-CBC."""
    return Cipher(EncryptionId.ENCR_AES_CBC, bits)


def gcm(bits: int) -> Cipher:
    """AES-GCM with an ICV of 16 octets."""
    return Cipher(EncryptionId.ENCR_AES_GCM_16, bits)


def gmac(bits: int) -> Cipher:
    """AES-GMAC: authentication without encryption."""
    return Cipher(EncryptionId.ENCR_NULL_AUTH_AES_GMAC, bits)


HASHES: dict[str, tuple[HashAlgorithm, str]] = {
    "md5": (HashAlgorithm.MD5, "Message Digest 5"),
    "sha": (HashAlgorithm.SHA, "Secure Hash Standard"),
    "sha256": (HashAlgorithm.SHA2_256, "Secure Hash Standard 2 (256 bit)"),
    "sha384": (HashAlgorithm.SHA2_384, "Secure Hash Standard 2 (384 bit)"),
    "sha512": (HashAlgorithm.SHA2_512, "Secure Hash Standard 2 (512 bit)"),
}
GROUPS: dict[int, KeyExchangeId] = {
    1: KeyExchangeId.MODP_768,
    2: KeyExchangeId.MODP_1024,
    5: KeyExchangeId.MODP_1536,
    14: KeyExchangeId.MODP_2048,
    15: KeyExchangeId.MODP_3072,
    16: KeyExchangeId.MODP_4096,
    19: KeyExchangeId.ECP_256,
    20: KeyExchangeId.ECP_384,
    21: KeyExchangeId.ECP_521,
    24: KeyExchangeId.MODP_2048_256,
}
ESP_HASHES: dict[str, tuple[IntegrityId, str]] = {
    "esp-md5-hmac": (IntegrityId.AUTH_HMAC_MD5_96, "ESP transform using HMAC-MD5 auth"),
    "esp-sha-hmac": (IntegrityId.AUTH_HMAC_SHA1_96, "ESP transform using HMAC-SHA auth"),
    "esp-sha256-hmac": (IntegrityId.AUTH_HMAC_SHA2_256_128, "ESP transform using HMAC-SHA256 auth"),
    "esp-sha384-hmac": (IntegrityId.AUTH_HMAC_SHA2_384_192, "ESP transform using HMAC-SHA384 auth"),
    "esp-sha512-hmac": (IntegrityId.AUTH_HMAC_SHA2_512_256, "ESP transform using HMAC-SHA512 auth"),
}
AH_HASHES: dict[str, tuple[IntegrityId, str]] = {
    "ah-md5-hmac": (IntegrityId.AUTH_HMAC_MD5_96, "AH-HMAC-MD5 transform"),
    "ah-sha-hmac": (IntegrityId.AUTH_HMAC_SHA1_96, "AH-HMAC-SHA transform"),
    "ah-sha256-hmac": (IntegrityId.AUTH_HMAC_SHA2_256_128, "AH-HMAC-SHA256 transform"),
    "ah-sha384-hmac": (IntegrityId.AUTH_HMAC_SHA2_384_192, "AH-HMAC-SHA384 transform"),
    "ah-sha512-hmac": (IntegrityId.AUTH_HMAC_SHA2_512_256, "AH-HMAC-SHA512 transform"),
}
IKEV2_CIPHERS: dict[str, tuple[Cipher, str]] = {
    "3des": (TRIPLE_DES, "3DES"),
    "aes-cbc-128": (aes(128), "AES-CBC-128"),
    "aes-cbc-192": (aes(192), "AES-CBC-192"),
    "aes-cbc-256": (aes(256), "AES-CBC-256"),
    "aes-gcm-128": (gcm(128), "AES-GCM-128, combined mode"),
    "aes-gcm-256": (gcm(256), "AES-GCM-256, combined mode"),
    "des": (DES, "DES"),
}
IKEV2_INTEGRITIES: dict[str, tuple[IntegrityId, str]] = {
    "md5": (IntegrityId.AUTH_HMAC_MD5_96, "Message Digest 5"),
    "sha1": (IntegrityId.AUTH_HMAC_SHA1_96, "Secure Hash Standard"),
    "sha256": (IntegrityId.AUTH_HMAC_SHA2_256_128, "Secure Hash Standard 2 (256 bit)"),
    "sha384": (IntegrityId.AUTH_HMAC_SHA2_384_192, "Secure Hash Standard 2 (384 bit)"),
    "sha512": (IntegrityId.AUTH_HMAC_SHA2_512_256, "Secure Hash Standard 2 (512 bit)"),
}
PRFS: dict[str, tuple[PrfId, str]] = {
    "md5": (PrfId.PRF_HMAC_MD5, "Message Digest 5"),
    "sha1": (PrfId.PRF_HMAC_SHA1, "Secure Hash Standard"),
    "sha256": (PrfId.PRF_HMAC_SHA2_256, "Secure Hash Standard 2 (256 bit)"),
    "sha384": (PrfId.PRF_HMAC_SHA2_384, "Secure Hash Standard 2 (384 bit)"),
    "sha512": (PrfId.PRF_HMAC_SHA2_512, "Secure Hash Standard 2 (512 bit)"),
}
PRF_OF_INTEGRITY: dict[IntegrityId, PrfId] = {
    IKEV2_INTEGRITIES[word][0]: prf for word, (prf, _) in PRFS.items()
}
PROTOCOLS: dict[str, int] = {
    "icmp": 1,
    "igmp": 2,
    "ipinip": 4,
    "tcp": 6,
    "egp": 8,
    "igrp": 9,
    "udp": 17,
    "gre": 47,
    "esp": 50,
    "ahp": 51,
    "eigrp": 88,
    "ospf": 89,
    "nos": 94,
    "pim": 103,
    "pcp": 108,
    "vrrp": 112,
    "sctp": 132,
}
TCP, UDP, SCTP = 6, 17, 132
WITH_PORTS = (TCP, UDP, SCTP)
PORTS: dict[str, int] = {
    "echo": 7,
    "discard": 9,
    "daytime": 13,
    "chargen": 19,
    "ftp-data": 20,
    "ftp": 21,
    "telnet": 23,
    "smtp": 25,
    "time": 37,
    "nameserver": 42,
    "whois": 43,
    "tacacs": 49,
    "tacacs-ds": 49,
    "domain": 53,
    "bootps": 67,
    "bootpc": 68,
    "tftp": 69,
    "gopher": 70,
    "finger": 79,
    "www": 80,
    "hostname": 101,
    "pop2": 109,
    "pop3": 110,
    "sunrpc": 111,
    "ident": 113,
    "nntp": 119,
    "ntp": 123,
    "msrpc": 135,
    "netbios-ns": 137,
    "netbios-dgm": 138,
    "netbios-ss": 139,
    "snmp": 161,
    "snmptrap": 162,
    "xdmcp": 177,
    "bgp": 179,
    "irc": 194,
    "dnsix": 195,
    "mobile-ip": 434,
    "pim-auto-rp": 496,
    "isakmp": 500,
    "biff": 512,
    "exec": 512,
    "login": 513,
    "who": 513,
    "cmd": 514,
    "syslog": 514,
    "lpd": 515,
    "talk": 517,
    "rip": 520,
    "uucp": 540,
    "klogin": 543,
    "kshell": 544,
    "onep-plain": 15001,
    "onep-tls": 15002,
    "drip": 3949,
    "ripv6": 521,
    "non500-isakmp": 4500,
}
ICMP_TYPES: dict[str, int] = {
    "echo-reply": 0,
    "unreachable": 3,
    "source-quench": 4,
    "redirect": 5,
    "alternate-address": 6,
    "echo": 8,
    "router-advertisement": 9,
    "router-solicitation": 10,
    "time-exceeded": 11,
    "parameter-problem": 12,
    "timestamp-request": 13,
    "timestamp-reply": 14,
    "information-request": 15,
    "information-reply": 16,
    "mask-request": 17,
    "mask-reply": 18,
    "traceroute": 30,
    "conversion-error": 31,
    "mobile-redirect": 32,
}
# A type of ICMP with its code, in one word.
ICMP_MESSAGES: dict[str, tuple[int, int]] = {
    "net-unreachable": (3, 0),
    "host-unreachable": (3, 1),
    "protocol-unreachable": (3, 2),
    "port-unreachable": (3, 3),
    "packet-too-big": (3, 4),
    "source-route-failed": (3, 5),
    "network-unknown": (3, 6),
    "host-unknown": (3, 7),
    "host-isolated": (3, 8),
    "dod-net-prohibited": (3, 9),
    "dod-host-prohibited": (3, 10),
    "net-tos-unreachable": (3, 11),
    "host-tos-unreachable": (3, 12),
    "administratively-prohibited": (3, 13),
    "host-precedence-unreachable": (3, 14),
    "precedence-unreachable": (3, 15),
    "net-redirect": (5, 0),
    "host-redirect": (5, 1),
    "net-tos-redirect": (5, 2),
    "host-tos-redirect": (5, 3),
    "ttl-exceeded": (11, 0),
    "reassembly-timeout": (11, 1),
    "general-parameter-problem": (12, 0),
    "option-missing": (12, 1),
    "no-room-for-option": (12, 2),
}
# Those of IPv6 (RFC 4443).
ICMPV6_TYPES: dict[str, int] = {
    "destination-unreachable": 1,
    "packet-too-big": 2,
    "time-exceeded": 3,
    "parameter-problem": 4,
    "echo-request": 128,
    "echo-reply": 129,
    "router-solicitation": 133,
    "router-advertisement": 134,
    "nd-ns": 135,
    "nd-na": 136,
}


_SHOWN_PORTS: dict[int, tuple[str, ...]] = {
    TCP: ("ftp-data", "ftp", "telnet", "smtp", "domain", "www", "pop3", "bgp"),
    UDP: ("isakmp", "non500-isakmp", "domain", "bootps", "bootpc", "tftp", "ntp", "snmp", "snmptrap"),
}


def port_word(number: int, protocol: int | None) -> str:
    """A port as the device writes it: by its name where it has one for that protocol."""
    names = _SHOWN_PORTS.get(protocol or 0, ())
    return next((name for name in names if PORTS[name] == number), str(number))


def protocol_word(number: int | None) -> str:
    """A protocol as the device writes it."""
    if number is None:
        return "ip"
    return next((name for name, known in PROTOCOLS.items() if known == number), str(number))
