"""AlliedWare Plus. A transform says several things at once; here is the part that counts."""

from kakehashi.check.phrases.phrase import Phrase, Phrases

_GROUPS = {n: n for n in ("2", "5", "14", "15", "16", "18")}
_CIPHERS = {"3DES": "3des", "AES-128": "aes128", "AES-192": "aes192", "AES-256": "aes256"}
_HMACS = {"SHA1-HMAC": "sha1", "SHA256-HMAC": "sha256", "SHA512-HMAC": "sha512"}

AWPLUS: Phrases = {
    (key, version): phrase
    for version in (1, 2)
    for key, phrase in {
        "1/encryption": Phrase("transform ... encryption {} ...", _CIPHERS),
        "1/hash": Phrase(
            "transform ... integrity {} ...",
            {**_HMACS, "SHA-1": "sha1", "SHA-256": "sha256", "SHA-512": "sha512"},
        ),
        "1/dh-group": Phrase("transform ... group {}", _GROUPS),
        "2/encryption": Phrase("transform ... protocol esp ... encryption {}", _CIPHERS),
        "2/authentication": Phrase("transform ... protocol esp integrity {} ...", _HMACS),
        "2/pfs": Phrase("pfs {}", _GROUPS, "no pfs"),
    }.items()
}
