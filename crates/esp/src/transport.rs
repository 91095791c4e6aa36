//! Transport mode (RFC 4303 section 3.1.1): ESP goes into an IP packet, behind the headers that the way needs.
//!
//! ```text
//! IPv4   | IP header with options |                                | TCP, UDP, ... |
//!        | IP header with options | ESP |  TCP, UDP, ...  | trailer, ICV |
//!
//! IPv6   | IP header | hop-by-hop, routing headers | destination options | TCP, UDP, ... |
//!        | IP header | hop-by-hop, routing headers | ESP | destination options | TCP, UDP, ... | trailer, ICV |
//! ```

use std::net::IpAddr;

use crate::inner_ip::{
    checksum, extension_size, u16_at, DESTINATION_OPTIONS, EXTENSION_HEADERS_MAX, FRAGMENT, HOP_BY_HOP,
    ROUTING,
};
use crate::{DropReason, PROTOCOL};

const IPV4_HEADER: usize = 20;
const IPV6_HEADER: usize = 40;
/// More Fragments and the Fragment Offset (RFC 791 section 3.1).
const FRAGMENT_FIELDS: u16 = 0x3FFF;
const DONT_FRAGMENT: u8 = 0x40;

/// Where ESP stands in an IP packet, or is to be put.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cut {
    /// Octets of the headers in front of ESP.
    pub header: usize,
    /// What comes behind them.
    pub next_header: u8,
    /// The field in front that says so.
    next_header_at: usize,
}

impl Cut {
    /// The cut of `packet`, of which only the headers are looked at. Fragments have none: ESP is put into whole
    /// datagrams alone (RFC 4303 section 3.3.4). Where the packet holds ESP already, the cut is in front of it.
    pub fn of(packet: &[u8]) -> Result<Cut, DropReason> {
        let cut = match packet.first().map(|first| first >> 4) {
            Some(4) => cut_v4(packet),
            Some(6) => cut_v6(packet),
            _ => None,
        };
        cut.ok_or(DropReason::MiscError)
    }

    /// Octets of IPv4 options or IPv6 extension headers in front of ESP.
    pub fn options(&self) -> usize {
        self.header - self.basic_header()
    }

    /// The size of the IP header without options.
    pub fn basic_header(&self) -> usize {
        if self.is_v4() {
            IPV4_HEADER
        } else {
            IPV6_HEADER
        }
    }

    /// The only header of IPv4 has its Protocol there; that of IPv6, and its extension headers, elsewhere.
    fn is_v4(&self) -> bool {
        self.next_header_at == 9
    }

    /// Let `header`, the octets in front of the cut, say that `size` octets of the protocol `next_header` follow.
    pub fn close(&self, header: &mut [u8], next_header: u8, size: usize) {
        header[self.next_header_at] = next_header;
        if self.is_v4() {
            header[2..4].copy_from_slice(&((self.header + size) as u16).to_be_bytes());
            header[10..12].fill(0);
            let checksum = checksum(header);
            header[10..12].copy_from_slice(&checksum);
        } else {
            header[4..6].copy_from_slice(&((self.header - IPV6_HEADER + size) as u16).to_be_bytes());
        }
    }
}

fn cut_v4(packet: &[u8]) -> Option<Cut> {
    let header = usize::from(packet[0] & 15) * 4;
    let is_whole = u16_at(packet, 6)? & FRAGMENT_FIELDS == 0;
    let fits = header >= IPV4_HEADER && header <= packet.len();
    (is_whole && fits).then(|| Cut { header, next_header: packet[9], next_header_at: 9 })
}

/// Destination options in front of a routing header are for each of its hops and stay outside; behind it, or without
/// one, they are for the destination alone, and ESP hides them.
fn cut_v6(packet: &[u8]) -> Option<Cut> {
    let next_header = *packet.get(..IPV6_HEADER)?.get(6)?;
    let mut cut = Cut { header: IPV6_HEADER, next_header, next_header_at: 6 };
    let mut here = cut;
    for _ in 0..EXTENSION_HEADERS_MAX {
        match here.next_header {
            HOP_BY_HOP | ROUTING | DESTINATION_OPTIONS => {}
            FRAGMENT => return None,
            PROTOCOL => return Some(here),
            _ => return Some(cut),
        }
        let octets = &packet[here.header..];
        let size = extension_size(here.next_header, octets)??;
        let stays_outside = here.next_header != DESTINATION_OPTIONS;
        // The extension header is all there.
        let next_header = *octets.get(..size)?.first()?;
        here = Cut { header: here.header + size, next_header, next_header_at: here.header };
        if stays_outside {
            cut = here;
        }
    }
    Some(cut)
}

/// What is known of the headers in front of a received ESP packet.
#[derive(Clone, Copy, Debug)]
pub enum Front<'a> {
    /// The IPv4 header as it came, of a whole datagram.
    Header(&'a [u8]),
    /// What the host told of them.
    Told { source: IpAddr, destination: IpAddr, tos: u8, ttl: u8 },
}

/// Append to `target` the IP packet that ESP was put into: `payload` behind the headers in front of it. A malformed
/// header, or two addresses of different versions, give a reason; then `target` stays as it was.
pub fn rebuild(
    target: &mut Vec<u8>,
    front: Front<'_>,
    next_header: u8,
    payload: &[u8],
) -> Result<(), DropReason> {
    let start = target.len();
    let cut = match front {
        Front::Header(header) => {
            let cut = Cut::of(header)?;
            target.extend_from_slice(&header[..cut.header]);
            cut
        }
        Front::Told { source: IpAddr::V4(source), destination: IpAddr::V4(destination), tos, ttl } => {
            // An atomic datagram, whose identification means nothing (RFC 6864 section 4.1).
            target.extend_from_slice(&[0x45, tos, 0, 0, 0, 0, DONT_FRAGMENT, 0, ttl, 0, 0, 0]);
            target.extend_from_slice(&source.octets());
            target.extend_from_slice(&destination.octets());
            Cut { header: IPV4_HEADER, next_header, next_header_at: 9 }
        }
        Front::Told { source: IpAddr::V6(source), destination: IpAddr::V6(destination), tos, ttl } => {
            target.extend_from_slice(&[0x60 | tos >> 4, tos << 4, 0, 0, 0, 0, 0, ttl]);
            target.extend_from_slice(&source.octets());
            target.extend_from_slice(&destination.octets());
            Cut { header: IPV6_HEADER, next_header, next_header_at: 6 }
        }
        Front::Told { .. } => return Err(DropReason::MiscError),
    };
    cut.close(&mut target[start..], next_header, payload.len());
    target.extend_from_slice(payload);
    Ok(())
}
