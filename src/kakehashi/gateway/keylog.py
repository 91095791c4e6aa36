"""Key files in Wireshark's own table formats, so that a capture can be decrypted.

Only where the operator asked for them: who reads them reads the traffic. `ikev1_decryption_table`,
`ikev2_decryption_table` and `esp_sa` go into Wireshark's configuration folder. The names of the algorithms
are Wireshark's (epan/dissectors/packet-isakmp.c, packet-ipsec.c); what it cannot decrypt is left out, for it
refuses a table with one line that it does not know.
"""

import errno
import os
from collections.abc import Iterator
from pathlib import Path

from kakehashi.model.algorithms import Cipher
from kakehashi.model.child_sa import ChildSa, EspKeys
from kakehashi.model.status import IkeSaStatus, IsakmpSaStatus
from kakehashi.wire.registry.ikev2 import EncryptionId, IntegrityId

IKEV1_FILE = "ikev1_decryption_table"
IKE_FILE = "ikev2_decryption_table"
ESP_FILE = "esp_sa"

_COUNTER_MODES = {
    EncryptionId.ENCR_AES_CCM_8: ("CCM", 8),
    EncryptionId.ENCR_AES_CCM_12: ("CCM", 12),
    EncryptionId.ENCR_AES_CCM_16: ("CCM", 16),
    EncryptionId.ENCR_AES_GCM_8: ("GCM", 8),
    EncryptionId.ENCR_AES_GCM_12: ("GCM", 12),
    EncryptionId.ENCR_AES_GCM_16: ("GCM", 16),
}
_IKE_INTEGRITY = {
    IntegrityId.NONE: "NONE [RFC4306]",
    IntegrityId.AUTH_HMAC_MD5_96: "HMAC_MD5_96 [RFC2403]",
    IntegrityId.AUTH_HMAC_SHA1_96: "HMAC_SHA1_96 [RFC2404]",
    IntegrityId.AUTH_HMAC_SHA2_256_128: "HMAC_SHA2_256_128 [RFC4868]",
    IntegrityId.AUTH_HMAC_SHA2_384_192: "HMAC_SHA2_384_192 [RFC4868]",
    IntegrityId.AUTH_HMAC_SHA2_512_256: "HMAC_SHA2_512_256 [RFC4868]",
    IntegrityId.AUTH_AES_XCBC_96: "ANY 96-bits of Authentication [No Checking]",
    IntegrityId.AUTH_AES_CMAC_96: "ANY 96-bits of Authentication [No Checking]",
}
_ESP_INTEGRITY = {
    IntegrityId.NONE: "NULL",
    IntegrityId.AUTH_HMAC_MD5_96: "HMAC-MD5-96 [RFC2403]",
    IntegrityId.AUTH_HMAC_SHA1_96: "HMAC-SHA-1-96 [RFC2404]",
    IntegrityId.AUTH_HMAC_SHA2_256_128: "HMAC-SHA-256-128 [RFC4868]",
    IntegrityId.AUTH_HMAC_SHA2_384_192: "HMAC-SHA-384-192 [RFC4868]",
    IntegrityId.AUTH_HMAC_SHA2_512_256: "HMAC-SHA-512-256 [RFC4868]",
    IntegrityId.AUTH_AES_XCBC_96: "ANY 96 bit authentication [no checking]",
    IntegrityId.AUTH_AES_CMAC_96: "ANY 96 bit authentication [no checking]",
}


def ike_line(sa: IkeSaStatus) -> str | None:
    """The line of `ikev2_decryption_table`; None without keys, or where Wireshark cannot decrypt."""
    encryption = _ike_cipher(sa.cipher) if sa.cipher else None
    integrity = _IKE_INTEGRITY.get(sa.integrity)
    if sa.keys is None or encryption is None or integrity is None:
        return None
    fields = [sa.spi_i.hex(), sa.spi_r.hex()]
    fields += [sa.keys.sk_ei.octets.hex(), sa.keys.sk_er.octets.hex(), f'"{encryption}"']
    # An algorithm that Wireshark does not check has no key there, and it insists on that.
    checked = "[No Checking]" not in integrity
    fields += [key.octets.hex() if checked else "" for key in (sa.keys.sk_ai, sa.keys.sk_ar)]
    fields.append(f'"{integrity}"')
    return ",".join(fields)


def isakmp_line(sa: IsakmpSaStatus) -> str | None:
    """The line of `ikev1_decryption_table`; None without keys. The algorithms stand in the capture itself."""
    if sa.encryption_key is None:
        return None
    return f"{sa.initiator_cookie.hex()},{sa.encryption_key.octets.hex()}"


def esp_lines(sa: ChildSa) -> Iterator[str]:
    """The lines of `esp_sa`, outbound and inbound; none where Wireshark cannot decrypt, or need not: AH."""
    if sa.cipher is None:
        return
    local, remote = str(sa.path.local.ip), str(sa.path.remote.ip)
    yield from _esp_line(sa, sa.cipher, local, remote, sa.spi_out, sa.keys_out)
    yield from _esp_line(sa, sa.cipher, remote, local, sa.spi_in, sa.keys_in)


def _esp_line(
    sa: ChildSa, cipher: Cipher, source: str, destination: str, spi: int, keys: EspKeys
) -> Iterator[str]:
    encryption, integrity = _esp_cipher(cipher), _ESP_INTEGRITY.get(sa.integrity)
    if encryption is None or integrity is None:
        return
    version = f"IPv{sa.path.local.ip.version}"
    fields = [version, source, destination, f"0x{spi:08x}", encryption, _key(keys.encryption.octets)]
    fields += [integrity, _key(keys.integrity.octets)]
    yield ",".join(f'"{field}"' for field in fields)


def _ike_cipher(cipher: Cipher) -> str | None:
    match cipher.id:
        case EncryptionId.ENCR_NULL:
            return "NULL [RFC2410]"
        case EncryptionId.ENCR_3DES:
            return "3DES [RFC2451]"
        case EncryptionId.ENCR_AES_CBC:
            return f"AES-CBC-{cipher.key_bits} [RFC3602]"
        case EncryptionId.ENCR_AES_CTR:
            return f"AES-CTR-{cipher.key_bits} [RFC5930]"
        case _ if cipher.id in _COUNTER_MODES:
            mode, icv = _COUNTER_MODES[cipher.id]
            return f"AES-{mode}-{cipher.key_bits} with {icv} octet ICV [RFC5282]"
    return None


def _esp_cipher(cipher: Cipher) -> str | None:
    match cipher.id:
        case EncryptionId.ENCR_NULL:
            return "NULL"
        case EncryptionId.ENCR_DES:
            return "DES-CBC [RFC2405]"
        case EncryptionId.ENCR_3DES:
            return "TripleDES-CBC [RFC2451]"
        case EncryptionId.ENCR_AES_CBC:
            return "AES-CBC [RFC3602]"
        case EncryptionId.ENCR_AES_CTR:
            return "AES-CTR [RFC3686]"
        case _ if _COUNTER_MODES.get(cipher.id, ("", 0))[0] == "GCM":
            return f"AES-GCM with {_COUNTER_MODES[cipher.id][1]} octet ICV [RFC4106]"
    return None


def _key(octets: bytes) -> str:
    return f"0x{octets.hex()}" if octets else ""


class KeyLog:
    """Appends the keys of each SA once, to files of ours of mode 0600. OSError.

    The folder is made, mode 0700. One that is there may be used by others, and stays as it is.
    """

    def __init__(self, folder: Path) -> None:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._folder = folder
        self._written: set[tuple[bytes, bytes]] = set()
        self._written_isakmp: set[bytes] = set()
        self._append(IKEV1_FILE, "")
        self._append(IKE_FILE, "")
        self._append(ESP_FILE, "")

    def ike(self, sas: tuple[IkeSaStatus, ...]) -> None:
        """The IKE SAs of now; those that are known already are passed over."""
        for sa in sas:
            if (sa.spi_i, sa.spi_r) not in self._written and (line := ike_line(sa)):
                self._append(IKE_FILE, line + "\n")
        self._written = {(sa.spi_i, sa.spi_r) for sa in sas if sa.keys is not None}

    def isakmp(self, sas: tuple[IsakmpSaStatus, ...]) -> None:
        """The same for the ISAKMP SAs of IKEv1."""
        for sa in sas:
            if sa.initiator_cookie not in self._written_isakmp and (line := isakmp_line(sa)):
                self._append(IKEV1_FILE, line + "\n")
        self._written_isakmp = {sa.initiator_cookie for sa in sas if sa.encryption_key is not None}

    def child(self, sa: ChildSa) -> None:
        """A Child SA was installed."""
        self._append(ESP_FILE, "".join(line + "\n" for line in esp_lines(sa)))

    def _append(self, name: str, text: str) -> None:
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW
        with open(os.open(self._folder / name, flags, 0o600), "a") as file:
            if os.fstat(file.fileno()).st_uid != os.geteuid():
                raise PermissionError(errno.EPERM, f"{name} belongs to somebody else")
            os.fchmod(file.fileno(), 0o600)
            file.write(text)
