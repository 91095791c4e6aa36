//! Packets that bring their IPv4 header, which the kernel sends as it is: those in AH, which covers it, and ESP that goes
//! packet by packet, for the kernel has less work with them then.

use std::net::IpAddr;
use std::ops::Range;

use crate::egress::Child;
use crate::outer::{self, IPV4_HEADER, UDP_HEADER};
use crate::route::Route;
use crate::sys::Header;

/// The most that [`room`] gives.
pub(super) const ROOM_MAX: usize = IPV4_HEADER + UDP_HEADER;

/// Octets that a packet needs in front of AH or ESP, and of its options.
pub(super) fn room(child: &Child) -> usize {
    if child.route.remote.is_ipv6() || child.sa.is_unprotected() {
        0
    } else if !child.in_udp {
        IPV4_HEADER
    } else if child.usage.refuses_segments() {
        IPV4_HEADER + UDP_HEADER
    } else {
        0
    }
}

/// The whole of the packet in AH that is `frame`.
pub(super) fn in_ah(room: usize, frame: Range<usize>, header: Header) -> (Range<usize>, Header) {
    (frame.start - header.options - room..frame.end, Header { options: 0, is_there: true, ..header })
}

/// Write the headers of the ESP packet `frame` into the `room` in front of it; `ttl` is for those that say nothing of
/// it. None: the kernel has to make them.
pub(super) fn around_esp(
    buffer: &mut [u8],
    room: usize,
    frame: Range<usize>,
    header: Header,
    route: &Route,
    (identification, ttl): (u16, u8),
) -> Option<(Range<usize>, Header)> {
    let (IpAddr::V4(local), IpAddr::V4(remote)) = route.ends() else { return None };
    let range = frame.start - room..frame.end;
    let length = u16::try_from(range.len()).ok()?;
    let (ip, udp) = buffer[range.start..frame.start].split_at_mut(IPV4_HEADER);
    let protocol = if udp.is_empty() { outer::ESP } else { outer::UDP };
    let told = Header { ttl: if header.ttl == 0 { ttl } else { header.ttl }, ..header };
    ip.copy_from_slice(&outer::ipv4_header((local, remote), told, length, protocol, identification));
    if !udp.is_empty() {
        // RFC 3948 section 2.1: without a checksum.
        udp.copy_from_slice(&outer::udp_header(route, length - IPV4_HEADER as u16));
    }
    // The header says whether it may be fragmented; the socket knows nothing of it.
    Some((range, Header { is_there: true, dont_fragment: false, counts_as: outer::ESP, ..header }))
}
