//! The egress thread: from TUN devices to the wire.
//!
//! It owns every outbound SA, so sequence numbers need no lock and packets of an SA stay in order. A packet that a
//! device gives up is sealed, kept until there is an SA, or dropped and counted; no path here sends it otherwise.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::atomic::Ordering;
use std::sync::mpsc::SyncSender;
use std::sync::Arc;

use esp::fragmenting::split;
use esp::fragments::{is_fragment, Reassembly};
use esp::{gre, inner_ip, l2tp, DropReason, OutboundSa, TrafficSelectors};
use zeroize::Zeroizing;

use crate::batch::{cut_of, Batch, Wrapping};
use crate::chatter::is_host_chatter;
use crate::counters::{ChildUse, Lifetimes};
use crate::events::{Event, Mailbox};
use crate::l2tp::{OutwardSessions as Sessions, Session};
use crate::offload::{SuperPacket, VNET_HEADER_SIZE};
use crate::route::Route;
use crate::shared::{Shared, TunnelDevice};
use crate::sizes::{DfBit, Sizes, Verdict};
use crate::sys::{self, Epoll, Ready};
use crate::waiting::{RefusedWaiting, Waiting};

pub enum Command {
    AddTunnel {
        tunnel: u64,
        device: Arc<TunnelDevice>,
    },
    /// The sender is dropped when the device is no longer used here.
    RemoveTunnel {
        tunnel: u64,
        done: SyncSender<()>,
    },
    Install {
        tunnel: u64,
        child: Box<Child>,
    },
    UseOutbound {
        tunnel: u64,
        spi_in: u32,
    },
    Move {
        tunnel: u64,
        spi_in: u32,
        route: Route,
        in_udp: bool,
    },
    Remove {
        tunnel: u64,
        spi_in: u32,
    },
    DiscardWaiting {
        tunnel: u64,
    },
    InstallSession {
        tunnel: u64,
        session: Arc<Session>,
    },
    RemoveSession {
        tunnel: u64,
        key: u32,
    },
    /// A message of L2TP, for the UDP port of a peer.
    SendMessage {
        tunnel: u64,
        message: Vec<u8>,
        peer: Arc<str>,
        port: u16,
    },
    Stop,
}

/// What ESP protects (RFC 4301 section 3.2): a whole packet, or what follows a packet's own IP header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    Tunnel,
    Transport,
}

/// The outbound half of a Child SA.
pub struct Child {
    pub spi_in: u32,
    pub peer: Arc<str>,
    pub sa: OutboundSa,
    pub selectors: Arc<TrafficSelectors>,
    pub route: Route,
    pub in_udp: bool,
    pub mode: Mode,
    /// May packets leave by it? Not before the gateway says so.
    pub is_enabled: bool,
    /// Its hard lifetime is over: no packet leaves by it any more.
    pub is_over: bool,
    pub usage: Arc<ChildUse>,
    pub lifetimes: Lifetimes,
    pub packets: u64,
    pub octets: u64,
    /// The path takes UDP_SEGMENT. False once it was refused.
    pub segments: bool,
    /// Of the outer header, in tunnel mode.
    pub df_bit: DfBit,
    /// What ESP protects needs no fragments outside if it has no more octets.
    pub fitting: usize,
}

pub struct Tunnel {
    pub device: Arc<TunnelDevice>,
    /// The one to use first, then those before it.
    pub children: Vec<Child>,
    /// Of an L2TP server.
    pub sessions: Sessions,
    waiting: Waiting,
    refused: RefusedWaiting,
    acquire_told: Option<u64>,
    refusal_told: Option<u64>,
    /// For transport mode, which protects whole datagrams alone, and for SAs that are chosen by ports.
    fragments: Reassembly,
    /// As last seen.
    pub sizes: Sizes,
}

/// The traffic selectors of every SA refuse the packet.
struct SelectorsRefuse;

/// A negotiation that brought no SA within this time is asked for again.
const ACQUIRE_INTERVAL_MS: u64 = 10_000;
/// Packets that no SA of their tunnel takes are told of so seldom, whatever they are.
const REFUSAL_INTERVAL_MS: u64 = 1_000;
const STALE_INTERVAL_MS: u64 = 1_000;
/// So many packets of one device are read, or about so many octets, before the next device has its turn: whoever
/// floods one tunnel holds up the others no longer than that.
const READS_MAX: usize = 64;
const TURN_SIZE: usize = 256 << 10;
const MAILBOX_TOKEN: u64 = u64::MAX;

pub struct Egress {
    shared: Arc<Shared>,
    mailbox: Arc<Mailbox<Command>>,
    epoll: Epoll,
    tunnels: HashMap<u64, Tunnel>,
    batch: Batch,
    /// When it was last looked for packets that have waited too long.
    stale_dropped: u64,
}

impl Egress {
    pub fn new(shared: Arc<Shared>, mailbox: Arc<Mailbox<Command>>) -> std::io::Result<Self> {
        let epoll = Epoll::new()?;
        epoll.add(mailbox.fd(), MAILBOX_TOKEN)?;
        let batch = Batch::new(shared.clone());
        Ok(Egress { shared, mailbox, epoll, tunnels: HashMap::new(), batch, stale_dropped: 0 })
    }

    /// Work until `Stop`.
    pub fn run(mut self) {
        let mut ready: Vec<Ready> = Vec::new();
        let mut buffer = vec![0; VNET_HEADER_SIZE + usize::from(u16::MAX)];
        loop {
            // A command that came unannounced while a packet was put aside may be the one that the packet waits for.
            if self.shared.waiting.load(Ordering::SeqCst) > 0 && self.mailbox.has_mail() {
                ready.clear();
            } else {
                let limit = self.drop_stale();
                self.epoll.wait(&mut ready, limit).expect("epoll_wait on descriptors of our own");
            }
            for command in self.mailbox.take() {
                if matches!(command, Command::Stop) {
                    return;
                }
                self.carry_out(command);
            }
            for Ready { token, is_dead } in &ready {
                let Some(tunnel) = self.tunnels.get_mut(token) else { continue };
                let is_dead = *is_dead || tunnel.serve(&mut self.batch, &self.shared, &mut buffer);
                if is_dead {
                    self.epoll.remove(&tunnel.device.fd);
                }
            }
        }
    }

    /// Drop what has waited in vain for an SA that takes it. Gives the milliseconds until it is to be called again;
    /// None: nothing waits.
    fn drop_stale(&mut self) -> Option<u64> {
        if self.shared.waiting.load(Ordering::SeqCst) == 0 {
            return None;
        }
        let now = self.shared.now();
        if now - self.stale_dropped >= STALE_INTERVAL_MS {
            self.stale_dropped = now;
            self.tunnels.values_mut().for_each(|tunnel| tunnel.drop_stale(&self.shared));
        }
        Some(STALE_INTERVAL_MS)
    }

    fn carry_out(&mut self, command: Command) {
        match command {
            Command::AddTunnel { tunnel, device } => {
                self.epoll.add(&device.fd, tunnel).expect("a new device can be watched");
                self.tunnels.insert(tunnel, Tunnel::new(device));
            }
            Command::RemoveTunnel { tunnel, done } => {
                if let Some(mut tunnel) = self.tunnels.remove(&tunnel) {
                    tunnel.take_waiting(&self.shared);
                    tunnel.take_refused(&self.shared);
                    self.epoll.remove(&tunnel.device.fd);
                }
                drop(done);
            }
            Command::Install { tunnel, mut child } => self.with(tunnel, |tunnel, batch, shared| {
                child.adopt(&tunnel.sizes, &tunnel.device);
                tunnel.children.retain(|old| old.spi_in != child.spi_in);
                tunnel.children.insert(0, *child);
                tunnel.sessions.forget_senders();
                tunnel.flush_waiting(batch, shared);
            }),
            Command::UseOutbound { tunnel, spi_in } => self.with(tunnel, |tunnel, batch, shared| {
                tunnel.use_outbound(spi_in);
                tunnel.flush_waiting(batch, shared);
            }),
            Command::Move { tunnel, spi_in, route, in_udp } => self.with(tunnel, |tunnel, _, _| {
                for child in tunnel.children.iter_mut().filter(|child| child.spi_in == spi_in) {
                    (child.route, child.in_udp, child.segments) = (route, in_udp, true);
                }
            }),
            Command::Remove { tunnel, spi_in } => self.with(tunnel, |tunnel, _, _| {
                tunnel.children.retain(|child| child.spi_in != spi_in);
                tunnel.sessions.forget_senders();
                tunnel.acquire_told = None;
            }),
            Command::DiscardWaiting { tunnel } => self.with(tunnel, |tunnel, _, shared| {
                let count = tunnel.take_waiting(shared).len() as u64;
                tunnel.device.counters.outbound.drop(DropReason::MiscError, count);
                tunnel.drop_refused(shared);
                tunnel.acquire_told = None;
            }),
            Command::InstallSession { tunnel, session } => self.with(tunnel, |tunnel, _, _| {
                tunnel.sessions.install(session);
            }),
            Command::RemoveSession { tunnel, key } => self.with(tunnel, |tunnel, _, _| {
                tunnel.sessions.remove(key);
            }),
            Command::SendMessage { tunnel, message, peer, port } => {
                self.with(tunnel, |tunnel, batch, shared| {
                    tunnel.send_message(message, &peer, port, batch, shared);
                });
            }
            Command::Stop => {}
        }
    }

    fn with(&mut self, tunnel: u64, action: impl FnOnce(&mut Tunnel, &mut Batch, &Shared)) {
        if let Some(tunnel) = self.tunnels.get_mut(&tunnel) {
            action(tunnel, &mut self.batch, &self.shared);
        }
    }
}

impl Child {
    pub fn is_usable(&self) -> bool {
        self.is_enabled && !self.is_over
    }

    fn adopt(&mut self, sizes: &Sizes, device: &TunnelDevice) {
        let delivery = if self.mode == Mode::Tunnel { gre::delivery_size(self.route.local.ip()) } else { 0 };
        let gre = device.gre.as_ref().map_or(0, |end| end.header.size() + delivery);
        let overhead = gre + if device.l2tp.is_some() { l2tp::HEADERS_MAX } else { 0 };
        (self.df_bit, self.segments) = (sizes.df_bit, true);
        self.fitting = usize::from(sizes.mtu) + overhead;
    }

    /// May `packet` leave by it? In transport mode it goes from one end of the SA to the other, under its own header.
    fn check(&self, packet: &[u8]) -> Result<(), DropReason> {
        self.selectors.check_outbound(packet)?;
        let Route { local, remote, .. } = self.route;
        if self.mode == Mode::Transport && !goes_between(packet, local.ip(), remote.ip()) {
            return Err(DropReason::TsUnacceptable);
        }
        Ok(())
    }
}

/// Are these the addresses of `packet`, which has an IP header?
fn goes_between(packet: &[u8], source: IpAddr, destination: IpAddr) -> bool {
    match (packet[0] >> 4, source, destination) {
        (4, IpAddr::V4(source), IpAddr::V4(destination)) => {
            packet[12..16] == source.octets() && packet[16..20] == destination.octets()
        }
        (6, IpAddr::V6(source), IpAddr::V6(destination)) => {
            packet[8..24] == source.octets() && packet[24..40] == destination.octets()
        }
        _ => false,
    }
}

impl Tunnel {
    fn new(device: Arc<TunnelDevice>) -> Self {
        let (waiting, fragments) = (Waiting::default(), Reassembly::default());
        let (children, sizes, refused) = (Vec::new(), device.sizes.get(), RefusedWaiting::default());
        let (acquire_told, refusal_told, sessions) = (None, None, Sessions::default());
        Tunnel { device, children, sessions, waiting, refused, acquire_told, refusal_told, fragments, sizes }
    }

    /// Read what waits in the device and send it. True: the device is gone.
    fn serve(&mut self, batch: &mut Batch, shared: &Shared, buffer: &mut [u8]) -> bool {
        let mut is_dead = false;
        self.follow_sizes();
        let mut octets = 0;
        for _ in 0..READS_MAX {
            match sys::read(&self.device.fd, buffer) {
                Ok(size) => {
                    self.give(&buffer[..size], batch, shared);
                    octets += size;
                    if octets >= TURN_SIZE {
                        break;
                    }
                }
                Err(error) => {
                    is_dead = error.raw_os_error() == Some(libc::EBADFD);
                    break;
                }
            }
        }
        self.flush(batch, shared);
        is_dead
    }

    /// Put what was read from the device, virtio_net_hdr first, into the batch.
    fn give(&mut self, read: &[u8], batch: &mut Batch, shared: &Shared) {
        let Some(packet) = SuperPacket::parse(read) else {
            self.device.counters.outbound.drop(DropReason::Malformed, 1);
            return;
        };
        if self.device.l2tp.is_some() {
            self.give_to_session(&packet, batch, shared);
            return;
        }
        if !self.children.iter().any(Child::is_usable) {
            self.keep(read, &packet, shared);
            return;
        }
        let takes_whole = |child: &Child| child.mode == Mode::Transport || child.selectors.sees_ports();
        if self.device.gre.is_none() && self.children.iter().any(takes_whole) && is_fragment(packet.packet())
        {
            let taken = self.fragments.take(packet.packet(), shared.now());
            self.device.counters.outbound.drop_lost(self.fragments.take_lost());
            match taken.as_ref().map(|whole| whole.as_ref().and_then(|whole| SuperPacket::of(whole))) {
                Ok(Some(whole)) => {
                    let read = || [&[0; VNET_HEADER_SIZE], whole.packet()].concat();
                    if self.send(&whole, batch, shared).is_err() {
                        self.hold(&Zeroizing::new(read()), &whole, shared);
                    }
                }
                Ok(None) => {}
                Err(&reason) => self.device.counters.outbound.drop(reason, 1),
            }
            return;
        }
        if self.send(&packet, batch, shared).is_err() {
            self.hold(read, &packet, shared);
        }
    }

    /// Put it into the batch of the Child SA that takes it. The error: none does; else it is counted here.
    fn send(
        &mut self,
        packet: &SuperPacket<'_>,
        batch: &mut Batch,
        shared: &Shared,
    ) -> Result<(), SelectorsRefuse> {
        let mut refusal = DropReason::TsUnacceptable;
        let is_gre = self.device.gre.is_some();
        let chosen = self.children.iter().position(|child| {
            let mut check = || child.check(packet.packet()).map_err(|reason| refusal = reason).is_ok();
            child.is_usable() && (is_gre || check())
        });
        let chosen = chosen.ok_or(refusal);
        let cut = |mode| if is_gre { Ok(None) } else { cut_of(mode, packet.packet()) };
        let chosen = chosen.and_then(|index| Ok((index, cut(self.children[index].mode)?)));
        match chosen {
            Err(DropReason::TsUnacceptable) => return Err(SelectorsRefuse),
            Err(reason) => self.device.counters.outbound.drop(reason, packet.count() as u64),
            Ok((index, cut)) => {
                let (device, sizes) = (self.device.clone(), self.sizes);
                let wrapping = match (&device.gre, &cut) {
                    (Some(end), _) => Wrapping::Gre(end),
                    (None, Some(cut)) => Wrapping::Transport(cut),
                    (None, None) => Wrapping::Tunnel,
                };
                // The first is never smaller than those behind it.
                if cut.is_none() && packet.size(0) > self.sizes.limit(packet.packet()) {
                    self.send_large(index, packet, &wrapping, &sizes, batch, shared);
                } else {
                    self.put(index, packet, &wrapping, batch, shared);
                }
            }
        }
        Ok(())
    }

    /// Put `packet` into the batch, as the Child SA number `index` takes it.
    pub fn put(
        &mut self,
        index: usize,
        packet: &SuperPacket<'_>,
        wrapping: &Wrapping<'_>,
        batch: &mut Batch,
        shared: &Shared,
    ) {
        if batch.child.is_some_and(|child| child != index) {
            self.flush(batch, shared);
        }
        let mut next = 0;
        while next < packet.count() {
            batch.child = Some(index);
            next = batch.add(&self.children[index], packet, wrapping, next);
            if batch.is_full() {
                self.flush(batch, shared);
            }
        }
    }

    /// `packet`, which ESP does not go into, makes IP packets that are larger than `sizes` takes. Each is judged by
    /// itself; the sender is told once.
    pub fn send_large(
        &mut self,
        index: usize,
        packet: &SuperPacket<'_>,
        wrapping: &Wrapping<'_>,
        sizes: &Sizes,
        batch: &mut Batch,
        shared: &Shared,
    ) {
        // What they are wrapped in hides them from the SA, whatever they are.
        let is_hidden = !matches!(wrapping, Wrapping::Tunnel);
        let may_split = is_hidden || !self.children[index].selectors.sees_ports();
        let mut put = |ip: &[u8]| {
            if let Some(packet) = SuperPacket::of(ip) {
                self.put(index, &packet, wrapping, batch, shared);
            }
        };
        let mut dropped = Vec::new();
        let mut ip = Zeroizing::new(Vec::with_capacity(packet.size(0)));
        let mut is_told = false;
        for number in 0..packet.count() {
            ip.resize(packet.size(number), 0);
            packet.write(number, &mut ip);
            let is_own = shared.own_addresses.has_sent(&ip);
            let result = match sizes.judge(&ip, is_own, may_split) {
                Verdict::Whole => {
                    put(&ip);
                    Ok(())
                }
                Verdict::Fragments(size) => split(&ip, size, shared.identification(), &mut put),
                Verdict::TooLarge(size) => {
                    if !std::mem::replace(&mut is_told, true) {
                        shared.too_big.tell(&ip, size, shared.now());
                    }
                    Err(DropReason::TooLarge)
                }
            };
            dropped.extend(result.err());
        }
        for reason in dropped {
            self.device.counters.outbound.drop(reason, 1);
        }
    }

    /// The gateway may have said something else since.
    fn follow_sizes(&mut self) {
        let sizes = self.device.sizes.get();
        if sizes != self.sizes {
            self.sizes = sizes;
            let device = &self.device;
            self.children.iter_mut().for_each(|child| child.adopt(&sizes, device));
        }
    }

    pub fn flush(&mut self, batch: &mut Batch, shared: &Shared) {
        if let Some(child) = batch.child.take() {
            batch.send(&mut self.children[child], &self.device.counters.outbound, shared.now());
        }
    }

    /// No SA yet: keep the packet and ask for one.
    fn keep(&mut self, read: &[u8], packet: &SuperPacket<'_>, shared: &Shared) {
        let Some(flow) = inner_ip::flow(packet.packet()) else {
            self.device.counters.outbound.drop(DropReason::Malformed, 1);
            return;
        };
        if is_host_chatter(&flow) {
            self.device.counters.outbound.drop(DropReason::MiscError, 1);
            return;
        }
        if self.waiting.push(read) {
            shared.waiting.fetch_add(1, Ordering::SeqCst);
        } else {
            self.device.counters.outbound.drop(DropReason::MiscError, 1);
        }
        let now = shared.now();
        if self.acquire_told.is_none_or(|told| now - told >= ACQUIRE_INTERVAL_MS) {
            self.acquire_told = Some(now);
            shared.events.push(Event::Acquire { tunnel: self.device.name.clone(), flow, refused: false });
        }
    }

    /// There are SAs, and the packet may leave by none: keep it, for the tunnel may be allowed one more that takes it.
    fn hold(&mut self, read: &[u8], packet: &SuperPacket<'_>, shared: &Shared) {
        self.tell_refused(packet, shared);
        let is_traffic = inner_ip::flow(packet.packet()).is_some_and(|flow| !is_host_chatter(&flow));
        if is_traffic && self.refused.push(read, shared.now()) {
            shared.waiting.fetch_add(1, Ordering::SeqCst);
        } else {
            let count = packet.count() as u64;
            self.device.counters.outbound.drop(DropReason::TsUnacceptable, count);
        }
    }

    fn drop_stale(&mut self, shared: &Shared) {
        if self.refused.is_stale(|| shared.now()) {
            self.drop_refused(shared);
        }
    }

    fn drop_refused(&mut self, shared: &Shared) {
        for read in self.take_refused(shared) {
            let count = SuperPacket::parse(&read).map_or(1, |packet| packet.count() as u64);
            self.device.counters.outbound.drop(DropReason::TsUnacceptable, count);
        }
    }

    fn tell_refused(&mut self, packet: &SuperPacket<'_>, shared: &Shared) {
        let now = shared.now();
        if self.refusal_told.is_some_and(|told| now - told < REFUSAL_INTERVAL_MS) {
            return;
        }
        let Some(flow) = inner_ip::flow(packet.packet()).filter(|flow| !is_host_chatter(flow)) else {
            return;
        };
        self.refusal_told = Some(now);
        shared.events.push(Event::Acquire { tunnel: self.device.name.clone(), flow, refused: true });
    }

    fn use_outbound(&mut self, spi_in: u32) {
        if let Some(index) = self.children.iter().position(|child| child.spi_in == spi_in) {
            self.children[..=index].rotate_right(1);
            self.children[0].is_enabled = true;
            self.sessions.forget_senders();
        }
    }

    fn take_waiting(&mut self, shared: &Shared) -> Vec<Zeroizing<Vec<u8>>> {
        let waited = self.waiting.take();
        shared.waiting.fetch_sub(waited.len(), Ordering::SeqCst);
        waited
    }

    fn take_refused(&mut self, shared: &Shared) -> Vec<Zeroizing<Vec<u8>>> {
        let refused = self.refused.take();
        shared.waiting.fetch_sub(refused.len(), Ordering::SeqCst);
        refused
    }

    /// Send what waited, if there is an SA to send it by. What the SAs still refuse is told anew.
    fn flush_waiting(&mut self, batch: &mut Batch, shared: &Shared) {
        if !self.children.iter().any(Child::is_usable) {
            return;
        }
        self.acquire_told = None;
        self.follow_sizes();
        self.drop_stale(shared);
        let refused = self.take_refused(shared);
        if !refused.is_empty() {
            self.refusal_told = None;
        }
        for read in self.take_waiting(shared).into_iter().chain(refused) {
            self.give(&read, batch, shared);
        }
        self.flush(batch, shared);
    }
}
