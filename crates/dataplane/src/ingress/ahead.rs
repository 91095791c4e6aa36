//! What is done for many received packets at once, before they are taken one by one: their SAs' hashes.

use std::ops::Range;

use esp::{HEADER_SIZE, MANY};

use super::{ipv4_header_size, Ingress};
use crate::route::{Purpose, Socket};
use crate::sys::Receiver;

/// Which packets have been looked at.
#[derive(Default)]
pub(super) struct Ahead {
    /// Has there been an SA that foresees anything? Until then nothing is looked at.
    pub is_needed: bool,
    /// The SAs that have foreseen anything.
    spis: Vec<u32>,
}

impl Ingress {
    /// Look at messages from the first of `slots` on that hold one datagram each. Gives the slot behind them; the first
    /// counts whatever it holds.
    pub(super) fn look_ahead(&mut self, receiver: &Receiver, slots: Range<usize>, socket: &Socket) -> usize {
        if !self.ahead.is_needed || !matches!(socket.purpose, Purpose::Esp | Purpose::NatTraversal) {
            return slots.end;
        }
        let has_header = socket.is_raw() && !socket.is_v6;
        let mut packets: [&[u8]; MANY] = [&[]; MANY];
        let mut count = 0;
        for slot in slots.clone().take(MANY) {
            let Some(data) = receiver.single(slot) else { break };
            let front = if has_header { ipv4_header_size(data) } else { 0 };
            packets[count] = data.get(front..).unwrap_or_default();
            count += 1;
        }
        self.foresee(&packets[..count]);
        slots.start + count.max(1)
    }

    /// Let the SAs of `packets`, at most [`MANY`], do what they can for several of them at once.
    pub(super) fn foresee(&mut self, packets: &[&[u8]]) {
        self.forget();
        if packets.len() < 2 {
            return;
        }
        let mut rest = [None; MANY];
        for (spi, packet) in rest.iter_mut().zip(packets) {
            *spi = packet
                .first_chunk()
                .filter(|_| packet.len() >= HEADER_SIZE)
                .map(|&spi| u32::from_be_bytes(spi));
        }
        for first in 0..packets.len() {
            let Some(spi) = rest[first] else { continue };
            let mut alike: [&[u8]; MANY] = [&[]; MANY];
            let mut count = 0;
            for (other, packet) in rest[first..].iter_mut().zip(&packets[first..]) {
                if *other == Some(spi) {
                    (*other, alike[count]) = (None, packet);
                    count += 1;
                }
            }
            // What comes inside AH is not to be had without.
            let child = self.children.get_mut(&spi).filter(|child| child.sa.foresees() && !child.sa.has_ah());
            if let Some(child) = child.filter(|_| count > 1) {
                child.sa.foresee(&alike[..count]);
                self.ahead.spis.push(spi);
            }
        }
    }

    /// The octets that were looked at are taken, or no longer there.
    pub(super) fn forget(&mut self) {
        for spi in self.ahead.spis.drain(..) {
            if let Some(child) = self.children.get_mut(&spi) {
                child.sa.forget();
            }
        }
    }
}
