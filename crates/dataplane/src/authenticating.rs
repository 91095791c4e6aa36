//! AH in front of packets that are about to be sent: it covers their IP header, so that is made here.
//!
//! Over IPv4 the header stands in the buffer in front of AH, and the kernel sends it as it is, for AH covers its
//! identification. Over IPv6 the kernel makes the header of what it is told; AH covers nothing of it that it chooses.

use std::io;
use std::net::IpAddr;
use std::ops::Range;
use std::os::fd::OwnedFd;

use esp::fragmenting::split;
use esp::{ah, DropReason};

use super::{Batch, DONT_FRAGMENT, HOP_BY_HOP};
use crate::counters::DirectionCounters;
use crate::egress::Child;
use crate::route::Route;
use crate::sys::{Header, Piece};

const IPV4_HEADER: usize = 20;
const IPV6_HEADER: usize = 40;
/// The most that [`room`] gives.
pub(super) const ROOM_MAX: usize = IPV4_HEADER;
/// Of packets whose header says nothing of it (RFC 1700).
const DEFAULT_TTL: u8 = 64;
/// The options of IPv4 that change the destination on the way: loose and strict source route.
const SOURCE_ROUTES: [u8; 2] = [131, 137];
/// What every IPv4 host takes (RFC 791), where it is not known what the path takes.
const MTU_MIN: usize = 576;

/// Octets that a packet needs in front of AH and of its options.
pub(super) fn room(child: &Child) -> usize {
    if child.sa.has_ah() && child.route.remote.is_ipv4() {
        IPV4_HEADER
    } else {
        0
    }
}

/// What is sent of a packet whose frame is `frame`, where that is more than the frame.
pub(super) fn piece(child: &Child, frame: Range<usize>, header: Header) -> Option<(Range<usize>, Header)> {
    let room = room(child);
    (room > 0).then(|| (frame.start - header.options - room..frame.end, Header { options: 0, ..header }))
}

impl Batch {
    /// Write the IP headers and AH's ICVs of what has just been sealed. A packet that cannot have one is not sent.
    pub(super) fn authenticate(&mut self, child: &mut Child, counters: &DirectionCounters) {
        let mut kept = 0;
        for index in 0..self.frames.len() {
            let frame = self.frames[index];
            let header = self.outers[index].header;
            let range = frame.start..frame.start + child.sa.sealed_size(frame.inner_size);
            match self.header_of(child, &range, header).and_then(|front| {
                child.sa.authenticate(&mut self.buffer, index, &front)?;
                Ok(front)
            }) {
                Ok(front) => {
                    if room(child) > 0 {
                        self.buffer[range.start - front.len()..range.start].copy_from_slice(&front);
                    }
                    (self.frames[kept], self.outers[kept]) = (frame, self.outers[index]);
                    kept += 1;
                }
                Err(reason) => counters.drop(reason, 1),
            }
        }
        self.frames.truncate(kept);
        self.outers.truncate(kept);
    }

    /// The headers in front of AH, with which the packet leaves.
    fn header_of(&self, child: &Child, frame: &Range<usize>, header: Header) -> Result<Vec<u8>, DropReason> {
        let options = &self.buffer[frame.start - header.options..frame.start];
        let mut front = Vec::with_capacity(IPV6_HEADER + options.len());
        match (child.route.local.ip(), child.route.remote.ip()) {
            (IpAddr::V4(source), IpAddr::V4(destination)) => {
                if options.iter().any(|kind| SOURCE_ROUTES.contains(kind)) {
                    return Err(DropReason::MiscError);
                }
                let length = IPV4_HEADER + options.len() + frame.len();
                let length = u16::try_from(length).map_err(|_| DropReason::TooLarge)?;
                let words = (IPV4_HEADER + options.len()) / 4;
                // The kernel chooses one for 0, which AH would not have covered.
                let identification = (self.shared.identification() as u16).max(1);
                let flags = if header.dont_fragment { DONT_FRAGMENT } else { 0 };
                let ttl = if header.ttl == 0 { DEFAULT_TTL } else { header.ttl };
                front.extend_from_slice(&[0x40 | words as u8, header.tos]);
                front.extend_from_slice(&length.to_be_bytes());
                front.extend_from_slice(&identification.to_be_bytes());
                // The kernel writes the checksum.
                front.extend_from_slice(&[flags, 0, ttl, ah::PROTOCOL, 0, 0]);
                front.extend_from_slice(&source.octets());
                front.extend_from_slice(&destination.octets());
            }
            (IpAddr::V6(source), IpAddr::V6(destination)) => {
                let length = u16::try_from(options.len() + frame.len()).map_err(|_| DropReason::TooLarge)?;
                front.extend_from_slice(&[0x60, 0, 0, 0]);
                front.extend_from_slice(&length.to_be_bytes());
                front.extend_from_slice(&[if options.is_empty() { ah::PROTOCOL } else { HOP_BY_HOP }, 0]);
                front.extend_from_slice(&source.octets());
                front.extend_from_slice(&destination.octets());
            }
            _ => return Err(DropReason::MiscError),
        }
        let at = front.len();
        front.extend_from_slice(options);
        if front[0] >> 4 == 6 && !options.is_empty() {
            front[at] = ah::PROTOCOL;
        }
        Ok(front)
    }

    /// The kernel does not fragment what has its header already; fragments come after AH (RFC 4302 section 3.3.4).
    pub(super) fn send_in_fragments(
        &mut self,
        child: &Child,
        number: usize,
        fd: &OwnedFd,
        route: &Route,
    ) -> Result<(), DropReason> {
        let fits = child.fitting < usize::from(u16::MAX);
        let mtu = if fits { IPV4_HEADER + child.sa.sealed_size(child.fitting) } else { MTU_MIN };
        let mut packet = self.buffer[self.pieces[number].range.clone()].to_vec();
        // It has been judged before that it may be; with DF it would get another identification, which AH covers.
        packet[6] &= !DONT_FRAGMENT;
        let mut result: io::Result<usize> = Ok(0);
        split(&packet, mtu, 0, |fragment| {
            let piece =
                Piece { range: 0..fragment.len(), segment_size: 0, count: 1, header: Header::default() };
            if result.is_ok() {
                result = self.sender.send(fd, route, fragment, &[piece], true);
            }
        })?;
        result.map(|_| ()).map_err(|_| DropReason::MiscError)
    }
}
