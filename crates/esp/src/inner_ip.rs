//! What ESP must know of the IP packet inside: its true length, and the fields that traffic selectors look at.

use crate::next_header;

/// The fields of a packet that a traffic selector judges (RFC 4301 section 4.4.1.1).
///
/// Addresses are numbers, IPv4 in the low 32 bits. Ports are None where the packet shows none: other protocols,
/// fragments that are not the first. For ICMP both hold type and code, for Mobility Header its type
/// (RFC 7296 section 3.13.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Flow {
    /// 4 or 6.
    pub version: u8,
    pub source: u128,
    pub destination: u128,
    /// The upper-layer protocol; behind extension headers that are not understood, the last header's number.
    pub protocol: u8,
    pub source_port: Option<u16>,
    pub destination_port: Option<u16>,
}

pub(crate) const ICMP: u8 = 1;
pub(crate) const TCP: u8 = 6;
pub(crate) const UDP: u8 = 17;
const DCCP: u8 = 33;
pub(crate) const ICMPV6: u8 = 58;
const SCTP: u8 = 132;
const MOBILITY: u8 = 135;
const UDP_LITE: u8 = 136;

pub(crate) const HOP_BY_HOP: u8 = 0;
pub(crate) const ROUTING: u8 = 43;
pub(crate) const FRAGMENT: u8 = 44;
const AUTHENTICATION: u8 = 51;
pub(crate) const DESTINATION_OPTIONS: u8 = 60;

/// More extension headers than any honest packet has.
pub(crate) const EXTENSION_HEADERS_MAX: usize = 8;

/// The ESP Next Header for `packet`: by its version. None where it is neither IPv4 nor IPv6.
#[inline]
pub fn next_header_of(packet: &[u8]) -> Option<u8> {
    match packet.first()? >> 4 {
        4 => Some(next_header::IPV4),
        6 => Some(next_header::IPV6),
        _ => None,
    }
}

/// The length that the IP header states. None where the header is malformed or longer than `packet`.
#[inline]
pub fn stated_length(packet: &[u8]) -> Option<usize> {
    match packet.first()? >> 4 {
        4 => {
            let header = usize::from(packet[0] & 15) * 4;
            let length = usize::from(u16_at(packet, 2)?);
            (header >= 20 && length >= header && length <= packet.len()).then_some(length)
        }
        6 => {
            let length = 40 + usize::from(u16_at(packet, 4)?);
            (length <= packet.len()).then_some(length)
        }
        _ => None,
    }
}

/// The fields that selectors look at. None for a malformed packet.
pub fn flow(packet: &[u8]) -> Option<Flow> {
    let packet = &packet[..stated_length(packet)?];
    if packet[0] >> 4 == 4 {
        flow_v4(packet)
    } else {
        flow_v6(packet)
    }
}

fn flow_v4(packet: &[u8]) -> Option<Flow> {
    let address =
        |at: usize| u32::from_be_bytes([packet[at], packet[at + 1], packet[at + 2], packet[at + 3]]);
    let (protocol, upper) = upper_v4(packet)?;
    Some(Flow::new(4, address(12).into(), address(16).into(), protocol, upper))
}

fn flow_v6(packet: &[u8]) -> Option<Flow> {
    let address = |at: usize| Some(u128::from_be_bytes(packet.get(at..at + 16)?.try_into().ok()?));
    let (source, destination) = (address(8)?, address(24)?);
    let (protocol, upper) = upper_v6(packet)?;
    Some(Flow::new(6, source, destination, protocol, upper))
}

/// The protocol above IP and where it begins in `packet`, whose length fields are right. None where there is nothing
/// of it to see: in fragments that are not the first, or where the packet is malformed.
pub fn upper(packet: &[u8]) -> Option<(u8, usize)> {
    let (protocol, upper) = if packet.first()? >> 4 == 4 { upper_v4(packet) } else { upper_v6(packet) }?;
    (!upper.is_empty()).then_some((protocol, packet.len() - upper.len()))
}

/// The protocol, and the octets of it that this packet has; none in fragments that are not the first.
fn upper_v4(packet: &[u8]) -> Option<(u8, &[u8])> {
    let header = usize::from(packet[0] & 15) * 4;
    let is_first = u16_at(packet, 6)? & 0x1FFF == 0;
    let upper = if is_first { packet.get(header..)? } else { &[] };
    Some((*packet.get(9)?, upper))
}

fn upper_v6(packet: &[u8]) -> Option<(u8, &[u8])> {
    let mut protocol = *packet.get(6)?;
    let mut upper = packet.get(40..)?;
    for _ in 0..EXTENSION_HEADERS_MAX {
        let size = match protocol {
            FRAGMENT if u16_at(upper, 2)? & 0xFFF8 != 0 => return Some((upper[0], &[])),
            _ => match extension_size(protocol, upper) {
                Some(size) => size?,
                None => break,
            },
        };
        protocol = *upper.first()?;
        upper = upper.get(size..)?;
    }
    Some((protocol, upper))
}

/// The size of the extension header at the begin of `octets`. None: `protocol` is none; Some(None): it is cut short.
pub(crate) fn extension_size(protocol: u8, octets: &[u8]) -> Option<Option<usize>> {
    let length = || octets.get(1).map(|&length| usize::from(length));
    match protocol {
        HOP_BY_HOP | ROUTING | DESTINATION_OPTIONS => Some(length().map(|length| length * 8 + 8)),
        AUTHENTICATION => Some(length().map(|length| length * 4 + 8)),
        FRAGMENT => Some(Some(8)),
        _ => None,
    }
}

impl Flow {
    fn new(version: u8, source: u128, destination: u128, protocol: u8, upper: &[u8]) -> Self {
        let (source_port, destination_port) = match protocol {
            TCP | UDP | DCCP | SCTP | UDP_LITE => (u16_at(upper, 0), u16_at(upper, 2)),
            ICMP | ICMPV6 => (u16_at(upper, 0), u16_at(upper, 0)),
            MOBILITY => {
                let kind = upper.get(2).map(|&kind| u16::from(kind) << 8);
                (kind, kind)
            }
            _ => (None, None),
        };
        Flow { version, source, destination, protocol, source_port, destination_port }
    }
}

#[inline]
pub(crate) fn u16_at(data: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_be_bytes([*data.get(at)?, *data.get(at + 1)?]))
}

/// The Internet checksum (RFC 1071), of little: headers, and messages about packets.
pub(crate) fn checksum(octets: &[u8]) -> [u8; 2] {
    let word = |pair: &[u8]| u32::from(pair[0]) << 8 | pair.get(1).map_or(0, |&octet| u32::from(octet));
    let mut sum: u32 = octets.chunks(2).map(word).sum();
    while sum > 0xFFFF {
        sum = (sum >> 16) + (sum & 0xFFFF);
    }
    (!sum as u16).to_be_bytes()
}
