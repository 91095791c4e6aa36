//! What the sender of a packet is told that is too large for a tunnel and must not be fragmented (RFC 4301 section 8):
//! ICMP's "fragmentation needed and DF set" (RFC 792, RFC 1191 section 4), ICMPv6's Packet Too Big (RFC 4443 section
//! 3.2).
//!
//! ```text
//! | Type | Code | Checksum |  ICMP: 0 | MTU; ICMPv6: MTU  | the packet, as much of it as fits
//! ```

use std::net::IpAddr;

use crate::fragments::Fragment;
use crate::inner_ip::{self, checksum, ICMP, ICMPV6};

const DESTINATION_UNREACHABLE: u8 = 3;
const FRAGMENTATION_NEEDED: u8 = 4;
const PACKET_TOO_BIG: u8 = 2;
/// The message and its IP header are not larger (RFC 1812 section 4.3.2.3, RFC 4443 section 2.4 (c)).
const QUOTED_V4_MAX: usize = 576 - 20 - 8;
const QUOTED_V6_MAX: usize = 1280 - 40 - 8;

/// The ICMP or ICMPv6 message about `packet`, for its sender, of whom the address is given too. The checksum of
/// ICMPv6 is left to the socket, which alone knows the addresses. None: no error may be sent about it.
pub fn message(packet: &[u8], mtu: usize) -> Option<(IpAddr, Vec<u8>)> {
    inner_ip::stated_length(packet)?;
    if Fragment::of(packet).is_some_and(|fragment| fragment.offset > 0) || is_error(packet) {
        return None;
    }
    if packet[0] >> 4 == 4 {
        message_v4(packet, mtu)
    } else {
        message_v6(packet, mtu)
    }
}

/// RFC 1122 section 3.2.2: only about what came from one host, for one host.
fn message_v4(packet: &[u8], mtu: usize) -> Option<(IpAddr, Vec<u8>)> {
    let source: [u8; 4] = packet.get(12..16)?.try_into().ok()?;
    let is_of_one = |first: u8| !matches!(first, 0 | 127 | 224..);
    if !is_of_one(source[0]) || !is_of_one(*packet.get(16)?) {
        return None;
    }
    let mtu = u16::try_from(mtu).unwrap_or(u16::MAX).to_be_bytes();
    let mut message = vec![DESTINATION_UNREACHABLE, FRAGMENTATION_NEEDED, 0, 0, 0, 0, mtu[0], mtu[1]];
    message.extend_from_slice(&packet[..packet.len().min(QUOTED_V4_MAX)]);
    let sum = checksum(&message);
    message[2..4].copy_from_slice(&sum);
    Some((source.into(), message))
}

/// RFC 4443 section 2.4 (e); Packet Too Big is the error that is sent about multicast as well.
fn message_v6(packet: &[u8], mtu: usize) -> Option<(IpAddr, Vec<u8>)> {
    let source: [u8; 16] = packet.get(8..24)?.try_into().ok()?;
    let address = std::net::Ipv6Addr::from(source);
    if address.is_unspecified() || address.is_multicast() || address.is_loopback() {
        return None;
    }
    let mut message = vec![PACKET_TOO_BIG, 0, 0, 0];
    message.extend_from_slice(&u32::try_from(mtu).unwrap_or(u32::MAX).to_be_bytes());
    message.extend_from_slice(&packet[..packet.len().min(QUOTED_V6_MAX)]);
    Some((source.into(), message))
}

/// An ICMP error, or one of the few other messages that get none for an answer.
fn is_error(packet: &[u8]) -> bool {
    let Some((protocol, start)) = inner_ip::upper(packet) else { return false };
    match (protocol, packet[start]) {
        // Destination Unreachable, Source Quench, Redirect, Time Exceeded, Parameter Problem.
        (ICMP, kind) => matches!(kind, 3 | 4 | 5 | 11 | 12),
        // Errors, and Redirect.
        (ICMPV6, kind) => kind < 128 || kind == 137,
        _ => false,
    }
}
