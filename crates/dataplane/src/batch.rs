//! Packets of one outbound SA on their way to one send call.

use std::sync::Arc;

use esp::{inner_ip, DropReason, Frame, OutboundSa, OVERHEAD_MAX};

use crate::counters::DirectionCounters;
use crate::egress::Child;
use crate::events::Event;
use crate::offload::SuperPacket;
use crate::shared::Shared;
use crate::sys::{Piece, Sender};

/// From here on a batch is sent before more is read: the processor's caches are not larger than needed.
const FULL_SIZE: usize = 48 << 10;
/// At most so many packets are sealed and sent at once.
const FRAMES_MAX: usize = 64;
/// Any packet fits behind what is not yet full.
const BUFFER_SIZE: usize = FULL_SIZE + (128 << 10) + OVERHEAD_MAX;
/// RFC 4303 section 3.3.3: without ESN the gateway is told while there is time for a new SA.
const SEQUENCE_RESERVE: u64 = 1 << 20;
/// UDP_SEGMENT takes as much as one datagram over IPv4 may hold, and so many segments.
const SEGMENTED_SIZE_MAX: usize = 65_507;
const SEGMENTS_MAX: usize = 64;
/// The low bits of TOS and traffic class (RFC 3168 section 5).
const ECN_MASK: u8 = 3;

/// Inner packets, each with room for ESP around it, side by side in one buffer.
pub struct Batch {
    shared: Arc<Shared>,
    /// The index of the Child SA, among its tunnel's, that the packets leave by.
    pub child: Option<usize>,
    buffer: Vec<u8>,
    used: usize,
    frames: Vec<Frame>,
    /// The outer TOS octet of each frame.
    tos: Vec<u8>,
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
            tos: Vec::with_capacity(FRAMES_MAX),
            pieces: Vec::with_capacity(FRAMES_MAX),
            sender: Sender::new(),
        }
    }

    pub fn is_full(&self) -> bool {
        self.used >= FULL_SIZE || self.frames.len() >= FRAMES_MAX
    }

    /// Add IP packets of `packet` from number `first` on. Gives the number of the first that found no room.
    pub fn add(&mut self, sa: &OutboundSa, packet: &SuperPacket<'_>, first: usize) -> usize {
        let ip = packet.packet();
        // Parsing has left no other versions.
        let next_header = inner_ip::next_header_of(ip).unwrap_or(esp::next_header::NONE);
        // RFC 6040 section 4.1, normal mode: the outer ECN field is that of the inner packet.
        let tos = if ip[0] >> 4 == 4 { ip[1] } else { ip[0] << 4 | ip[1] >> 4 } & ECN_MASK;
        for index in first..packet.count() {
            let size = packet.size(index);
            if self.frames.len() >= FRAMES_MAX || self.used + size + OVERHEAD_MAX > self.buffer.len() {
                return index;
            }
            let inner = self.used + sa.inner_offset();
            packet.write(index, &mut self.buffer[inner..inner + size]);
            self.frames.push(Frame { start: self.used, inner_size: size, next_header });
            self.tos.push(tos);
            self.used += sa.sealed_size(size);
        }
        packet.count()
    }

    /// Seal and send everything by `child`, and begin anew.
    pub fn send(&mut self, child: &mut Child, counters: &DirectionCounters, now: u64) {
        let sealed = child.sa.seal_batch(&mut self.buffer[..self.used], &self.frames);
        counters.drop(DropReason::MiscError, (self.frames.len() - sealed) as u64);
        self.frames.truncate(sealed);
        self.transmit(child, counters);
        child.usage.touch_outbound(now);
        self.tell_expire(child);
        self.frames.clear();
        self.tos.clear();
        self.used = 0;
    }

    fn transmit(&mut self, child: &mut Child, counters: &DirectionCounters) {
        let mut route = child.route;
        if !child.in_udp {
            // A raw IPv6 socket takes no port.
            route.remote.set_port(0);
        }
        let shared = self.shared.clone();
        let Some(socket) = shared.sockets.esp(&route, child.in_udp) else {
            counters.drop(DropReason::MiscError, self.frames.len() as u64);
            return;
        };
        let mut sent = 0;
        self.cut(child, 0);
        let mut piece = 0;
        while piece < self.pieces.len() {
            match self.sender.send(&socket.fd, &route, &self.buffer, &self.pieces[piece..], true) {
                Ok(count) => {
                    let frames =
                        self.pieces[piece..piece + count].iter().map(|piece| piece.count).sum::<usize>();
                    account(&self.frames[sent..sent + frames], child, counters);
                    sent += frames;
                    piece += count;
                }
                Err(error) if self.pieces[piece].segment_size != 0 && refuses_segments(&error) => {
                    child.segments = false;
                    self.cut(child, sent);
                    piece = 0;
                }
                Err(_) => {
                    let count = self.pieces[piece].count;
                    counters.drop(DropReason::MiscError, count as u64);
                    sent += count;
                    piece += 1;
                }
            }
        }
    }

    /// Make pieces of the frames from number `first` on: runs of one size for UDP_SEGMENT, else single ones.
    fn cut(&mut self, child: &Child, first: usize) {
        self.pieces.clear();
        let can_join = child.in_udp && child.segments;
        let mut is_open = false;
        for (frame, &tos) in self.frames.iter().zip(&self.tos).skip(first) {
            let size = child.sa.sealed_size(frame.inner_size);
            let end = frame.start + size;
            if let Some(last) = self.pieces.last_mut().filter(|_| is_open) {
                let segment = last.range.len() / last.count;
                if size <= segment && tos == last.tos && end - last.range.start <= SEGMENTED_SIZE_MAX {
                    last.segment_size = segment as u16;
                    last.count += 1;
                    last.range.end = end;
                    is_open = size == segment && last.count < SEGMENTS_MAX;
                    continue;
                }
            }
            self.pieces.push(Piece { range: frame.start..end, segment_size: 0, count: 1, tos });
            is_open = can_join;
        }
    }

    fn tell_expire(&self, child: &Child) {
        let is_near_end = child.sa.sequence() > child.sa.last_sequence() - SEQUENCE_RESERVE;
        if (is_near_end || child.limits.reached(child.packets, child.octets)) && child.usage.tell_expire() {
            self.shared.events.push(Event::Expire { spi_in: child.spi_in });
        }
    }
}

fn account(frames: &[Frame], child: &mut Child, counters: &DirectionCounters) {
    let octets = frames.iter().map(|frame| frame.inner_size as u64).sum();
    counters.packets.add(frames.len() as u64);
    counters.octets.add(octets);
    child.packets += frames.len() as u64;
    child.octets += octets;
}

/// The path's MTU is too small for the segments, or a device on it or the kernel cannot do it. GSO cannot fragment,
/// but the kernel does so for single datagrams.
fn refuses_segments(error: &std::io::Error) -> bool {
    matches!(error.raw_os_error(), Some(libc::EMSGSIZE | libc::EINVAL | libc::EIO | libc::EOPNOTSUPP))
}
