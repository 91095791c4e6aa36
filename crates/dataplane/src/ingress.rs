//! The inward direction: from the wire to TUN devices.
//!
//! It owns every inbound SA, so replay windows need no lock. A packet reaches a device only by an SA of that
//! device's tunnel, authentic, new, and within the SA's traffic selectors.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};
use std::net::SocketAddr;
use std::ops::Range;
use std::os::fd::OwnedFd;
use std::sync::mpsc::SyncSender;
use std::sync::Arc;
use std::time::Duration;

use esp::fragments::Reassembly;
use esp::gre::{self};
use esp::offload::{Coalescer, Gathered, Packet};
use esp::{ah, DropReason, InboundSa, TrafficSelectors, HEADER_SIZE, MANY};

use crate::bucket::Bucket;
use crate::counters::{ChildUse, Lifetimes};
use crate::egress::Mode;
use crate::events::{Event, Mailbox};
use crate::l2tp::{InwardSessions as Sessions, Listener, Session};
use crate::multipoint::Told;
use crate::refused::{Refusals, Refused};
use crate::route::{Purpose, Route, Socket};
use crate::shared::{Shared, TunnelDevice};
use crate::sys::{Epoll, Extensions, Ready, Received, Receiver};

mod ahead;
mod authenticated;
mod child;
mod lull;
mod plain;

use lull::{Brought, Lull};

pub use plain::Peers;

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
    /// GRE in the clear is taken from now on, but only between these two ends; if the far one is everywhere, from these
    /// peers alone, where they are known.
    Connect {
        tunnel: u64,
        device: Arc<TunnelDevice>,
        route: Route,
        peers: Option<Peers>,
    },
    Disconnect {
        tunnel: u64,
    },
    /// An L2TP server without IPsec has sockets of its own.
    Listen {
        listener: Box<Listener>,
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
    pub gre_order: gre::Order,
    /// Of packets inside, where only whole ones show whether they are permitted.
    pub fragments: Reassembly,
    /// How many messages of L2TP it may bring to the gateway.
    pub messages: Bucket,
    /// What the gateway is told of it, where the tunnel has many peers.
    pub told: Told,
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
const NON_ESP_MARKER: [u8; 4] = [0; 4];
const NAT_KEEPALIVE: [u8; 1] = [0xFF];
/// The places of packets that stand in no receive buffer, but in [`Ingress::rebuilt`] and in [`Ingress::gathered`].
const REBUILT: usize = usize::MAX;
const GATHERED: usize = usize::MAX - 1;
/// From here on the tokens are those of the listener's sockets.
const LISTENER_TOKEN: u64 = 1 << 32;
/// In the place of an SPI, of what came in the clear: none is 0 (RFC 4303 section 2.1).
const IN_THE_CLEAR: u32 = 0;

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
    ahead: ahead::Ahead,
    /// The sockets that are read at each turn, for they brought something when they were last. They are not watched
    /// meanwhile: the kernel would ring for each packet.
    flowing: Vec<u64>,
    lull: Lull,
    receiver: Receiver,
    ready: Vec<Ready>,
    plain: plain::Tunnels,
    /// There is one UDP port 1701, and so one server without IPsec.
    listener: Option<Box<Listener>>,
    is_stopped: bool,
}

/// How a message came.
#[derive(Clone, Copy)]
pub struct Arrival<'a> {
    purpose: Purpose,
    pub route: Route,
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
        let (rebuilt, gathered, refusals) = (Vec::new(), Gathered::default(), Refusals::default());
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
            ahead: ahead::Ahead::default(),
            flowing: Vec::new(),
            lull: Lull::default(),
            receiver: Receiver::new(RECEIVE_BATCH),
            ready: Vec::new(),
            plain: plain::Tunnels::default(),
            listener: None,
            is_stopped: false,
        })
    }

    /// Readable when there is something to do.
    pub fn bells(&self) -> &OwnedFd {
        self.epoll.as_fd()
    }

    /// Do what is to do now. False: nothing was.
    pub fn work(&mut self) -> bool {
        let mut ready = std::mem::take(&mut self.ready);
        self.epoll.wait(&mut ready, Some(0)).expect("epoll_wait on descriptors of our own");
        self.take_commands();
        if self.due_in().is_some() {
            self.refusals.tell(self.shared.now(), &self.shared.events);
        }
        for &Ready { token, .. } in ready.iter().filter(|ready| ready.token != MAILBOX_TOKEN) {
            self.with_socket(token, |epoll, socket| epoll.remove(&socket.fd));
            self.flowing.push(token);
        }
        let mut has_worked = !ready.is_empty();
        self.ready = ready;
        let mut flowing = std::mem::take(&mut self.flowing);
        flowing.retain(|&token| {
            if self.lull.holds(token) {
                return true;
            }
            let has_brought = self.take_from(token);
            if !has_brought {
                self.with_socket(token, |epoll, socket| {
                    epoll.add(&socket.fd, token).expect("a socket can be watched")
                });
            }
            has_worked |= has_brought;
            has_brought
        });
        self.flowing = flowing;
        has_worked
    }

    /// After how long the sockets are to be read that nobody watches: one of them rests. None: all are watched.
    pub fn lull(&self) -> Option<Duration> {
        (!self.flowing.is_empty()).then(|| self.lull.remaining())
    }

    /// Call `action` with the socket of this token, if there is one.
    fn with_socket(&self, token: u64, action: impl FnOnce(&Epoll, &Socket)) {
        let open = || self.listener.as_ref()?.sockets().get((token.checked_sub(LISTENER_TOKEN)?) as usize);
        if let Some(socket) = self.shared.sockets.get(token as usize).or_else(open) {
            action(&self.epoll, socket);
        }
    }

    /// In how many milliseconds there is something to do, whatever comes. None: never.
    pub fn due_in(&self) -> Option<u64> {
        self.refusals.due_in(|| self.shared.now())
    }

    pub fn is_stopped(&self) -> bool {
        self.is_stopped
    }

    /// Take what waits in the socket of this token, if there is one. False: nothing does.
    fn take_from(&mut self, token: u64) -> bool {
        let shared = self.shared.clone();
        let listening = self.listener.as_ref().map(|listener| listener.device.clone());
        let open = || listening.as_ref()?.l2tp.as_ref()?.sockets.get((token - LISTENER_TOKEN) as usize);
        let usual = || shared.sockets.get(token as usize);
        let Some(socket) = (if token < LISTENER_TOKEN { usual() } else { open() }) else { return false };
        let mut receiver = std::mem::take(&mut self.receiver);
        // An error is one that a peer's ICMP message caused; it concerns no packet here.
        let count = receiver.receive(&socket.fd).unwrap_or(0);
        let now = shared.now();
        let mut looked_at = 0;
        let mut brought = Brought { packets: count, ..Brought::default() };
        for slot in 0..count {
            if slot == looked_at {
                looked_at = self.look_ahead(&receiver, slot..count, socket);
            }
            match receiver.message(slot) {
                Some(message) => {
                    brought.octets += message.data.len();
                    brought.is_joined |= message.segment_size != 0;
                    self.take_message(message, slot, socket, now);
                }
                None => shared.drops.packet_truncated.add(1),
            }
            if self.gathered.is_full() {
                self.flush(&receiver);
            }
        }
        self.lull.learn(token, &brought);
        self.forget();
        self.flush(&receiver);
        self.receiver = receiver;
        count > 0
    }

    fn take_commands(&mut self) {
        for command in self.mailbox.take() {
            match command {
                Command::Install { child } => {
                    self.ahead.is_needed |= child.sa.foresees();
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
                    self.plain.disconnect(tunnel);
                    if let Some(gone) = self.listener.take_if(|listener| listener.tunnel == tunnel) {
                        gone.sockets().iter().for_each(|socket| self.epoll.remove(&socket.fd));
                    }
                    drop(done);
                }
                Command::InstallSession { tunnel, session } => self.sessions.install(tunnel, session),
                Command::RemoveSession { tunnel, key } => self.sessions.remove(tunnel, key),
                Command::Connect { tunnel, device, route, peers } => {
                    self.plain.connect(tunnel, device, route, peers);
                    self.listen_to_gre();
                }
                Command::Disconnect { tunnel } => self.plain.disconnect(tunnel),
                Command::Listen { listener } => {
                    for (token, socket) in (LISTENER_TOKEN..).zip(listener.sockets()) {
                        self.epoll.add(&socket.fd, token).expect("a new socket can be watched");
                    }
                    self.listener = Some(listener);
                }
                Command::Stop => self.is_stopped = true,
            }
        }
    }

    /// The sockets have been opened for the first tunnel of GRE.
    fn listen_to_gre(&mut self) {
        if !std::mem::replace(&mut self.plain.is_listened_to, true) {
            for (token, socket) in self.shared.sockets.gre() {
                self.epoll.add(&socket.fd, token as u64).expect("a new socket can be watched");
            }
        }
    }

    fn take_message(&mut self, message: Received<'_>, slot: usize, socket: &Socket, now: u64) {
        let Received { mut data, segment_size, remote, local, interface, mut tos, mut ttl, extensions } =
            message;
        let Some(local) = local else { return };
        let mut offset = 0;
        let mut header: &[u8] = &[];
        if socket.is_raw() && remote.is_ipv4() {
            offset = ipv4_header_size(data);
            let Some((front, payload)) = data.split_at_mut_checked(offset) else {
                self.shared.drops.packet_truncated.add(1);
                return;
            };
            if let [_, front_tos, _, _, _, _, _, _, front_ttl, ..] = *front {
                (tos, ttl) = (front_tos, front_ttl);
            }
            (header, data) = (front, payload);
        }
        let route = Route { local: SocketAddr::new(local, socket.port), remote, interface };
        let purpose = socket.purpose;
        let arrival = Arrival { purpose, route, tos, ttl, now, slot, header, extensions: &extensions };
        let segment_size = if segment_size == 0 { data.len().max(1) } else { segment_size };
        for datagrams in data.chunks_mut(segment_size.saturating_mul(MANY)) {
            if self.ahead.is_needed && datagrams.len() > segment_size {
                let mut packets: [&[u8]; MANY] = [&[]; MANY];
                packets.iter_mut().zip(datagrams.chunks(segment_size)).for_each(|(place, one)| *place = one);
                self.foresee(&packets[..datagrams.len().div_ceil(segment_size)]);
            }
            for datagram in datagrams.chunks_mut(segment_size) {
                let size = datagram.len();
                self.take_datagram(datagram, offset, &arrival);
                offset += size;
            }
        }
    }

    /// `offset` is the datagram's place in its receive buffer.
    fn take_datagram(&mut self, datagram: &mut [u8], offset: usize, arrival: &Arrival<'_>) {
        match arrival.purpose {
            Purpose::Ike => self.take_ike(datagram, arrival),
            Purpose::Esp => self.take_esp(datagram, offset, arrival),
            Purpose::Ah => self.take_ah(datagram, offset, arrival),
            Purpose::Gre => self.plain.take(datagram, offset, arrival, &self.shared),
            Purpose::L2tp => self.take_in_the_clear(datagram, offset, arrival),
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

    fn take_in_the_clear(&mut self, message: &mut [u8], offset: usize, arrival: &Arrival<'_>) {
        self.take_commands();
        let Some(listener) = &mut self.listener else { return };
        let Some(packet) = listener.take(message, arrival, &self.sessions, &self.shared) else { return };
        let range = offset + packet.start..offset + packet.end;
        let joins_udp = listener.device.segments_udp;
        let place = Packet { slot: arrival.slot, range, spi: IN_THE_CLEAR };
        self.coalescer.add(place, &message[packet], joins_udp);
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
            let refused = Refused::Unknown { spi, remote: route.remote, in_ah };
            self.refusals.add(refused, route, now, &self.shared.events);
            return;
        };
        let highest = child.sa.highest_sequence();
        if in_ah {
            match child.sa.verify(&authenticated::front(packet.len(), arrival), packet) {
                Ok(size) => (packet, offset) = (&mut packet[size..], offset + size),
                Err(reason) => {
                    child.device.counters.inbound.drop(reason, 1);
                    if is_undecryptable(reason) {
                        let refused = Refused::Undecryptable { spi_in: spi };
                        self.refusals.add(refused, route, now, &self.shared.events);
                    }
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
            let Some(device) = packets.first().and_then(|first| match first.spi {
                IN_THE_CLEAR => self.listener.as_ref().map(|listener| &listener.device),
                spi => self.children.get(&spi).map(|child| &child.device),
            }) else {
                return true;
            };
            device.write(packets, pieces)
        });
        self.rebuilt.clear();
        self.gathered.clear();
        self.plain.flush(receiver);
    }
}

/// Of the header that `packet` begins with.
fn ipv4_header_size(packet: &[u8]) -> usize {
    packet.first().map_or(0, |first| usize::from(first & 15) * 4)
}

/// Do packets that are dropped for this reason hint at a peer that has other keys?
fn is_undecryptable(reason: DropReason) -> bool {
    matches!(reason, DropReason::IntegrityFailure | DropReason::CipherFailure | DropReason::InvalidPadding)
}
