//! Packets of one outbound SA on their way to one send call.

use std::sync::Arc;

use esp::{inner_ip, DropReason, Frame, OVERHEAD_MAX};

use crate::counters::DirectionCounters;
use crate::egress::Child;
use crate::events::Event;
use crate::shared::{Shared, TunnelDevice};
use crate::sys::{Piece, Sender, VNET_HEADER_SIZE};

/// Room for the packets of one super-packet and some more.
const BUFFER_SIZE: usize = 256 << 10;
/// At most so many packets are sealed and sent at once.
const FRAMES_MAX: usize = 64;
/// RFC 4303 section 3.3.3: without ESN the gateway is told while there is time for a new SA.
const SEQUENCE_RESERVE: u64 = 1 << 20;

/// Inner packets, each with room for ESP around it, side by side in one buffer.
pub struct Batch {
    shared: Arc<Shared>,
    /// The index of the Child SA, among its tunnel's, that the packets leave by.
    pub child: Option<usize>,
    buffer: Vec<u8>,
    used: usize,
    frames: Vec<Frame>,
    pieces: Vec<Piece>,
    sender: Sender,
}

impl Batch {
    pub fn new(shared: Arc<Shared>) -> Self {
        Batch {
            shared,
            child: None,
            buffer: vec![0; BUFFER_SIZE],
            used: 0,
            frames: Vec::with_capacity(FRAMES_MAX),
            pieces: Vec::with_capacity(FRAMES_MAX),
            sender: Sender::new(),
        }
    }

    /// Add what was read from `device`. Gives it back where the batch must be sent first.
    pub fn add<'a>(&mut self, child: &Child, device: &TunnelDevice, read: &'a [u8]) -> Option<&'a [u8]> {
        let packet = &read[VNET_HEADER_SIZE..];
        let Some(next_header) = inner_ip::next_header_of(packet) else {
            device.counters.outbound.drop(DropReason::MiscError, 1);
            return None;
        };
        if self.frames.len() == FRAMES_MAX || self.used + packet.len() + OVERHEAD_MAX > self.buffer.len() {
            return Some(read);
        }
        let inner = self.used + child.sa.inner_offset();
        self.buffer[inner..inner + packet.len()].copy_from_slice(packet);
        self.frames.push(Frame { start: self.used, inner_size: packet.len(), next_header });
        self.used += child.sa.sealed_size(packet.len());
        None
    }

    /// Seal and send everything by `child`, and begin anew.
    pub fn send(&mut self, child: &mut Child, counters: &DirectionCounters, now: u64) {
        let sealed = child.sa.seal_batch(&mut self.buffer[..self.used], &self.frames);
        counters.drop(DropReason::MiscError, (self.frames.len() - sealed) as u64);
        self.pieces.clear();
        for frame in &self.frames[..sealed] {
            let range = frame.start..frame.start + child.sa.sealed_size(frame.inner_size);
            self.pieces.push(Piece { range, segment_size: 0, tos: 0 });
        }
        self.transmit(child, counters);
        child.usage.touch_outbound(now);
        self.tell_expire(child);
        self.frames.clear();
        self.used = 0;
    }

    fn transmit(&mut self, child: &mut Child, counters: &DirectionCounters) {
        let Some(socket) = self.shared.sockets.esp(&child.route, child.in_udp) else {
            counters.drop(DropReason::MiscError, self.pieces.len() as u64);
            return;
        };
        let mut route = child.route;
        if !child.in_udp {
            // A raw IPv6 socket takes no port.
            route.remote.set_port(0);
        }
        let mut done = 0;
        while done < self.pieces.len() {
            let pieces = &self.pieces[done..];
            match self.sender.send(&socket.fd, &route, &self.buffer, pieces, true) {
                Ok(count) => {
                    for frame in &self.frames[done..done + count] {
                        counters.packets.add(1);
                        counters.octets.add(frame.inner_size as u64);
                        child.packets += 1;
                        child.octets += frame.inner_size as u64;
                    }
                    done += count;
                }
                Err(_) => {
                    counters.drop(DropReason::MiscError, 1);
                    done += 1;
                }
            }
        }
    }

    fn tell_expire(&self, child: &Child) {
        let is_near_end = child.sa.sequence() > child.sa.last_sequence() - SEQUENCE_RESERVE;
        if (is_near_end || child.limits.reached(child.packets, child.octets)) && child.usage.tell_expire() {
            self.shared.events.push(Event::Expire { spi_in: child.spi_in });
        }
    }
}
