//! Packets that bring their IPv4 header, which the kernel sends as it is: those in AH, which covers it, and ESP that is
//! not in UDP. For the kernel that is less work than to make it, and it goes packet by packet there.

use std::net::IpAddr;
use std::ops::Range;

use crate::egress::Child;
use crate::outer::{self, IPV4_HEADER};
use crate::route::Route;
use crate::sys::Header;

/// The most that [`room`] gives.
pub(super) const ROOM_MAX: usize = IPV4_HEADER;

/// Octets that a packet needs in front of AH or ESP, and of its options.
pub(super) fn room(child: &Child) -> usize {
    let is_plain_esp = !child.in_udp && !child.sa.is_unprotected();
    if child.route.remote.is_ipv4() && (is_plain_esp || child.sa.has_ah()) {
        IPV4_HEADER
    } else {
        0
    }
}

/// The whole of the packet in AH that is `frame`.
pub(super) fn in_ah(room: usize, frame: Range<usize>, header: Header) -> (Range<usize>, Header) {
    (frame.start - header.options - room..frame.end, Header { options: 0, is_there: true, ..header })
}

/// Write the header of the ESP packet `frame` in front of it. None: the kernel has to make it.
pub(super) fn around_esp(
    buffer: &mut [u8],
    frame: Range<usize>,
    header: Header,
    route: &Route,
    identification: u16,
) -> Option<(Range<usize>, Header)> {
    let (IpAddr::V4(local), IpAddr::V4(remote)) = route.ends() else { return None };
    let range = frame.start - IPV4_HEADER..frame.end;
    let length = u16::try_from(range.len()).ok()?;
    let octets = outer::ipv4_header((local, remote), header, length, outer::ESP, identification);
    buffer[range.start..frame.start].copy_from_slice(&octets);
    // The header says it; the socket knows nothing of it.
    Some((range, Header { is_there: true, dont_fragment: false, counts_as: outer::ESP, ..header }))
}
