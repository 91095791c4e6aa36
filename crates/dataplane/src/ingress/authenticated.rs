//! What AH covers of a received packet besides itself.

use std::borrow::Cow;
use std::net::IpAddr;

use esp::ah;

use super::Arrival;

const IPV6_HEADER: usize = 40;

/// The headers in front of AH, behind which `size` octets came. The kernel gives that of IPv4 as it is; that of IPv6
/// is made from what it tells, but for what no ICV covers.
pub(super) fn front<'a>(size: usize, arrival: &Arrival<'a>) -> Cow<'a, [u8]> {
    let (IpAddr::V6(source), IpAddr::V6(destination)) = (arrival.route.remote.ip(), arrival.route.local.ip())
    else {
        return Cow::Borrowed(arrival.header);
    };
    let extensions = &arrival.extensions.octets;
    let mut front = Vec::with_capacity(IPV6_HEADER + extensions.len());
    let payload = (extensions.len() + size) as u16;
    let next_header = if extensions.is_empty() { ah::PROTOCOL } else { arrival.extensions.first };
    front.extend_from_slice(&[0x60, 0, 0, 0]);
    front.extend_from_slice(&payload.to_be_bytes());
    front.extend_from_slice(&[next_header, 0]);
    front.extend_from_slice(&source.octets());
    front.extend_from_slice(&destination.octets());
    front.extend_from_slice(extensions);
    Cow::Owned(front)
}
