"""Messages that hypothesis makes up."""

from hypothesis import strategies as st

from kakehashi.wire.registry.ikev2 import (
    AuthMethod,
    CertEncoding,
    ConfigurationAttributeType,
    ConfigurationType,
    ExchangeType,
    IdType,
    KeyExchangeId,
    NotifyType,
    PayloadType,
    ProtocolId,
    TransformAttributeType,
    TransformType,
    TsType,
)
from kakehashi.wire.v2 import (
    Attribute,
    Authentication,
    Certificate,
    CertificateRequest,
    Configuration,
    ConfigurationAttribute,
    Delete,
    Eap,
    Encrypted,
    EncryptedFragment,
    IdentificationInitiator,
    IdentificationResponder,
    KeyExchange,
    Message,
    Nonce,
    Notify,
    Payload,
    Proposal,
    SecurityAssociation,
    Selector,
    TrafficSelectorsInitiator,
    TrafficSelectorsResponder,
    Transform,
    Unknown,
    UnknownSelector,
    VendorId,
)
from kakehashi.wire.v2.sa import TRANSFORM_IDS

octet = st.integers(0, 0xFF)
word = st.integers(0, 0xFFFF)
octets = st.binary(max_size=40)
spi4 = st.binary(min_size=4, max_size=4)
spi8 = st.binary(min_size=8, max_size=8)


def lists(values: st.SearchStrategy, low: int = 0, high: int = 4) -> st.SearchStrategy[tuple]:
    return st.lists(values, min_size=low, max_size=high).map(tuple)


attribute_types = st.integers(0, 0x7FFF).map(TransformAttributeType)
# A first attribute Key Length with a number would be read as `key_bits`.
attributes = st.builds(
    Attribute, attribute_types.filter(lambda t: t != TransformAttributeType.KEY_LENGTH), word | octets
)


@st.composite
def transforms(draw: st.DrawFn) -> Transform:
    kind = TransformType(draw(octet))
    number = draw(word)
    ids = TRANSFORM_IDS.get(kind)
    return Transform(kind, ids(number) if ids else number, draw(word), draw(lists(attributes, high=2)))


any_protocol = octet.map(ProtocolId).filter(lambda p: p > ProtocolId.ESP)
proposals = st.one_of(
    st.builds(Proposal, octet, st.just(ProtocolId.IKE), st.just(b"") | spi8, lists(transforms())),
    st.builds(Proposal, octet, st.sampled_from([ProtocolId.AH, ProtocolId.ESP]), spi4, lists(transforms())),
    st.builds(Proposal, octet, any_protocol, octets, lists(transforms())),
)

ADDRESS_TYPES = {IdType.ID_IPV4_ADDR: 4, IdType.ID_IPV6_ADDR: 16}


@st.composite
def identifications(draw: st.DrawFn, side: type[Payload]) -> Payload:
    kind = IdType(draw(octet))
    size = ADDRESS_TYPES.get(kind)
    return side(kind, draw(octets if size is None else st.binary(min_size=size, max_size=size)))


@st.composite
def selectors(draw: st.DrawFn) -> Selector:
    kind, size = draw(st.sampled_from([(TsType.TS_IPV4_ADDR_RANGE, 4), (TsType.TS_IPV6_ADDR_RANGE, 16)]))
    address = st.binary(min_size=size, max_size=size)
    return Selector(kind, draw(octet), draw(word), draw(word), draw(address), draw(address))


unknown_selectors = st.builds(
    UnknownSelector, octet.map(TsType).filter(lambda t: not 7 <= t <= 8), octet, octets
)


@st.composite
def traffic_selectors(draw: st.DrawFn, side: type[Payload]) -> Payload:
    known = draw(lists(selectors()))
    return side(known, draw(lists(unknown_selectors, low=0 if known else 1, high=2)))


@st.composite
def deletes(draw: st.DrawFn) -> Delete:
    protocol = ProtocolId(draw(octet))
    match protocol:
        case ProtocolId.IKE:
            return Delete(protocol)
        case ProtocolId.AH | ProtocolId.ESP:
            size = 4
        case _:
            size = draw(st.integers(1, 20))
    return Delete(protocol, draw(lists(st.binary(min_size=size, max_size=size))))


configuration_attributes = st.builds(
    ConfigurationAttribute, st.integers(0, 0x7FFF).map(ConfigurationAttributeType), octets
)

clear_payloads = st.one_of(
    st.builds(SecurityAssociation, lists(proposals, low=1, high=3)),
    st.builds(KeyExchange, word.map(KeyExchangeId), octets),
    identifications(IdentificationInitiator),
    identifications(IdentificationResponder),
    st.builds(Certificate, octet.map(CertEncoding), octets),
    st.builds(CertificateRequest, octet.map(CertEncoding), octets),
    st.builds(Authentication, octet.map(AuthMethod), octets),
    st.builds(Nonce, st.binary(min_size=16, max_size=64)),
    st.builds(Notify, word.map(NotifyType), data=octets),
    st.builds(Notify, word.map(NotifyType), st.sampled_from([ProtocolId.AH, ProtocolId.ESP]), spi4, octets),
    st.builds(Notify, word.map(NotifyType), any_protocol, st.binary(min_size=1, max_size=20), octets),
    deletes(),
    st.builds(VendorId, octets),
    traffic_selectors(TrafficSelectorsInitiator),
    traffic_selectors(TrafficSelectorsResponder),
    st.builds(Configuration, octet.map(ConfigurationType), lists(configuration_attributes)),
    st.builds(
        lambda head, rest: Eap(head + (4 + len(rest)).to_bytes(2) + rest),
        st.binary(min_size=2, max_size=2),
        octets,
    ),
    st.builds(
        Unknown,
        (st.integers(1, 32) | st.integers(49, 52) | st.integers(54, 255)).map(PayloadType),
        st.just(False),
        octets,
    ),
)

payload_types = octet.map(PayloadType)
encrypted_payloads = st.one_of(
    st.builds(Encrypted, payload_types, octets),
    st.builds(
        lambda first, a, b, body: EncryptedFragment(first, min(a, b), max(a, b), body),
        payload_types,
        st.integers(1, 0xFFFF),
        st.integers(1, 0xFFFF),
        octets,
    ),
)

messages = st.builds(
    lambda i, r, exchange, a, b, number, clear, encrypted: Message(
        i, r, exchange, a, b, number, clear + encrypted
    ),
    spi8,
    spi8,
    octet.map(ExchangeType),
    st.booleans(),
    st.booleans(),
    st.integers(0, 0xFFFFFFFF),
    lists(clear_payloads, high=5),
    lists(encrypted_payloads, high=1),
)
