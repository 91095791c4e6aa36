//! Packets of one outbound SA on their way to one send call.

use std::sync::atomic::Ordering::Relaxed;
use std::sync::Arc;

use esp::offload::{finish, pseudo_header, sum, SuperPacket};
use esp::transport::Cut;
use esp::{ah, gre, inner_ip, l2tp, DropReason, Frame, OVERHEAD_MAX};

use crate::counters::DirectionCounters;
use crate::egress::{Child, Mode};
use crate::events::Event;
use crate::l2tp::Session;
use crate::outer::{self, sum_of, Cutting, DONT_FRAGMENT, HOP_BY_HOP, IPV4_HEADER};
use crate::route::Route;
use crate::shared::{GreEnd, Shared};
use crate::sys::{Header, Piece, Sender, OPTIONS_MAX};

mod authenticated;
#[path = "pseudowire/batch.rs"]
mod frames;
mod own_header;

/// From here on a batch is sent before more is read: the processor's caches are not larger than needed.
const FULL_SIZE: usize = 48 << 10;
/// At most so many packets are sealed and sent at once.
const FRAMES_MAX: usize = 64;
/// Any packet fits behind what is not yet full.
const BUFFER_SIZE: usize = FULL_SIZE + (128 << 10) + OVERHEAD_MAX + own_header::ROOM_MAX;
/// RFC 4303 section 3.3.3: without ESN the gateway is told while there is time for a new SA.
const SEQUENCE_RESERVE: u64 = 1 << 20;
/// UDP_SEGMENT takes as much as one datagram over IPv4 may hold, and so many segments.
const SEGMENTED_SIZE_MAX: usize = 65_507;
const SEGMENTS_MAX: usize = 64;
/// Precedence 6 (RFC 791 section 3.1).
const NETWORK_CONTROL: u8 = 0xC0;
/// What every IPv4 host takes (RFC 791), where it is not known what the path takes.
const IPV4_MTU_MIN: usize = 576;

/// What is to be known of a frame beside its contents.
#[derive(Clone, Copy)]
struct Outer {
    header: Header,
    /// Octets of the IP packet that is sent.
    octets: u64,
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
            takes_headers: shared.sockets.esp_with_header().is_some(),
            shared,
            child: None,
            buffer: vec![0; BUFFER_SIZE],
            used: 0,
            frames: Vec::with_capacity(FRAMES_MAX),
            outers: Vec::with_capacity(FRAMES_MAX),
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
        self.outers.push(Outer { header, octets: octets as u64 });
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

    /// Seal and send everything by `child`, and begin anew.
    pub fn send(&mut self, child: &mut Child, counters: &DirectionCounters, now: u64) {
        let permitted = &self.frames[..self.permitted(child)];
        let sealed = child.sa.seal_batch(&mut self.buffer[..self.used], permitted);
        counters.drop(DropReason::MiscError, (self.frames.len() - sealed) as u64);
        self.frames.truncate(sealed);
        if child.sa.has_ah() {
            self.authenticate(child, counters);
        }
        if sealed > 0 {
            self.transmit(child, counters);
            child.usage.touch_outbound(now);
        }
        self.tell_expire(child);
        self.frames.clear();
        self.outers.clear();
        self.used = 0;
    }

    /// How many frames the SA's hard lifetime lets go: the one that reaches it is the last.
    fn permitted(&self, child: &Child) -> usize {
        let (mut packets, mut octets) = (child.packets, child.octets);
        let is_too_late = |outer: &Outer| {
            let is_over = child.lifetimes.hard.reached(packets, octets);
            packets += 1;
            octets += outer.octets;
            is_over
        };
        self.outers.iter().position(is_too_late).unwrap_or(self.outers.len())
    }

    fn transmit(&mut self, child: &mut Child, counters: &DirectionCounters) {
        let mut route = child.route;
        if !child.in_udp {
            // A raw IPv6 socket takes no port.
            route.remote.set_port(0);
        }
        let shared = self.shared.clone();
        let sockets = &shared.sockets;
        let has_ah = child.sa.has_ah();
        let usual = if child.sa.is_unprotected() {
            sockets.plain_gre(&route)
        } else if has_ah {
            sockets.ah(&route)
        } else {
            sockets.esp(&route, child.in_udp)
        };
        let Some(usual) = usual else {
            counters.drop(DropReason::MiscError, self.frames.len() as u64);
            return;
        };
        let for_own_headers = if has_ah { usual } else { sockets.esp_with_header().unwrap_or(usual) };
        let mut sent = 0;
        self.cut(child, 0);
        let mut piece = 0;
        while piece < self.pieces.len() {
            let Header { dont_fragment, in_fragments, is_there, .. } = self.pieces[piece].header;
            if in_fragments {
                match self.send_in_fragments(child, piece, &route) {
                    Ok(()) => account(&self.outers[sent..=sent], child, counters),
                    // The kernel knows what the device takes.
                    Err(DropReason::TooLarge) if !is_there => {
                        self.pieces[piece].header.in_fragments = false;
                        continue;
                    }
                    Err(reason) => counters.drop(reason, 1),
                }
                sent += 1;
                piece += 1;
                continue;
            }
            let is_other = |Piece { header, .. }: &Piece| {
                (header.dont_fragment, header.is_there) != (dont_fragment, is_there) || header.in_fragments
            };
            let end = self.pieces[piece..].iter().position(is_other);
            let alike = &self.pieces[piece..end.map_or(self.pieces.len(), |count| piece + count)];
            let (sender, buffer) = (&mut self.sender, &self.buffer);
            let socket = if is_there { for_own_headers } else { usual };
            let mut send = |may_wait| {
                let send = || sender.send(&socket.fd, &route, buffer, alike, may_wait);
                socket.with_dont_fragment(dont_fragment, send)
            };
            let mut result = send(false);
            if result.as_ref().is_err_and(|error| error.kind() == std::io::ErrorKind::WouldBlock) {
                self.has_waited = true;
                result = send(true);
            }
            match result {
                Ok(count) => {
                    let frames =
                        self.pieces[piece..piece + count].iter().map(|piece| piece.count).sum::<usize>();
                    account(&self.outers[sent..sent + frames], child, counters);
                    sent += frames;
                    piece += count;
                }
                Err(error) if self.pieces[piece].segment_size != 0 && refuses_segments(&error) => {
                    child.segments = false;
                    self.cut(child, sent);
                    piece = 0;
                }
                // The device takes less than is known. It has been judged before that it may be fragmented.
                Err(error) if error.raw_os_error() == Some(libc::EMSGSIZE) && (is_there || dont_fragment) => {
                    let Piece { range, header, .. } = &mut self.pieces[piece];
                    (header.dont_fragment, header.in_fragments) = (false, has_ah);
                    if is_there && !has_ah {
                        header.is_there = false;
                        range.start += IPV4_HEADER;
                    }
                }
                Err(error) if error.raw_os_error() == Some(libc::EINVAL) && is_there && !has_ah => {
                    self.takes_headers = false;
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
        let room = own_header::room(child);
        // The size of the last piece's segments.
        let mut segment = 0;
        let mut is_open = false;
        for (frame, &Outer { header, .. }) in self.frames.iter().zip(&self.outers).skip(first) {
            let size = child.sa.sealed_size(frame.inner_size);
            let end = frame.start + size;
            let mut own_header = None;
            if room > 0 && child.sa.has_ah() {
                own_header = Some(own_header::in_ah(room, frame.start..end, header));
            } else if room > 0
                && self.takes_headers
                && !header.in_fragments
                && header.options == 0
                && frame.inner_size <= child.fitting
            {
                let (buffer, identification) = (&mut self.buffer, self.shared.identification() as u16);
                own_header =
                    own_header::around_esp(buffer, frame.start..end, header, &child.route, identification);
            }
            if let Some((range, header)) = own_header {
                self.pieces.push(Piece { range, segment_size: 0, count: 1, header });
                continue;
            }
            if let Some(last) = self.pieces.last_mut().filter(|_| is_open) {
                let is_next = header == last.header && header.options == 0;
                if size <= segment && is_next && end - last.range.start <= SEGMENTED_SIZE_MAX {
                    last.segment_size = segment as u16;
                    last.count += 1;
                    last.range.end = end;
                    is_open = size == segment && last.count < SEGMENTS_MAX;
                    continue;
                }
            }
            self.pieces.push(Piece { range: frame.start..end, segment_size: 0, count: 1, header });
            segment = size;
            // GSO cannot fragment.
            is_open = can_join && !header.in_fragments && frame.inner_size <= child.fitting;
        }
    }

    /// Send the piece `number` as the path takes it. The kernel would cut it as the device does.
    fn send_in_fragments(&mut self, child: &Child, number: usize, route: &Route) -> Result<(), DropReason> {
        let Piece { range, header, .. } = self.pieces[number].clone();
        let identification = self.shared.identification();
        let payload = &self.buffer[range.clone()];
        let mut packet = if header.is_there {
            payload.to_vec()
        } else {
            let options = &self.buffer[range.start - header.options..range.start];
            let in_udp = child.in_udp.then(|| outer::datagram(route, payload));
            let protocol = match (&in_udp, child.sa.has_ah()) {
                (Some(_), _) => outer::UDP,
                (None, true) => ah::PROTOCOL,
                (None, false) if child.sa.is_unprotected() => gre::PROTOCOL,
                (None, false) => outer::ESP,
            };
            let payload = in_udp.as_deref().unwrap_or(payload);
            let size = payload.len();
            let mut packet = outer::front(route, header, options, size, protocol, identification as u16)?;
            packet.extend_from_slice(payload);
            packet
        };
        if packet[0] >> 4 == 4 {
            // With DF it would get another identification, which AH covers.
            packet[6] &= !DONT_FRAGMENT;
        }
        let fits = child.fitting < usize::from(u16::MAX);
        let mtu = match child.fragment_size() {
            Some(mtu) => mtu,
            None if fits => IPV4_HEADER + child.sa.sealed_size(child.fitting),
            None => IPV4_MTU_MIN,
        };
        let by_any_rule = child.leaves_by_any_rule();
        let cutting = Cutting { mtu, identification, by_any_rule, may_wait: true };
        self.shared.fragments.send(&mut self.sender, route, &packet, &cutting)
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

fn account(sent: &[Outer], child: &mut Child, counters: &DirectionCounters) {
    let octets = sent.iter().map(|outer| outer.octets).sum();
    counters.packets.add(sent.len() as u64);
    counters.octets.add(octets);
    child.packets += sent.len() as u64;
    child.octets += octets;
    child.usage.carried_out.add(sent.len() as u64, octets);
}

/// The path's MTU is too small for the segments, or a device on it or the kernel cannot do it. GSO cannot fragment,
/// but the kernel does so for single datagrams.
pub fn refuses_segments(error: &std::io::Error) -> bool {
    matches!(error.raw_os_error(), Some(libc::EMSGSIZE | libc::EINVAL | libc::EIO | libc::EOPNOTSUPP))
}
