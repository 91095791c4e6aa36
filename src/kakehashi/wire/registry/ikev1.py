"""Numbers of IKEv1: https://www.iana.org/assignments/isakmp-registry and .../ipsec-registry.

Those of ISAKMP (RFC 2408), of IKE (RFC 2409) and of the IPsec DOI (RFC 2407), and those for private use that
devices of several makers share; where a number is not IANA's, its source stands beside it. Names are IANA's;
where IANA writes prose or signs that Python has no place for, the nearest name. Values without a name survive
as `UNKNOWN_n` (see `OpenIntEnum`).
"""

from kakehashi.wire.registry.open_enum import OpenIntEnum


class Doi(OpenIntEnum, bits=32):
    """Domain of Interpretation (RFC 2408 section 2.1)."""

    ISAKMP = 0
    IPSEC = 1  # RFC 2407
    GDOI = 2  # RFC 6407


class ExchangeType(OpenIntEnum, bits=8):
    """What a message is part of (RFC 2408 section 3.1)."""

    NONE = 0
    BASE = 1
    IDENTITY_PROTECTION = 2  # main mode
    AUTHENTICATION_ONLY = 3
    AGGRESSIVE = 4
    INFORMATIONAL = 5
    TRANSACTION = 6  # mode configuration and XAUTH, draft-ietf-ipsec-isakmp-mode-cfg-04
    QUICK = 32  # RFC 2409 section 5.5
    NEW_GROUP = 33  # RFC 2409 section 5.6


class PayloadType(OpenIntEnum, bits=8):
    """What a payload is (RFC 2408 section 3.1)."""

    NONE = 0
    SA = 1
    PROPOSAL = 2
    TRANSFORM = 3
    KE = 4
    ID = 5
    CERT = 6
    CR = 7
    HASH = 8
    SIG = 9
    NONCE = 10
    NOTIFICATION = 11
    DELETE = 12
    VID = 13
    ATTRIBUTES = 14  # draft-ietf-ipsec-isakmp-mode-cfg-04 section 3.2
    SAK = 15  # SA KEK, RFC 6407, as the four below
    SAT = 16  # SA TEK
    KD = 17
    SEQ = 18
    POP = 19
    NAT_D = 20  # RFC 3947, as the one below
    NAT_OA = 21
    GAP = 22  # RFC 6407
    NAT_D_DRAFTS = 130  # draft-ietf-ipsec-nat-t-ike-00 to -03, as the one below
    NAT_OA_DRAFTS = 131
    FRAGMENT = 132  # [MS-IKEE] section 2.2.3.1; Cisco's


class ProtocolId(OpenIntEnum, bits=8):
    """Security protocol (RFC 2407 section 4.4.1)."""

    NONE = 0  # "RESERVED": sent in notifications that concern no SA
    ISAKMP = 1
    AH = 2
    ESP = 3
    IPCOMP = 4


class IsakmpTransform(OpenIntEnum, bits=8):
    """Transforms of an ISAKMP SA (RFC 2407 section 4.4.2)."""

    KEY_IKE = 1


class AhTransform(OpenIntEnum, bits=8):
    """Transforms of AH (RFC 2407 section 4.4.3)."""

    MD5 = 2
    SHA = 3
    DES = 4
    SHA2_256 = 5
    SHA2_384 = 6
    SHA2_512 = 7
    RIPEMD = 8
    AES_XCBC_MAC = 9
    RSA = 10
    AES_128_GMAC = 11
    AES_192_GMAC = 12
    AES_256_GMAC = 13


class EspTransform(OpenIntEnum, bits=8):
    """Transforms of ESP (RFC 2407 section 4.4.4)."""

    DES_IV64 = 1
    DES = 2
    TRIPLE_DES = 3  # ESP_3DES
    RC5 = 4
    IDEA = 5
    CAST = 6
    BLOWFISH = 7
    TRIPLE_IDEA = 8  # ESP_3IDEA
    DES_IV32 = 9
    RC4 = 10
    NULL = 11
    AES_CBC = 12
    AES_CTR = 13
    AES_CCM_8 = 14
    AES_CCM_12 = 15
    AES_CCM_16 = 16
    AES_GCM_8 = 18
    AES_GCM_12 = 19
    AES_GCM_16 = 20
    SEED_CBC = 21
    CAMELLIA = 22
    NULL_AUTH_AES_GMAC = 23


class IpcompTransform(OpenIntEnum, bits=8):
    """Transforms of IPCOMP (RFC 2407 section 4.4.5)."""

    OUI = 1
    DEFLATE = 2
    LZS = 3
    LZJH = 4


class Phase1Attribute(OpenIntEnum, bits=15):
    """Attributes of a transform of an ISAKMP SA (RFC 2409 appendix A)."""

    ENCRYPTION_ALGORITHM = 1
    HASH_ALGORITHM = 2
    AUTHENTICATION_METHOD = 3
    GROUP_DESCRIPTION = 4
    GROUP_TYPE = 5
    GROUP_PRIME = 6  # or irreducible polynomial
    GROUP_GENERATOR_ONE = 7
    GROUP_GENERATOR_TWO = 8
    GROUP_CURVE_A = 9
    GROUP_CURVE_B = 10
    LIFE_TYPE = 11
    LIFE_DURATION = 12
    PRF = 13
    KEY_LENGTH = 14
    FIELD_SIZE = 15
    GROUP_ORDER = 16


class EncryptionAlgorithm(OpenIntEnum):
    """Values of Phase1Attribute.ENCRYPTION_ALGORITHM."""

    DES_CBC = 1
    IDEA_CBC = 2
    BLOWFISH_CBC = 3
    RC5_R16_B64_CBC = 4
    TRIPLE_DES_CBC = 5  # 3DES-CBC
    CAST_CBC = 6
    AES_CBC = 7
    CAMELLIA_CBC = 8


class HashAlgorithm(OpenIntEnum):
    """Values of Phase1Attribute.HASH_ALGORITHM."""

    MD5 = 1
    SHA = 2
    TIGER = 3
    SHA2_256 = 4
    SHA2_384 = 5
    SHA2_512 = 6


class AuthenticationMethod(OpenIntEnum):
    """Values of Phase1Attribute.AUTHENTICATION_METHOD.

    Those from 64221 on are of draft-ietf-ipsec-isakmp-hybrid-auth-05 section 3.2.1 and of
    draft-beaulieu-ike-xauth-02 section 7.2.
    """

    PRE_SHARED_KEY = 1
    DSS_SIGNATURES = 2
    RSA_SIGNATURES = 3
    RSA_ENCRYPTION = 4
    REVISED_RSA_ENCRYPTION = 5
    ELGAMAL_ENCRYPTION = 6
    REVISED_ELGAMAL_ENCRYPTION = 7
    ECDSA_SIGNATURES = 8
    ECDSA_SHA_256_P256 = 9  # RFC 4754, as the two below
    ECDSA_SHA_384_P384 = 10
    ECDSA_SHA_512_P521 = 11
    HYBRID_INIT_RSA = 64221
    HYBRID_RESP_RSA = 64222
    HYBRID_INIT_DSS = 64223
    HYBRID_RESP_DSS = 64224
    XAUTH_INIT_PRE_SHARED = 65001
    XAUTH_RESP_PRE_SHARED = 65002
    XAUTH_INIT_DSS = 65003
    XAUTH_RESP_DSS = 65004
    XAUTH_INIT_RSA = 65005
    XAUTH_RESP_RSA = 65006
    XAUTH_INIT_RSA_ENCRYPTION = 65007
    XAUTH_RESP_RSA_ENCRYPTION = 65008
    XAUTH_INIT_RSA_REVISED_ENCRYPTION = 65009
    XAUTH_RESP_RSA_REVISED_ENCRYPTION = 65010


class GroupDescription(OpenIntEnum):
    """Diffie-Hellman groups, for both phases. The numbers are IKEv2's, and so are the names."""

    MODP_768 = 1
    MODP_1024 = 2
    EC2N_155 = 3
    EC2N_185 = 4
    MODP_1536 = 5
    EC2N_163_RANDOM = 6
    EC2N_163_KOBLITZ = 7
    EC2N_283_RANDOM = 8
    EC2N_283_KOBLITZ = 9
    EC2N_409_RANDOM = 10
    EC2N_409_KOBLITZ = 11
    EC2N_571_RANDOM = 12
    EC2N_571_KOBLITZ = 13
    MODP_2048 = 14
    MODP_3072 = 15
    MODP_4096 = 16
    MODP_6144 = 17
    MODP_8192 = 18
    ECP_256 = 19
    ECP_384 = 20
    ECP_521 = 21
    MODP_1024_160 = 22
    MODP_2048_224 = 23
    MODP_2048_256 = 24
    ECP_192 = 25
    ECP_224 = 26
    BRAINPOOL_P224R1 = 27
    BRAINPOOL_P256R1 = 28
    BRAINPOOL_P384R1 = 29
    BRAINPOOL_P512R1 = 30


class GroupType(OpenIntEnum):
    """Values of Phase1Attribute.GROUP_TYPE."""

    MODP = 1
    ECP = 2
    EC2N = 3


class LifeType(OpenIntEnum):
    """What a life duration counts, in both phases."""

    SECONDS = 1
    KILOBYTES = 2


class IpsecAttribute(OpenIntEnum, bits=15):
    """Attributes of a transform of AH, ESP or IPCOMP (RFC 2407 section 4.5)."""

    SA_LIFE_TYPE = 1
    SA_LIFE_DURATION = 2
    GROUP_DESCRIPTION = 3
    ENCAPSULATION_MODE = 4
    AUTHENTICATION_ALGORITHM = 5
    KEY_LENGTH = 6
    KEY_ROUNDS = 7
    COMPRESS_DICTIONARY_SIZE = 8
    COMPRESS_PRIVATE_ALGORITHM = 9
    ECN_TUNNEL = 10  # RFC 3168
    EXTENDED_SEQUENCE_NUMBER = 11  # RFC 4304
    AUTHENTICATION_KEY_LENGTH = 12  # RFC 4359
    SIGNATURE_ENCODING_ALGORITHM = 13  # RFC 4359
    ADDRESS_PRESERVATION = 14  # RFC 6407
    SA_DIRECTION = 15  # RFC 6407


class EncapsulationMode(OpenIntEnum):
    """Values of IpsecAttribute.ENCAPSULATION_MODE."""

    TUNNEL = 1
    TRANSPORT = 2
    UDP_ENCAPSULATED_TUNNEL = 3  # RFC 3947, as the one below
    UDP_ENCAPSULATED_TRANSPORT = 4
    UDP_ENCAPSULATED_TUNNEL_DRAFTS = 61443  # draft-ietf-ipsec-nat-t-ike-00 to -03, as the one below
    UDP_ENCAPSULATED_TRANSPORT_DRAFTS = 61444


class AuthenticationAlgorithm(OpenIntEnum):
    """Values of IpsecAttribute.AUTHENTICATION_ALGORITHM."""

    HMAC_MD5 = 1
    HMAC_SHA = 2
    DES_MAC = 3
    KPDK = 4
    HMAC_SHA2_256 = 5
    HMAC_SHA2_384 = 6
    HMAC_SHA2_512 = 7
    HMAC_RIPEMD = 8
    AES_XCBC_MAC = 9
    SIG_RSA = 10
    AES_128_GMAC = 11
    AES_192_GMAC = 12
    AES_256_GMAC = 13


class ExtendedSequenceNumber(OpenIntEnum):
    """Values of IpsecAttribute.EXTENDED_SEQUENCE_NUMBER (RFC 4304 section 2)."""

    ESN_32_BIT = 0
    ESN_64_BIT = 1


class IdType(OpenIntEnum, bits=8):
    """Identification (RFC 2407 section 4.6.2.1)."""

    ID_IPV4_ADDR = 1
    ID_FQDN = 2
    ID_USER_FQDN = 3
    ID_IPV4_ADDR_SUBNET = 4
    ID_IPV6_ADDR = 5
    ID_IPV6_ADDR_SUBNET = 6
    ID_IPV4_ADDR_RANGE = 7
    ID_IPV6_ADDR_RANGE = 8
    ID_DER_ASN1_DN = 9
    ID_DER_ASN1_GN = 10
    ID_KEY_ID = 11
    ID_LIST = 12  # RFC 3554


class CertEncoding(OpenIntEnum, bits=8):
    """What a CERT or CR holds (RFC 2408 section 3.9)."""

    NONE = 0
    PKCS7_WRAPPED_X509 = 1
    PGP = 2
    DNS_SIGNED_KEY = 3
    X509_SIGNATURE = 4
    X509_KEY_EXCHANGE = 5
    KERBEROS_TOKENS = 6
    CRL = 7
    ARL = 8
    SPKI = 9
    X509_ATTRIBUTE = 10


class NotifyType(OpenIntEnum):
    """What a notification tells (RFC 2408 section 3.14.1): below 16384 an error, from there on a status."""

    INVALID_PAYLOAD_TYPE = 1
    DOI_NOT_SUPPORTED = 2
    SITUATION_NOT_SUPPORTED = 3
    INVALID_COOKIE = 4
    INVALID_MAJOR_VERSION = 5
    INVALID_MINOR_VERSION = 6
    INVALID_EXCHANGE_TYPE = 7
    INVALID_FLAGS = 8
    INVALID_MESSAGE_ID = 9
    INVALID_PROTOCOL_ID = 10
    INVALID_SPI = 11
    INVALID_TRANSFORM_ID = 12
    ATTRIBUTES_NOT_SUPPORTED = 13
    NO_PROPOSAL_CHOSEN = 14
    BAD_PROPOSAL_SYNTAX = 15
    PAYLOAD_MALFORMED = 16
    INVALID_KEY_INFORMATION = 17
    INVALID_ID_INFORMATION = 18
    INVALID_CERT_ENCODING = 19
    INVALID_CERTIFICATE = 20
    CERT_TYPE_UNSUPPORTED = 21
    INVALID_CERT_AUTHORITY = 22
    INVALID_HASH_INFORMATION = 23
    AUTHENTICATION_FAILED = 24
    INVALID_SIGNATURE = 25
    ADDRESS_NOTIFICATION = 26
    NOTIFY_SA_LIFETIME = 27
    CERTIFICATE_UNAVAILABLE = 28
    UNSUPPORTED_EXCHANGE_TYPE = 29
    UNEQUAL_PAYLOAD_LENGTHS = 30

    CONNECTED = 16384
    RESPONDER_LIFETIME = 24576  # RFC 2407 section 4.6.3, as the two below
    REPLAY_STATUS = 24577
    INITIAL_CONTACT = 24578
    R_U_THERE = 36136  # RFC 3706 section 5.4, as the one below
    R_U_THERE_ACK = 36137
    UNITY_LOAD_BALANCE = 40501  # Cisco's: another gateway to go to

    @property
    def is_error(self) -> bool:
        """Does it say that something failed?"""
        return self < FIRST_STATUS


FIRST_STATUS = 16384


class ConfigurationType(OpenIntEnum, bits=8):
    """Type of an Attributes payload (draft-ietf-ipsec-isakmp-mode-cfg-04 section 3.3)."""

    REQUEST = 1  # ISAKMP_CFG_REQUEST
    REPLY = 2
    SET = 3
    ACK = 4


class ConfigurationAttribute(OpenIntEnum, bits=15):
    """Attributes of an Attributes payload (draft-ietf-ipsec-isakmp-mode-cfg-04 section 3.4).

    XAUTH_*: draft-beaulieu-ike-xauth-02 section 6.2, with the last two of draft-ietf-ipsec-isakmp-xauth-06.
    UNITY_*: Cisco's own for its remote-access clients.
    """

    INTERNAL_IP4_ADDRESS = 1
    INTERNAL_IP4_NETMASK = 2
    INTERNAL_IP4_DNS = 3
    INTERNAL_IP4_NBNS = 4
    INTERNAL_ADDRESS_EXPIRY = 5
    INTERNAL_IP4_DHCP = 6
    APPLICATION_VERSION = 7
    INTERNAL_IP6_ADDRESS = 8
    INTERNAL_IP6_NETMASK = 9
    INTERNAL_IP6_DNS = 10
    INTERNAL_IP6_NBNS = 11
    INTERNAL_IP6_DHCP = 12
    INTERNAL_IP4_SUBNET = 13
    SUPPORTED_ATTRIBUTES = 14
    INTERNAL_IP6_SUBNET = 15
    XAUTH_TYPE = 16520
    XAUTH_USER_NAME = 16521
    XAUTH_USER_PASSWORD = 16522
    XAUTH_PASSCODE = 16523
    XAUTH_MESSAGE = 16524
    XAUTH_CHALLENGE = 16525
    XAUTH_DOMAIN = 16526
    XAUTH_STATUS = 16527
    XAUTH_NEXT_PIN = 16528
    XAUTH_ANSWER = 16529
    UNITY_BANNER = 28672
    UNITY_SAVE_PASSWD = 28673
    UNITY_DEF_DOMAIN = 28674
    UNITY_SPLITDNS_NAME = 28675
    UNITY_SPLIT_INCLUDE = 28676
    UNITY_NATT_PORT = 28677
    UNITY_LOCAL_LAN = 28678
    UNITY_PFS = 28679
    UNITY_FW_TYPE = 28680
    UNITY_BACKUP_SERVERS = 28681
    UNITY_DDNS_HOSTNAME = 28682


class XauthType(OpenIntEnum):
    """Values of XAUTH_TYPE (draft-beaulieu-ike-xauth-02 section 6.3)."""

    GENERIC = 0
    RADIUS_CHAP = 1
    OTP = 2
    S_KEY = 3


class XauthStatus(OpenIntEnum):
    """Values of XAUTH_STATUS (draft-beaulieu-ike-xauth-02 section 6.2)."""

    FAIL = 0
    OK = 1
