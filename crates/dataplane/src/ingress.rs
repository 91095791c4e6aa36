//! The ingress thread: from the wire to TUN devices.
//!
//! It owns every inbound SA, so replay windows need no lock. A packet reaches a device only by an SA of that
//! device's tunnel, authentic, new, and within the SA's traffic selectors.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};
use std::net::SocketAddr;
use std::ops::Range;
use std::sync::mpsc::SyncSender;
use std::sync::Arc;

use esp::fragments::{is_fragment, Reassembly};
use esp::gre::{self, Gre};
use esp::transport::{rebuild, Front};
use esp::{ah, inner_ip, DropReason, InboundSa, Opened, TrafficSelectors, HEADER_SIZE};

use crate::bucket::Bucket;
use crate::counters::{ChildUse, Lifetimes};
use crate::ecn;
use crate::egress::Mode;
use crate::events::{Event, Mailbox};
use crate::gathered::Gathered;
use crate::l2tp::{InwardSessions as Sessions, Session};
use crate::mend;
use crate::offload::{Coalescer, Packet};
use crate::refused::{Refusals, Refused};
use crate::route::{Purpose, Route, Socket};
use crate::shared::{Shared, TunnelDevice};
use crate::sys::{self, Epoll, Extensions, Ready, Received, Receiver};

#[path = "authenticated.rs"]
mod authenticated;

pub enum Command {
    Install {
        child: Box<Child>,
    },
    Move {
        spi_in: u32,
        route: Route,
        in_udp: bool,
    },
    Remove {
        spi_in: u32,
    },
    /// The sender is dropped when the device is no longer used here.
    RemoveTunnel {
        tunnel: u64,
        done: SyncSender<()>,
    },
    InstallSession {
        tunnel: u64,
        session: Arc<Session>,
    },
    RemoveSession {
        tunnel: u64,
        key: u32,
    },
    Stop,
}

/// The inbound half of a Child SA.
pub struct Child {
    pub spi_in: u32,
    pub tunnel: u64,
    pub peer: Arc<str>,
    pub device: Arc<TunnelDevice>,
    pub sa: InboundSa,
    pub selectors: Arc<TrafficSelectors>,
    pub route: Route,
    pub mode: Mode,
    pub in_udp: bool,
    pub usage: Arc<ChildUse>,
    pub lifetimes: Lifetimes,
    pub packets: u64,
    pub octets: u64,
    /// When the peer was last said to have moved.
    pub moved_told: Option<u64>,
    /// The highest sequence number of GRE.
    pub gre_sequence: Option<u32>,
    /// Of packets inside, where only whole ones show whether they are permitted.
    pub fragments: Reassembly,
    /// How many messages of L2TP it may bring to the gateway.
    pub messages: Bucket,
}

/// What we name a thing by is our own random choice, so it needs no strong hash.
pub type IdHasher = BuildHasherDefault<NumberHasher>;

#[derive(Default)]
pub struct NumberHasher(u64);

impl Hasher for NumberHasher {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, octets: &[u8]) {
        octets.iter().for_each(|&octet| self.write_u32(octet.into()));
    }

    fn write_u32(&mut self, number: u32) {
        self.write_u64(number.into());
    }

    fn write_u64(&mut self, number: u64) {
        self.0 = (self.0 ^ number).wrapping_mul(0x9E37_79B9_7F4A_7C15).rotate_left(32);
    }
}

/// So many messages are taken from a socket in one call.
const RECEIVE_BATCH: usize = 64;
const MAILBOX_TOKEN: u64 = u64::MAX;
const MOVED_INTERVAL_MS: u64 = 1000;
const NON_ESP_MARKER: [u8; 4] = [0; 4];
const NAT_KEEPALIVE: [u8; 1] = [0xFF];
/// The places of packets that stand in no receive buffer, but in [`Ingress::rebuilt`] and in [`Ingress::gathered`].
const REBUILT: usize = usize::MAX;
const GATHERED: usize = usize::MAX - 1;

pub struct Ingress {
    shared: Arc<Shared>,
    mailbox: Arc<Mailbox<Command>>,
    epoll: Epoll,
    children: HashMap<u32, Child, IdHasher>,
    sessions: Sessions,
    coalescer: Coalescer,
    /// The packets of this batch that have a header of our making, one behind the other.
    rebuilt: Vec<u8>,
    gathered: Gathered,
    refusals: Refusals,
    is_stopped: bool,
}

/// How a message came.
#[derive(Clone, Copy)]
pub struct Arrival<'a> {
    purpose: Purpose,
    route: Route,
    /// The outer TOS octet or traffic class, and the TTL or hop limit.
    pub tos: u8,
    ttl: u8,
    /// In milliseconds of the plane's clock.
    pub now: u64,
    /// Which receive buffer holds it.
    slot: usize,
    /// The IPv4 header, where the socket gives it.
    header: &'a [u8],
    extensions: &'a Extensions,
}

/// A packet for the device.
pub enum Inner {
    /// It stands in the ESP packet.
    Here(Range<usize>),
    /// It stands in [`Ingress::rebuilt`].
    Rebuilt(Range<usize>),
    /// It stands in the last place of [`Ingress::gathered`].
    Gathered(Range<usize>),
}

impl Ingress {
    pub fn new(shared: Arc<Shared>, mailbox: Arc<Mailbox<Command>>) -> std::io::Result<Self> {
        let epoll = Epoll::new()?;
        epoll.add(mailbox.fd(), MAILBOX_TOKEN)?;
        for (token, socket) in shared.sockets.all().iter().enumerate() {
            epoll.add(&socket.fd, token as u64)?;
        }
        let (children, sessions) = (HashMap::default(), Sessions::default());
        let coalescer = Coalescer::default();
        let (rebuilt, gathered, refusals) = (Vec::new(), Gathered::new(), Refusals::default());
        let is_stopped = false;
        Ok(Ingress {
            shared,
            mailbox,
            epoll,
            children,
            sessions,
            coalescer,
            rebuilt,
            gathered,
            refusals,
            is_stopped,
        })
    }

    /// Work until `Stop`.
    pub fn run(mut self) {
        let mut ready: Vec<Ready> = Vec::new();
        let mut receiver = Receiver::new(RECEIVE_BATCH);
        let shared = self.shared.clone();
        while !self.is_stopped {
            let limit = self.refusals.due_in(|| shared.now());
            self.epoll.wait(&mut ready, limit).expect("epoll_wait on descriptors of our own");
            self.take_commands();
            if limit.is_some() {
                self.refusals.tell(shared.now(), &shared.events);
            }
            for Ready { token, .. } in &ready {
                let Some(socket) = shared.sockets.all().get(*token as usize) else { continue };
                // An error is one that a peer's ICMP message caused; it concerns no packet here.
                let Ok(count) = receiver.receive(&socket.fd) else { continue };
                let now = shared.now();
                for slot in 0..count {
                    match receiver.message(slot) {
                        Some(message) => self.take_message(message, slot, socket, now),
                        None => shared.drops.packet_truncated.add(1),
                    }
                    if self.gathered.is_full() {
                        self.flush(&receiver);
                    }
                }
                self.flush(&receiver);
            }
        }
    }

    fn take_commands(&mut self) {
        for command in self.mailbox.take() {
            match command {
                Command::Install { child } => {
                    self.children.insert(child.spi_in, *child);
                }
                Command::Move { spi_in, route, in_udp } => {
                    if let Some(child) = self.children.get_mut(&spi_in) {
                        (child.route, child.in_udp, child.moved_told) = (route, in_udp, None);
                    }
                }
                Command::Remove { spi_in } => {
                    self.children.remove(&spi_in);
                }
                Command::RemoveTunnel { tunnel, done } => {
                    self.children.retain(|_, child| child.tunnel != tunnel);
                    self.sessions.remove_tunnel(tunnel);
                    drop(done);
                }
                Command::InstallSession { tunnel, session } => self.sessions.install(tunnel, session),
                Command::RemoveSession { tunnel, key } => self.sessions.remove(tunnel, key),
                Command::Stop => self.is_stopped = true,
            }
        }
    }

    fn take_message(&mut self, message: Received<'_>, slot: usize, socket: &Socket, now: u64) {
        let Received { mut data, segment_size, remote, local, interface, tos, ttl, extensions } = message;
        let Some(local) = local else { return };
        let mut offset = 0;
        let mut header: &[u8] = &[];
        if socket.is_raw() && remote.is_ipv4() {
            offset = data.first().map_or(0, |first| usize::from(first & 15) * 4);
            let Some((front, payload)) = data.split_at_mut_checked(offset) else {
                self.shared.drops.packet_truncated.add(1);
                return;
            };
            (header, data) = (front, payload);
        }
        let route = Route { local: SocketAddr::new(local, socket.port), remote, interface };
        let purpose = socket.purpose;
        let arrival = Arrival { purpose, route, tos, ttl, now, slot, header, extensions: &extensions };
        let segment_size = if segment_size == 0 { data.len().max(1) } else { segment_size };
        for datagram in data.chunks_mut(segment_size) {
            let size = datagram.len();
            self.take_datagram(datagram, offset, &arrival);
            offset += size;
        }
    }

    /// `offset` is the datagram's place in its receive buffer.
    fn take_datagram(&mut self, datagram: &mut [u8], offset: usize, arrival: &Arrival<'_>) {
        match arrival.purpose {
            Purpose::Ike => self.take_ike(datagram, arrival),
            Purpose::Esp => self.take_esp(datagram, offset, arrival),
            Purpose::Ah => self.take_ah(datagram, offset, arrival),
            // RFC 3948 section 2.
            Purpose::NatTraversal if datagram == NAT_KEEPALIVE => {}
            Purpose::NatTraversal if datagram.starts_with(&NON_ESP_MARKER) => {
                self.take_ike(&datagram[NON_ESP_MARKER.len()..], arrival);
            }
            Purpose::NatTraversal => self.take_esp(datagram, offset, arrival),
        }
    }

    fn take_ike(&self, data: &[u8], arrival: &Arrival<'_>) {
        self.shared.events.push(Event::Datagram { data: data.to_vec(), route: arrival.route });
    }

    fn take_ah(&mut self, packet: &mut [u8], offset: usize, arrival: &Arrival<'_>) {
        match ah::spi_of(packet) {
            Some(spi) => self.take_protected(packet, offset, arrival, spi, true),
            None => self.shared.drops.packet_truncated.add(1),
        }
    }

    fn take_esp(&mut self, packet: &mut [u8], offset: usize, arrival: &Arrival<'_>) {
        if packet.len() < HEADER_SIZE {
            self.shared.drops.packet_truncated.add(1);
            return;
        }
        let spi = u32::from_be_bytes([packet[0], packet[1], packet[2], packet[3]]);
        self.take_protected(packet, offset, arrival, spi, false);
    }

    /// Open a packet of the SA `spi`, and put what is inside aside for its device. `in_ah`: what AH protects goes on
    /// as ESP does, once AH is off (RFC 4302 section 3.4).
    fn take_protected(
        &mut self,
        mut packet: &mut [u8],
        mut offset: usize,
        arrival: &Arrival<'_>,
        spi: u32,
        in_ah: bool,
    ) {
        // The SA may have been installed since this batch began.
        self.take_commands();
        let Arrival { route, now, slot, .. } = *arrival;
        // What is to come inside AH is nobody's without.
        let Some(child) = self.children.get_mut(&spi).filter(|child| child.sa.has_ah() == in_ah) else {
            self.shared.drops.invalid_sa.add(1);
            if !in_ah {
                let refused = Refused::Unknown { spi, remote: route.remote };
                self.refusals.add(refused, route, now, &self.shared.events);
            }
            return;
        };
        let highest = child.sa.highest_sequence();
        if in_ah {
            match child.sa.verify(&authenticated::front(packet.len(), arrival), packet) {
                Ok(size) => (packet, offset) = (&mut packet[size..], offset + size),
                Err(reason) => {
                    child.device.counters.inbound.drop(reason, 1);
                    return;
                }
            }
        }
        let opened = if child.device.l2tp.is_some() {
            child.judge(arrival).and_then(|()| {
                child.open_l2tp(packet, arrival, &self.sessions, &mut self.gathered, &self.shared)
            })
        } else {
            child.open(packet, arrival, highest, &mut self.rebuilt, &mut self.gathered, &self.shared)
        };
        if !matches!(opened, Ok(Some(Inner::Gathered(_)))) {
            self.gathered.give_up();
        }
        match opened {
            Ok(Some(Inner::Gathered(inner))) => {
                let range = self.gathered.range(inner);
                let packet = Packet { slot: GATHERED, range: range.clone(), spi };
                let octets = &self.gathered.octets()[range.clone()];
                let added = self.coalescer.add(packet, octets, child.device.segments_udp);
                self.gathered.keep(range, spi, added);
            }
            Ok(Some(Inner::Here(inner))) => {
                let range = offset + inner.start..offset + inner.end;
                let joins_udp = child.device.segments_udp;
                self.coalescer.add(Packet { slot, range, spi }, &packet[inner], joins_udp);
            }
            Ok(Some(Inner::Rebuilt(range))) => {
                let octets = &self.rebuilt[range.clone()];
                let joins_udp = child.device.segments_udp;
                self.coalescer.add(Packet { slot: REBUILT, range, spi }, octets, joins_udp);
            }
            Ok(None) => {}
            Err(reason) => {
                child.device.counters.inbound.drop(reason, 1);
                if is_undecryptable(reason) {
                    let refused = Refused::Undecryptable { spi_in: spi };
                    self.refusals.add(refused, route, now, &self.shared.events);
                }
            }
        }
    }

    /// Write the packets of this batch to their devices.
    fn flush(&mut self, receiver: &Receiver) {
        let (rebuilt, gathered) = (&self.rebuilt, &self.gathered);
        let octets = |packet: &Packet| {
            let data = match packet.slot {
                REBUILT => rebuilt,
                GATHERED => gathered.octets(),
                slot => receiver.data(slot),
            };
            &data[packet.range.clone()]
        };
        self.coalescer.flush(octets, |packets, pieces| {
            // An SA that was removed during the batch takes its packets with it.
            let Some(child) = packets.first().and_then(|first| self.children.get(&first.spi)) else {
                return true;
            };
            let counters = &child.device.counters.inbound;
            let is_written = sys::write(&child.device.fd, pieces).is_ok();
            if is_written {
                counters.packets.add(packets.len() as u64);
                counters.octets.add(packets.iter().map(|packet| packet.range.len() as u64).sum());
            } else if packets.len() == 1 {
                counters.drop(DropReason::MiscError, 1);
            }
            is_written
        });
        self.rebuilt.clear();
        self.gathered.clear();
    }
}

/// Do packets that are dropped for this reason hint at a peer that has other keys?
fn is_undecryptable(reason: DropReason) -> bool {
    matches!(reason, DropReason::IntegrityFailure | DropReason::CipherFailure | DropReason::InvalidPadding)
}

impl Child {
    /// May the SA have packets that arrive so?
    fn judge(&self, arrival: &Arrival<'_>) -> Result<(), DropReason> {
        // A peer may wrap ESP in UDP where no NAT was found (RFC 7296 section 2.23), but it never need unwrap it.
        if self.in_udp && arrival.purpose != Purpose::NatTraversal {
            return Err(DropReason::MiscError);
        }
        if self.lifetimes.hard.reached(self.packets, self.octets) {
            return Err(DropReason::InvalidSa);
        }
        Ok(())
    }

    /// The inner packet of `packet`, None for a dummy.
    fn open(
        &mut self,
        packet: &mut [u8],
        arrival: &Arrival<'_>,
        highest: u64,
        rebuilt: &mut Vec<u8>,
        gathered: &mut Gathered,
        shared: &Shared,
    ) -> Result<Option<Inner>, DropReason> {
        self.judge(arrival)?;
        if let Some(header) = self.device.gre.as_ref().map(|end| end.header) {
            return self.open_gre(packet, arrival, header, highest, shared);
        }
        match self.mode {
            Mode::Tunnel => {
                let size = self.sa.text_size(packet.len()).ok_or(DropReason::PacketTruncated)?;
                let target = gathered.place(self.spi_in, size).ok_or(DropReason::OutOfMemory)?;
                let opened = self.sa.open_to(packet, target)?;
                self.account(arrival, highest, shared);
                let Opened::Inner(range) = opened else { return Ok(None) };
                self.count(range.len(), shared);
                let inner = &mut target[range];
                if !ecn::decapsulate(arrival.tos, inner) {
                    return Err(DropReason::Congestion);
                }
                if self.selectors.sees_ports() && is_fragment(inner) {
                    return self.join(inner, arrival, rebuilt);
                }
                self.selectors.check_inbound(inner)?;
                Ok(Some(Inner::Gathered(0..inner.len())))
            }
            Mode::Transport => {
                let opened = self.sa.open_transport(packet)?;
                self.account(arrival, highest, shared);
                let Some(payload) = opened else { return Ok(None) };
                let start = rebuilt.len();
                self.rebuild(rebuilt, arrival, payload.next_header, &packet[payload.range])?;
                let range = start..rebuilt.len();
                self.count(range.len(), shared);
                self.selectors.check_inbound(&rebuilt[range.clone()])?;
                Ok(Some(Inner::Rebuilt(range)))
            }
        }
    }

    /// [`Self::open`] where ESP protects GRE between the tunnel's ends. The packets inside may be any.
    fn open_gre(
        &mut self,
        packet: &mut [u8],
        arrival: &Arrival<'_>,
        header: Gre,
        highest: u64,
        shared: &Shared,
    ) -> Result<Option<Inner>, DropReason> {
        let range = match self.mode {
            Mode::Tunnel => {
                let opened = self.sa.open(packet)?;
                self.account(arrival, highest, shared);
                let Opened::Inner(range) = opened else { return Ok(None) };
                self.count(range.len(), shared);
                range.start + gre::delivered(&packet[range.clone()])?..range.end
            }
            Mode::Transport => {
                let opened = self.sa.open_transport(packet)?;
                self.account(arrival, highest, shared);
                let Some(payload) = opened else { return Ok(None) };
                self.count(payload.range.len(), shared);
                if payload.next_header != gre::PROTOCOL {
                    return Err(DropReason::UnknownProtocol);
                }
                payload.range
            }
        };
        let read = header.read(&packet[range.clone()])?;
        if let Some(sequence) = read.sequence.filter(|_| header.sequence) {
            // RFC 2890 section 2.2: what was overtaken is dropped.
            if self.gre_sequence.is_some_and(|last| sequence.wrapping_sub(last) as i32 <= 0) {
                return Err(DropReason::ReplayDetected);
            }
            self.gre_sequence = Some(sequence);
        }
        let start = range.start + read.size;
        let size = inner_ip::stated_length(&packet[start..range.end]).ok_or(DropReason::PacketTruncated)?;
        let range = start..start + size;
        if !ecn::decapsulate(arrival.tos, &mut packet[range.clone()]) {
            return Err(DropReason::Congestion);
        }
        Ok(Some(Inner::Here(range)))
    }

    /// Tunnel mode: `inner` is a fragment, of which only the whole shows its ports (RFC 4301 section 7). Append the
    /// datagram that it completes to `rebuilt`.
    fn join(
        &mut self,
        inner: &[u8],
        arrival: &Arrival<'_>,
        rebuilt: &mut Vec<u8>,
    ) -> Result<Option<Inner>, DropReason> {
        let taken = self.fragments.take(inner, arrival.now);
        self.device.counters.inbound.drop_lost(self.fragments.take_lost());
        let Some(whole) = taken? else { return Ok(None) };
        self.selectors.check_inbound(&whole)?;
        let start = rebuilt.len();
        rebuilt.extend_from_slice(&whole);
        Ok(Some(Inner::Rebuilt(start..rebuilt.len())))
    }

    /// Transport mode: append the IP packet to `rebuilt`. The outer header has become the packet's own, and nobody has
    /// proved it, so it must be one between the two ends of the SA.
    fn rebuild(
        &self,
        rebuilt: &mut Vec<u8>,
        arrival: &Arrival<'_>,
        next_header: u8,
        payload: &[u8],
    ) -> Result<(), DropReason> {
        let (source, destination) = (arrival.route.remote.ip(), arrival.route.local.ip());
        if (source, destination) != (self.route.remote.ip(), self.route.local.ip()) {
            return Err(DropReason::TsUnacceptable);
        }
        let front = if arrival.header.is_empty() {
            Front::Told { source, destination, tos: arrival.tos, ttl: arrival.ttl }
        } else {
            Front::Header(arrival.header)
        };
        let start = rebuilt.len();
        rebuild(rebuilt, front, next_header, payload)?;
        if self.in_udp {
            mend::checksum(&mut rebuilt[start..]);
        }
        Ok(())
    }

    /// An authentic packet arrived; before it, the highest sequence number was `highest`.
    pub fn account(&mut self, arrival: &Arrival<'_>, highest: u64, shared: &Shared) {
        let Arrival { route, now, .. } = *arrival;
        if self.packets == 0 {
            shared.events.push(Event::FirstInbound { spi_in: self.spi_in });
        }
        self.usage.touch_inbound(now);
        self.packets += 1;
        // A packet that was overtaken may still come from where the peer was before.
        let is_newest = self.sa.highest_sequence() > highest;
        if self.in_udp && is_newest && route.remote != self.route.remote {
            self.tell_moved(route.remote, now, shared);
        }
    }

    /// It held `octets`.
    pub fn count(&mut self, octets: usize, shared: &Shared) {
        self.octets += octets as u64;
        self.usage.carried_in.add(1, octets as u64);
        if self.lifetimes.soft.reached(self.packets, self.octets) && self.usage.tell_expire() {
            shared.events.push(Event::Expire { spi_in: self.spi_in, hard: false });
        }
        if self.lifetimes.hard.reached(self.packets, self.octets) && self.usage.tell_end() {
            shared.events.push(Event::Expire { spi_in: self.spi_in, hard: true });
        }
    }

    /// RFC 7296 section 2.23. Packets go on coming until the gateway has moved the SA, from two places in turn even,
    /// so not each is told: an event that finds no room is lost, of whatever SA it is.
    fn tell_moved(&mut self, remote: SocketAddr, now: u64, shared: &Shared) {
        if self.moved_told.is_none_or(|told| now - told >= MOVED_INTERVAL_MS) {
            self.moved_told = Some(now);
            shared.events.push(Event::PeerMoved { spi_in: self.spi_in, remote });
        }
    }
}
