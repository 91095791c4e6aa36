"""NEC UNIVERGE IX."""

from kakehashi.check.phrases.phrase import Phrase, Phrases

_GROUPS = {"1": "768-bit", "2": "1024-bit", "5": "1536-bit", "14": "2048-bit", "15": "3072-bit"}
_HASHES = {"SHA-256": "sha2-256", "SHA-384": "sha2-384", "SHA-512": "sha2-512"}
_HMACS = {
    "SHA1-HMAC": "sha1",
    "SHA256-HMAC": "sha2-256",
    "SHA384-HMAC": "sha2-384",
    "SHA512-HMAC": "sha2-512",
}
_CIPHERS = {"DES": "des", "3DES": "3des", "AES-128": "aes", "AES-192": "aes-192", "AES-256": "aes-256"}
_CIPHERS_V2 = {
    "3DES": "3des",
    "AES-128": "aes-cbc-128",
    "AES-192": "aes-cbc-192",
    "AES-256": "aes-cbc-256",
    "AES-GCM-128": "aes-gcm-128-16",
    "AES-GCM-256": "aes-gcm-256-16",
}
_PROPOSAL, _CHILD = "ike proposal ... {} ...", "ipsec autokey-proposal ... {} ..."

NEC_IX: Phrases = {
    ("1/encryption", 1): Phrase(_PROPOSAL.format("encryption {}"), _CIPHERS),
    ("1/hash", 1): Phrase(_PROPOSAL.format("hash {}"), {"MD5": "md5", "SHA-1": "sha", **_HASHES}),
    ("1/dh-group", 1): Phrase(_PROPOSAL.format("group {}"), _GROUPS),
    ("2/encryption", 1): Phrase(_CHILD, {name: f"esp-{word}" for name, word in _CIPHERS.items()}),
    ("2/authentication", 1): Phrase(
        _CHILD,
        {
            "MD5-HMAC": "esp-md5",
            "SHA1-HMAC": "esp-sha",
            "SHA256-HMAC": "esp-sha2-256",
            "SHA384-HMAC": "esp-sha2-384",
            "SHA512-HMAC": "esp-sha2-512",
        },
    ),
    ("2/pfs", 1): Phrase("ipsec autokey-map ... pfs {}", _GROUPS, "ipsec autokey-map ... (without pfs)"),
    ("1/encryption", 2): Phrase("sa-proposal enc {}", _CIPHERS_V2),
    ("1/hash", 2): Phrase("sa-proposal integrity {}", _HMACS),
    ("1/prf", 2): Phrase("sa-proposal prf {}", {"SHA-1": "sha1", **_HASHES}),
    ("1/dh-group", 2): Phrase("sa-proposal dh {}", _GROUPS),
    ("2/encryption", 2): Phrase("child-proposal enc {}", _CIPHERS_V2),
    ("2/authentication", 2): Phrase("child-proposal integrity {}", _HMACS),
    ("2/pfs", 2): Phrase("child-pfs {}", _GROUPS, "child-pfs off"),
}
