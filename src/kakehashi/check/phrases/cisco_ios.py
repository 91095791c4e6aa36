"""Cisco IOS."""

from kakehashi.check.phrases.phrase import Phrase, Phrases

_GROUPS = {n: n for n in ("1", "2", "5", "14", "15", "16", "19", "20", "21", "24")}
_HMACS = {
    "MD5-HMAC": "md5",
    "SHA1-HMAC": "sha1",
    "SHA256-HMAC": "sha256",
    "SHA384-HMAC": "sha384",
    "SHA512-HMAC": "sha512",
}
_CIPHERS = {"DES": "des", "3DES": "3des", "AES-128": "aes", "AES-192": "aes 192", "AES-256": "aes 256"}
_ESP = {name: f"esp-{word}" for name, word in _CIPHERS.items()} | {
    "Null": "esp-null",
    "AES-GCM-128": "esp-gcm",
    "AES-GCM-192": "esp-gcm 192",
    "AES-GCM-256": "esp-gcm 256",
}
_ESP_HMACS = {
    "MD5-HMAC": "esp-md5-hmac",
    "SHA1-HMAC": "esp-sha-hmac",
    "SHA256-HMAC": "esp-sha256-hmac",
    "SHA384-HMAC": "esp-sha384-hmac",
    "SHA512-HMAC": "esp-sha512-hmac",
}
_IN_SET = "crypto ipsec transform-set ... {} ..."
_BOTH: Phrases = {
    (key, version): phrase
    for version in (1, 2)
    for key, phrase in {
        "1/dh-group": Phrase("group {}", _GROUPS),
        "2/encryption": Phrase(_IN_SET, _ESP),
        "2/authentication": Phrase(_IN_SET, _ESP_HMACS),
        "2/pfs": Phrase("set pfs group{}", _GROUPS, "no set pfs"),
        "2/mode": Phrase("mode {}", {"tunnel mode": "tunnel", "transport mode": "transport"}),
    }.items()
}
CISCO_IOS: Phrases = {
    **_BOTH,
    ("1/encryption", 1): Phrase("encryption {}", _CIPHERS),
    ("1/hash", 1): Phrase(
        "hash {}",
        {"MD5": "md5", "SHA-1": "sha", "SHA-256": "sha256", "SHA-384": "sha384", "SHA-512": "sha512"},
    ),
    ("1/authentication", 1): Phrase("authentication {}", {"pre-shared key": "pre-share"}),
    ("1/encryption", 2): Phrase(
        "encryption {}",
        {
            "DES": "des",
            "3DES": "3des",
            "AES-128": "aes-cbc-128",
            "AES-192": "aes-cbc-192",
            "AES-256": "aes-cbc-256",
            "AES-GCM-128": "aes-gcm-128",
            "AES-GCM-256": "aes-gcm-256",
        },
    ),
    ("1/hash", 2): Phrase("integrity {}", _HMACS),
    ("1/prf", 2): Phrase(
        "prf {}",
        {"MD5": "md5", "SHA-1": "sha1", "SHA-256": "sha256", "SHA-384": "sha384", "SHA-512": "sha512"},
    ),
}
