//! AH in front of packets that are about to be sent: it covers their IP header, so that is made here.
//!
//! Over IPv4 the header stands in the buffer in front of AH, for AH covers its identification. Over IPv6 the kernel makes the header of what it is told; AH covers nothing of it that it chooses.

use std::ops::Range;

use esp::{ah, DropReason};

use super::own_header::room;
use super::Batch;
use crate::counters::DirectionCounters;
use crate::egress::Child;
use crate::outer;
use crate::sys::Header;

/// The options of IPv4 that change the destination on the way: loose and strict source route.
const SOURCE_ROUTES: [u8; 2] = [131, 137];

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
        let is_v4 = child.route.remote.is_ipv4();
        if is_v4 && options.iter().any(|kind| SOURCE_ROUTES.contains(kind)) {
            return Err(DropReason::MiscError);
        }
        let identification = self.shared.identification() as u16;
        outer::front(&child.route, header, options, frame.len(), ah::PROTOCOL, identification)
    }
}
