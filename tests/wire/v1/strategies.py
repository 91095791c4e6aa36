"""IKEv1 messages that hypothesis makes up."""

from hypothesis import strategies as st

from kakehashi.wire.registry.ikev1 import (
    CertEncoding,
    ConfigurationAttribute,
    ConfigurationType,
    Doi,
    ExchangeType,
    IdType,
    IpsecAttribute,
    NotifyType,
    PayloadType,
    Phase1Attribute,
    ProtocolId,
)
from kakehashi.wire.registry.open_enum import OpenIntEnum
from kakehashi.wire.v1 import (
    Attribute,
    Certificate,
    CertificateRequest,
    Configuration,
    Delete,
    Fragment,
    Hash,
    Identification,
    KeyExchange,
    Message,
    NatDetection,
    NatOriginalAddress,
    Nonce,
    Notification,
    Payload,
    Proposal,
    SecurityAssociation,
    Signature,
    Transform,
    Unknown,
    VendorId,
)
from kakehashi.wire.v1.identification import ADDRESS_SIZES
from kakehashi.wire.v1.sa import TRANSFORM_IDS

octet = st.integers(0, 0xFF)
word = st.integers(0, 0xFFFF)
long = st.integers(0, 0xFFFFFFFF)
octets = st.binary(max_size=40)
cookie = st.binary(min_size=8, max_size=8)
dois = long.map(Doi)
protocols = st.sampled_from(ProtocolId) | octet.map(ProtocolId)

# Payload types without a codec; 2 and 3 are never payloads of their own but may come as such.
UNKNOWN = [n for n in range(1, 256) if n not in {1, *range(4, 15), 20, 21, 130, 131, 132}]


def lists(values: st.SearchStrategy, low: int = 0, high: int = 4) -> st.SearchStrategy[tuple]:
    return st.lists(values, min_size=low, max_size=high).map(tuple)


def sized(size: int) -> st.SearchStrategy[bytes]:
    return st.binary(min_size=size, max_size=size)


def attributes(types: type[OpenIntEnum]) -> st.SearchStrategy[tuple]:
    return lists(st.builds(Attribute, st.integers(0, 0x7FFF).map(types), word | octets))


def spis(protocol: ProtocolId) -> st.SearchStrategy[bytes]:
    match protocol:
        case ProtocolId.AH | ProtocolId.ESP:
            return sized(4)
        case ProtocolId.IPCOMP:
            return sized(2) | sized(4)
        case ProtocolId.ISAKMP:
            return st.binary(max_size=16)
        case _:
            return octets


@st.composite
def proposals(draw: st.DrawFn) -> Proposal:
    protocol = draw(protocols)
    ids = TRANSFORM_IDS.get(protocol)
    types = Phase1Attribute if protocol == ProtocolId.ISAKMP else IpsecAttribute
    transform = st.builds(Transform, octet, octet.map(ids) if ids else octet, attributes(types))
    return Proposal(draw(octet), protocol, draw(spis(protocol)), draw(lists(transform)))


@st.composite
def identifications(draw: st.DrawFn) -> Identification:
    kind = draw(st.sampled_from(IdType) | octet.map(IdType))
    size = ADDRESS_SIZES.get(kind)
    data = draw(octets if size is None else sized(size))
    return Identification(kind, data, draw(octet), draw(word))


@st.composite
def deletes(draw: st.DrawFn) -> Delete:
    protocol = draw(protocols)
    spi = sized(16) if protocol == ProtocolId.ISAKMP else spis(protocol)
    size = len(draw(spi.filter(bool)))
    return Delete(protocol, draw(lists(sized(size), low=1)), draw(dois))


payloads: st.SearchStrategy[Payload] = st.one_of(
    st.builds(SecurityAssociation, lists(proposals(), low=1, high=3)),
    st.builds(KeyExchange, octets),
    identifications(),
    st.builds(Certificate, octet.map(CertEncoding), octets),
    st.builds(CertificateRequest, octet.map(CertEncoding), octets),
    st.builds(Hash, octets),
    st.builds(Signature, octets),
    st.builds(Nonce, st.binary(min_size=8, max_size=64)),
    st.builds(Notification, word.map(NotifyType), protocols, octets, octets, dois),
    deletes(),
    st.builds(VendorId, octets),
    st.builds(Configuration, octet.map(ConfigurationType), word, attributes(ConfigurationAttribute)),
    st.builds(NatDetection, octets, st.sampled_from([PayloadType.NAT_D, PayloadType.NAT_D_DRAFTS])),
    st.builds(
        NatOriginalAddress,
        sized(4) | sized(16),
        st.sampled_from([PayloadType.NAT_OA, PayloadType.NAT_OA_DRAFTS]),
    ),
    st.builds(Fragment, word, st.integers(1, 0xFF), st.booleans(), octets),
    st.builds(Unknown, st.sampled_from(UNKNOWN).map(PayloadType), octets),
)

messages = st.builds(
    Message,
    cookie,
    cookie,
    octet.map(ExchangeType),
    long,
    lists(payloads, high=6),
    st.booleans(),
    st.booleans(),
)
