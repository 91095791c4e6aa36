"""What is tried against a kernel's ESP and AH: one line each."""

from dataclasses import dataclass

from kakehashi.model.algorithms import ChildAlgorithms, Cipher
from kakehashi.model.encapsulation import EncapsulationMode
from kakehashi.wire.registry.ikev2 import EncryptionId, IntegrityId
from tests.interop import ikev1

TUNNEL, TRANSPORT = EncapsulationMode.TUNNEL, EncapsulationMode.TRANSPORT


@dataclass(frozen=True)
class Algorithms:
    """One choice for ESP, or for AH: in strongSwan's words, in ours, and as `ip xfrm state` tells it.

    `nec`: cipher and hash in the words of the NEC IX, for IKEv1, which has no AH.
    """

    swanctl: str
    ours: ChildAlgorithms
    xfrm: tuple[str, ...]
    nec: tuple[str, str] | None = None

    @property
    def protocol(self) -> str:
        return "ah" if self.ours.ah else "esp"


def cbc(cipher: EncryptionId, key_bits: int, integrity: IntegrityId, esn: bool = False) -> ChildAlgorithms:
    return ChildAlgorithms((Cipher(cipher, key_bits),), (integrity,), esn=esn)


def aead(cipher: EncryptionId, key_bits: int = 0, esn: bool = False) -> ChildAlgorithms:
    return ChildAlgorithms((Cipher(cipher, key_bits),), (), esn=esn)


def ah(integrity: IntegrityId, esn: bool = False) -> ChildAlgorithms:
    return ChildAlgorithms((), (), esn=esn, ah=(integrity,))


_E, _I = EncryptionId, IntegrityId
AES_SHA2 = Algorithms(
    "aes256-sha256",
    cbc(_E.ENCR_AES_CBC, 256, _I.AUTH_HMAC_SHA2_256_128),
    ("cbc(aes)", "hmac(sha256)"),
    ("aes-256", "sha2-256"),
)
AES_SHA1_ESN = Algorithms(
    "aes128-sha1-esn",
    cbc(_E.ENCR_AES_CBC, 128, _I.AUTH_HMAC_SHA1_96, esn=True),
    ("cbc(aes)", "hmac(sha1)"),
)
TRIPLE_DES = Algorithms(
    "3des-sha1",
    cbc(_E.ENCR_3DES, 0, _I.AUTH_HMAC_SHA1_96),
    ("cbc(des3_ede)", "hmac(sha1)"),
    ("3des", "sha"),
)
DES = Algorithms(
    "des-md5", cbc(_E.ENCR_DES, 0, _I.AUTH_HMAC_MD5_96), ("cbc(des)", "hmac(md5)"), ("des", "md5")
)
GCM = Algorithms("aes128gcm16", aead(_E.ENCR_AES_GCM_16, 128), ("rfc4106(gcm(aes))",))
GCM_ESN = Algorithms("aes256gcm16-esn", aead(_E.ENCR_AES_GCM_16, 256, esn=True), ("rfc4106(gcm(aes))",))
CHACHA = Algorithms("chacha20poly1305", aead(_E.ENCR_CHACHA20_POLY1305), ("rfc7539esp(chacha20,poly1305)",))
AH_MD5 = Algorithms("md5", ah(_I.AUTH_HMAC_MD5_96), ("proto ah", "hmac(md5)"))
AH_SHA1 = Algorithms("sha1", ah(_I.AUTH_HMAC_SHA1_96), ("proto ah", "hmac(sha1)"))
AH_SHA2_ESN = Algorithms("sha256-esn", ah(_I.AUTH_HMAC_SHA2_256_128, esn=True), ("proto ah", "hmac(sha256)"))
AH_SHA2 = Algorithms("sha512", ah(_I.AUTH_HMAC_SHA2_512_256), ("proto ah", "hmac(sha512)"))


@dataclass(frozen=True)
class Case:
    """`outer`: the IP version that carries the tunnel. `we_begin`: else strongSwan does."""

    version: int
    mode: EncapsulationMode
    outer: int
    algorithms: Algorithms
    we_begin: bool

    @property
    def name(self) -> str:
        begin = "we-begin" if self.we_begin else "peer-begins"
        chosen = f"{'ah-' if self.algorithms.ours.ah else ''}{self.algorithms.swanctl}"
        return f"ikev{self.version}-{self.mode.value}-ipv{self.outer}-{chosen}-{begin}"

    @property
    def suite(self) -> ikev1.Suite:
        """For IKEv1: both phases."""
        if self.algorithms.nec is None:
            return ikev1.DEFAULT
        cipher, digest = self.algorithms.nec
        return ikev1.Suite(esp_cipher=cipher, esp_hash=digest)


CASES = (
    Case(2, TUNNEL, 4, AES_SHA2, we_begin=True),
    Case(2, TUNNEL, 4, TRIPLE_DES, we_begin=False),
    Case(2, TUNNEL, 4, AES_SHA1_ESN, we_begin=True),
    Case(2, TUNNEL, 6, GCM_ESN, we_begin=False),
    Case(2, TUNNEL, 6, CHACHA, we_begin=True),
    Case(2, TRANSPORT, 4, GCM, we_begin=True),
    Case(2, TRANSPORT, 4, TRIPLE_DES, we_begin=False),
    Case(2, TRANSPORT, 6, AES_SHA2, we_begin=True),
    Case(2, TRANSPORT, 6, GCM_ESN, we_begin=False),
    Case(1, TUNNEL, 4, AES_SHA2, we_begin=True),
    Case(1, TUNNEL, 4, DES, we_begin=False),
    Case(1, TUNNEL, 6, AES_SHA2, we_begin=True),
    Case(1, TRANSPORT, 4, TRIPLE_DES, we_begin=True),
    Case(1, TRANSPORT, 4, AES_SHA2, we_begin=False),
    Case(1, TRANSPORT, 6, TRIPLE_DES, we_begin=True),
    Case(2, TUNNEL, 4, AH_SHA1, we_begin=True),
    Case(2, TUNNEL, 6, AH_SHA2, we_begin=False),
    Case(2, TRANSPORT, 4, AH_SHA2_ESN, we_begin=False),
    Case(2, TRANSPORT, 6, AH_MD5, we_begin=True),
    Case(1, TUNNEL, 4, AH_SHA2, we_begin=True),
    Case(1, TUNNEL, 6, AH_MD5, we_begin=False),
    Case(1, TRANSPORT, 4, AH_SHA1, we_begin=False),
    Case(1, TRANSPORT, 6, AH_SHA2, we_begin=True),
)
