//! Packets on their way to one send call. What several SAs seal for one peer goes together.

use std::sync::atomic::Ordering::Relaxed;
use std::sync::Arc;

use esp::offload::{finish, pseudo_header, sum, SuperPacket};
use esp::transport::Cut;
use esp::{gre, inner_ip, l2tp, DropReason, Frame, OVERHEAD_MAX};

use crate::egress::{Child, Mode};
use crate::events::Event;
use crate::l2tp::Session;
use crate::outer::{sum_of, DONT_FRAGMENT, HOP_BY_HOP};
use crate::shared::{GreEnd, Shared, TunnelDevice};
use crate::sys::{Header, Piece, Sender, OPTIONS_MAX};

mod authenticated;
mod departure;
#[path = "pseudowire/batch.rs"]
mod frames;
mod own_header;

pub use departure::refuses_segments;
use departure::{Owner, Way};

/// From here on a batch is sent before more is read: the processor's caches are not larger than needed.
const FULL_SIZE: usize = 48 << 10;
/// At most so many packets are sealed and sent at once.
const FRAMES_MAX: usize = 64;
/// Any packet fits behind what is not yet full.
const BUFFER_SIZE: usize = FULL_SIZE + (128 << 10) + OVERHEAD_MAX + own_header::ROOM_MAX;
/// RFC 4303 section 3.3.3: without ESN the gateway is told while there is time for a new SA.
const SEQUENCE_RESERVE: u64 = 1 << 20;
/// Precedence 6 (RFC 791 section 3.1).
const NETWORK_CONTROL: u8 = 0xC0;

/// What is to be known of a frame beside its contents.
#[derive(Clone, Copy)]
struct Outer {
    header: Header,
    /// Octets of the IP packet that is sent.
    octets: u64,
    /// Octets of the frame, once it is sealed.
    size: usize,
    /// GSO cannot fragment.
    may_be_segment: bool,
}

/// What becomes of packets before ESP protects them.
pub enum Wrapping<'a> {
    /// Nothing.
    Tunnel,
    /// ESP goes into them, there.
    Transport(&'a Cut),
    Gre(&'a GreEnd),
    L2tp(&'a Session),
}

/// Inner packets, each with room for ESP around it, side by side in one buffer.
pub struct Batch {
    shared: Arc<Shared>,
    /// The index of the Child SA, among its tunnel's, that the packets leave by.
    pub child: Option<usize>,
    buffer: Vec<u8>,
    used: usize,
    frames: Vec<Frame>,
    /// What belongs to each frame.
    outers: Vec<Outer>,
    /// So many frames are sealed, whose they are, and by what they leave.
    sealed: usize,
    owners: Vec<Owner>,
    way: Option<Way>,
    /// One IP packet on its way to two places.
    packet: Vec<u8>,
    pieces: Vec<Piece>,
    sender: Sender,
    /// The kernel lets a packet's header be ours and still knows by which of the host's rules it leaves (Linux 6.4).
    takes_headers: bool,
    /// The socket could not take everything at once.
    pub has_waited: bool,
}

impl Batch {
    pub fn new(shared: Arc<Shared>) -> Self {
        Batch {
            takes_headers: true,
            shared,
            child: None,
            buffer: vec![0; BUFFER_SIZE],
            used: 0,
            frames: Vec::with_capacity(FRAMES_MAX),
            outers: Vec::with_capacity(FRAMES_MAX),
            sealed: 0,
            owners: Vec::new(),
            way: None,
            packet: vec![0; usize::from(u16::MAX)],
            pieces: Vec::with_capacity(FRAMES_MAX),
            sender: Sender::new(),
            has_waited: false,
        }
    }

    pub fn is_full(&self) -> bool {
        self.used >= FULL_SIZE || self.frames.len() >= FRAMES_MAX
    }

    /// Add IP packets of `packet` from number `first` on, for `child`. Gives the number of the first that found no
    /// room.
    pub fn add(
        &mut self,
        child: &Child,
        packet: &SuperPacket<'_>,
        wrapping: &Wrapping<'_>,
        first: usize,
    ) -> usize {
        for index in first..packet.count() {
            let size = packet.size(index);
            if self.frames.len() >= FRAMES_MAX
                || self.used + size + gre::HEADERS_MAX + OVERHEAD_MAX + own_header::ROOM_MAX
                    > self.buffer.len()
            {
                return index;
            }
            match wrapping {
                Wrapping::Tunnel => self.add_whole(child, packet, index),
                Wrapping::Transport(cut) => self.add_payload(child, packet, cut, index),
                Wrapping::Gre(end) => self.add_gre(child, packet, end, index),
                Wrapping::L2tp(session) => self.add_l2tp(child, packet, session, index),
            }
        }
        packet.count()
    }

    /// Tunnel mode.
    fn add_whole(&mut self, child: &Child, packet: &SuperPacket<'_>, index: usize) {
        let (ip, size) = (packet.packet(), packet.size(index));
        // Parsing has left no other versions.
        let next_header = inner_ip::next_header_of(ip).unwrap_or(esp::next_header::NONE);
        let begin = self.begin(child);
        let inner = begin + child.sa.inner_offset();
        packet.write(index, &mut self.buffer[inner..inner + size]);
        let frame = Frame { start: begin, inner_size: size, next_header };
        self.push(child, frame, header_around(child, ip), size);
        self.used = begin + child.sa.sealed_size(size);
    }

    /// GRE: in transport mode ESP's payload, or without IPsec the kernel's; in tunnel mode that of an IP packet between
    /// the tunnel's ends.
    fn add_gre(&mut self, child: &Child, packet: &SuperPacket<'_>, end: &GreEnd, index: usize) {
        let ip = packet.packet();
        let (size, header) = (packet.size(index), header_around(child, ip));
        let write = |inner: &mut [u8]| packet.write(index, inner);
        self.add_in_gre(child, end, size, gre::ether_type(ip), header, write);
    }

    /// Add a message of NHRP, to the batch of `child` alone. Routers give it the precedence of network control.
    pub fn add_nhrp(&mut self, child: &Child, message: &[u8], end: &GreEnd) {
        let header = Header { tos: NETWORK_CONTROL, ..Header::default() };
        let write = |inner: &mut [u8]| inner.copy_from_slice(message);
        self.add_in_gre(child, end, message.len(), gre::NHRP, header, write);
    }

    /// The next frame holds `size` octets that `write` writes, in GRE.
    fn add_in_gre(
        &mut self,
        child: &Child,
        end: &GreEnd,
        size: usize,
        ether_type: u16,
        mut outer: Header,
        write: impl FnOnce(&mut [u8]),
    ) {
        let (local, remote) = (child.route.local.ip(), child.route.remote.ip());
        let delivery = if child.mode == Mode::Tunnel { gre::delivery_size(local) } else { 0 };
        let header = end.header.size();
        let begin = self.begin(child);
        let start = begin + child.sa.inner_offset();
        let size = delivery + header + size;
        let inner = &mut self.buffer[start..start + size];
        write(&mut inner[delivery + header..]);
        end.header.write_as(&mut inner[delivery..], ether_type, end.next.fetch_add(1, Relaxed));
        if delivery > 0 {
            gre::write_delivery(inner, local, remote, outer.tos);
        }
        let next_header = match (child.mode, local.is_ipv4()) {
            (Mode::Transport, _) => gre::PROTOCOL,
            (Mode::Tunnel, true) => esp::next_header::IPV4,
            (Mode::Tunnel, false) => esp::next_header::IPV6,
        };
        let frame = Frame { start: begin, inner_size: size, next_header };
        outer.ttl = if child.sa.is_unprotected() { gre::TTL } else { outer.ttl };
        self.push(child, frame, outer, size);
        self.used = begin + child.sa.sealed_size(size);
    }

    /// Take a frame of an IP packet, or of GRE or UDP, of `octets`. What the path does not take whole has no DF: it has
    /// been judged before.
    fn push(&mut self, child: &Child, frame: Frame, mut header: Header, octets: usize) {
        if !child.takes_whole(frame.inner_size, header.options) {
            header.in_fragments = true;
        }
        header.dont_fragment &= !header.in_fragments && !child.needs_routers();
        self.frames.push(frame);
        let may_be_segment = !header.in_fragments && header.options == 0 && frame.inner_size <= child.fitting;
        let size = child.sa.sealed_size(frame.inner_size);
        self.outers.push(Outer { header, octets: octets as u64, size, may_be_segment });
    }

    /// Where the next frame of `child` begins: behind the room for its header.
    fn begin(&self, child: &Child) -> usize {
        self.used + own_header::room(child)
    }

    /// L2TP, in transport mode.
    fn add_l2tp(&mut self, child: &Child, packet: &SuperPacket<'_>, session: &Session, index: usize) {
        let start = self.begin(child) + child.sa.inner_offset();
        let header = session.header.size();
        let size = header + packet.size(index);
        let datagram = &mut self.buffer[start..start + size];
        packet.write(index, &mut datagram[header..]);
        session.wrap(datagram);
        let outer = header_around(child, packet.packet());
        self.add_datagram(child, size, outer);
    }

    /// Add an L2TP message for UDP port `port`, to the batch of `child` alone.
    pub fn add_message(&mut self, child: &Child, message: &[u8], port: u16) {
        let start = self.begin(child) + child.sa.inner_offset();
        let size = l2tp::UDP_HEADER + message.len();
        let datagram = &mut self.buffer[start..start + size];
        datagram[l2tp::UDP_HEADER..].copy_from_slice(message);
        l2tp::write_udp(datagram, port);
        self.add_datagram(child, size, Header::default());
    }

    /// The next frame holds a UDP datagram of so many octets, but for its checksum. A NAT on the way is the receiver's
    /// to know of (RFC 3948 section 3.1.2).
    fn add_datagram(&mut self, child: &Child, size: usize, header: Header) {
        let begin = self.begin(child);
        let start = begin + child.sa.inner_offset();
        let datagram = &mut self.buffer[start..start + size];
        let ends = sum_of(child.route.local.ip()) + sum_of(child.route.remote.ip());
        // Zero would say that there is no checksum (RFC 768).
        let checksum = finish(sum(datagram, ends + pseudo_header(&[], l2tp::UDP, size)));
        let checksum = if checksum == [0, 0] { [0xFF, 0xFF] } else { checksum };
        datagram[6..8].copy_from_slice(&checksum);
        self.push(child, Frame { start: begin, inner_size: size, next_header: l2tp::UDP }, header, size);
        self.used = begin + child.sa.sealed_size(size);
    }

    /// Transport mode: what stands behind `cut`. The header is left to the kernel, but what it cannot know is told it.
    fn add_payload(&mut self, child: &Child, packet: &SuperPacket<'_>, cut: &Cut, index: usize) {
        let begin = self.begin(child);
        let whole = &mut self.packet[..packet.size(index)];
        packet.write(index, whole);
        let (header, payload) = whole.split_at(cut.header);
        let options = &header[cut.basic_header()..];
        self.buffer[begin..begin + options.len()].copy_from_slice(options);
        let start = begin + options.len();
        let inner = start + child.sa.inner_offset();
        self.buffer[inner..inner + payload.len()].copy_from_slice(payload);
        let frame = Frame { start, inner_size: payload.len(), next_header: cut.next_header };
        let is_v4 = header[0] >> 4 == 4;
        let outer_header = Header {
            tos: tos_of(header),
            ttl: if is_v4 { header[8] } else { header[7] },
            options: options.len(),
            // In UDP there is a NAT on the way, and a gateway's IKE shares the socket.
            dont_fragment: is_v4 && !child.in_udp && header[6] & DONT_FRAGMENT != 0,
            ..Header::default()
        };
        let (octets, end) = (whole.len(), start + child.sa.sealed_size(payload.len()));
        self.push(child, frame, outer_header, octets);
        self.used = end;
    }

    /// Seal what was added for `child`, a Child SA of `device`. It leaves with that of others that go the same way, at
    /// the latest when [`Self::depart`] is called.
    pub fn send(&mut self, child: &mut Child, device: &Arc<TunnelDevice>, now: u64) {
        let way = Way::of(child);
        if self.way.as_ref().is_some_and(|others| !others.leads_like(&way)) {
            self.depart_to(self.sealed);
        }
        let (counters, first) = (&device.counters.outbound, self.sealed);
        let permitted = first + self.permitted(child);
        let sealed = child.sa.seal_batch(&mut self.buffer[..self.used], &self.frames[first..permitted]);
        counters.drop(DropReason::MiscError, (self.frames.len() - first - sealed) as u64);
        self.frames.truncate(first + sealed);
        self.outers.truncate(first + sealed);
        if child.sa.has_ah() {
            self.authenticate(child, counters);
        }
        let leaving = &self.outers[first..];
        if !leaving.is_empty() {
            child.packets += leaving.len() as u64;
            child.octets += leaving.iter().map(|outer| outer.octets).sum::<u64>();
            child.usage.touch_outbound(now);
        }
        self.tell_expire(child);
        let may_wait = way.takes_segments && leaving.iter().all(|outer| outer.may_be_segment);
        self.owners.push(Owner {
            device: device.clone(),
            usage: child.usage.clone(),
            end: self.frames.len(),
        });
        (self.sealed, self.way) = (self.frames.len(), Some(way));
        if !may_wait || self.is_full() {
            self.depart();
        }
    }

    /// Send what is sealed, and begin anew. Nothing else is in the batch.
    pub fn depart(&mut self) {
        self.depart_to(self.frames.len());
        self.used = 0;
    }

    /// How many frames the SA's hard lifetime lets go: the one that reaches it is the last.
    fn permitted(&self, child: &Child) -> usize {
        let (mut packets, mut octets) = (child.packets, child.octets);
        let added = &self.outers[self.sealed..];
        let is_too_late = |outer: &Outer| {
            let is_over = child.lifetimes.hard.reached(packets, octets);
            packets += 1;
            octets += outer.octets;
            is_over
        };
        added.iter().position(is_too_late).unwrap_or(added.len())
    }

    fn tell_expire(&self, child: &mut Child) {
        let (packets, octets) = (child.packets, child.octets);
        let is_at_end = child.sa.sequence() == child.sa.last_sequence();
        let is_near_end = child.sa.sequence() > child.sa.last_sequence() - SEQUENCE_RESERVE;
        if (is_near_end || child.lifetimes.soft.reached(packets, octets)) && child.usage.tell_expire() {
            self.shared.events.push(Event::Expire { spi_in: child.spi_in, hard: false });
        }
        if is_at_end || child.lifetimes.hard.reached(packets, octets) {
            child.is_over = true;
            if child.usage.tell_end() {
                self.shared.events.push(Event::Expire { spi_in: child.spi_in, hard: true });
            }
        }
    }
}

/// The outer header of a packet that goes whole into ESP. RFC 4301 section 5.1.2.1: DSCP is copied; RFC 6040 section
/// 4.1, normal mode: so is ECN.
fn header_around(child: &Child, ip: &[u8]) -> Header {
    let dont_fragment = child.route.remote.is_ipv4() && child.df_bit.around(ip);
    Header { tos: tos_of(ip), dont_fragment, ..Header::default() }
}

/// The TOS octet or traffic class of an IP packet.
fn tos_of(ip: &[u8]) -> u8 {
    if ip[0] >> 4 == 4 {
        ip[1]
    } else {
        ip[0] << 4 | ip[1] >> 4
    }
}

/// Where ESP goes into `packet`. A reason: into none, or into one that the sockets cannot send.
pub fn cut_of(mode: Mode, packet: &[u8]) -> Result<Option<Cut>, DropReason> {
    if mode == Mode::Tunnel {
        return Ok(None);
    }
    let cut = Cut::of(packet)?;
    let is_v6 = packet[0] >> 4 == 6;
    // A routing header would change the destination once more; a socket takes hop-by-hop options alone.
    let is_hop_by_hop = || packet[6] == HOP_BY_HOP && cut.options() == usize::from(packet[41]) * 8 + 8;
    let can_send = cut.options() == 0 || (cut.options() <= OPTIONS_MAX && (!is_v6 || is_hop_by_hop()));
    if can_send {
        Ok(Some(cut))
    } else {
        Err(DropReason::MiscError)
    }
}
