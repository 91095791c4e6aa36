//! One tunnel's way out: what its device gives, by which SA it leaves, and what waits for one.

use std::sync::atomic::Ordering;
use std::sync::Arc;

use esp::fragmenting::split;
use esp::fragments::{is_fragment, Reassembly};
use esp::offload::{SuperPacket, VNET_HEADER_SIZE};
use esp::{inner_ip, DropReason, Flow};
use zeroize::Zeroizing;

use super::{Child, Mode};
use crate::batch::{cut_of, Batch, Wrapping};
use crate::bucket::Bucket;
use crate::chatter::is_host_chatter;
use crate::events::Event;
use crate::l2tp::{Outlet, OutwardSessions as Sessions};
use crate::multipoint::Peers;
use crate::shared::{Shared, TunnelDevice};
use crate::sizes::{Sizes, Verdict};
use crate::sys;
use crate::too_big;
use crate::waiting::{RefusedWaiting, Waiting};

pub struct Tunnel {
    pub device: Arc<TunnelDevice>,
    /// The one to use first, then those before it.
    pub children: Vec<Child>,
    /// Of an L2TP server.
    pub sessions: Sessions,
    /// Of a tunnel with many peers.
    pub peers: Peers,
    /// Of one without IPsec.
    pub outlet: Outlet,
    waiting: Waiting,
    refused: RefusedWaiting,
    pub(super) acquire_told: Option<u64>,
    refusal_told: Option<u64>,
    /// For transport mode, which protects whole datagrams alone, and for SAs that are chosen by ports.
    fragments: Reassembly,
    /// As last seen.
    pub sizes: Sizes,
    /// How many senders are told that a packet was too large.
    too_big: Bucket,
}

/// The traffic selectors of every SA refuse the packet.
struct SelectorsRefuse;

/// A negotiation that brought no SA within this time is asked for again.
pub const ACQUIRE_INTERVAL_MS: u64 = 10_000;
/// Packets that no SA of their tunnel takes are told of so seldom, whatever they are.
const REFUSAL_INTERVAL_MS: u64 = 1_000;
/// So many packets of one device are read, or about so many octets, before the next device has its turn: whoever
/// floods one tunnel holds up the others no longer than that.
const READS_MAX: usize = 64;
const TURN_SIZE: usize = 256 << 10;

impl Tunnel {
    pub(super) fn new(device: Arc<TunnelDevice>) -> Self {
        let (waiting, fragments) = (Waiting::default(), Reassembly::default());
        let (children, sizes, refused) = (Vec::new(), device.sizes.get(), RefusedWaiting::default());
        let (acquire_told, refusal_told) = (None, None);
        let (sessions, outlet, peers) = (Sessions::default(), Outlet::default(), Peers::default());
        Tunnel {
            device,
            children,
            sessions,
            peers,
            outlet,
            waiting,
            refused,
            acquire_told,
            refusal_told,
            fragments,
            sizes,
            too_big: too_big::limit(),
        }
    }

    /// Read what waits in the device and send it. True: the device is gone.
    pub(super) fn serve(&mut self, batch: &mut Batch, shared: &Shared, buffer: &mut [u8]) -> bool {
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
        if self.device.wire.is_some() {
            return self.give_frame(read, batch, shared);
        }
        let packet = match SuperPacket::parse(read) {
            Ok(packet) => packet,
            Err(reason) => return self.device.counters.outbound.drop(reason, 1),
        };
        if self.device.l2tp.is_some() {
            self.give_to_session(&packet, batch, shared);
            return;
        }
        if self.device.multipoint.is_some() {
            self.give_to_peer(read, &packet, batch, shared);
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

    /// To the peer of a GRE tunnel, if the tunnel has both ends.
    pub(super) fn send_keepalive(&mut self, batch: &mut Batch, shared: &Shared) {
        let Some((end, child)) = self.device.gre.as_ref().zip(self.children.first()) else { return };
        let packet = end.header.keepalive(child.route.local.ip(), child.route.remote.ip());
        if let Some(packet) = SuperPacket::of(&packet) {
            // There is a child, and in GRE it takes any packet.
            let _ = self.send(&packet, batch, shared);
            self.flush(batch, shared);
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
                let (device, sizes) = (self.device.clone(), self.children[index].narrowed(&self.sizes));
                let wrapping = match (&device.gre, &cut) {
                    (Some(end), _) => Wrapping::Gre(end),
                    (None, Some(cut)) => Wrapping::Transport(cut),
                    (None, None) => Wrapping::Tunnel,
                };
                // The first is never smaller than those behind it.
                if cut.is_none() && packet.size(0) > sizes.limit(packet.packet()) {
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

    /// Put `packet`, which ESP does not go into and which is larger than `sizes` takes, into the batch.
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
        self.judge_large(packet, sizes, may_split, shared, |tunnel, packet| {
            tunnel.put(index, packet, wrapping, batch, shared);
        });
    }

    /// `packet` makes IP packets that are larger than `sizes` takes. Each is judged by itself, and given to `put` as it
    /// is or in fragments; the sender is told once.
    pub fn judge_large(
        &mut self,
        packet: &SuperPacket<'_>,
        sizes: &Sizes,
        may_split: bool,
        shared: &Shared,
        mut put: impl FnMut(&mut Self, &SuperPacket<'_>),
    ) {
        let mut put = |tunnel: &mut Self, ip: &[u8]| {
            if let Some(packet) = SuperPacket::of(ip) {
                put(tunnel, &packet);
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
                    put(self, &ip);
                    Ok(())
                }
                Verdict::Fragments(size) => {
                    split(&ip, size, shared.identification(), |fragment| put(self, fragment))
                }
                Verdict::TooLarge(size) => {
                    if !std::mem::replace(&mut is_told, true) {
                        shared.too_big.tell(&ip, size, &mut self.too_big, shared.now());
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
            batch.send(&mut self.children[child], &self.device, shared.now());
        }
    }

    /// No SA yet: keep the packet and ask for one.
    fn keep(&mut self, read: &[u8], packet: &SuperPacket<'_>, shared: &Shared) {
        match inner_ip::flow(packet.packet()) {
            None => self.device.counters.outbound.drop(DropReason::Malformed, 1),
            Some(flow) if is_host_chatter(&flow) => {
                self.device.counters.outbound.drop(DropReason::MiscError, 1);
            }
            Some(flow) => self.await_sa(read, flow, shared),
        }
    }

    /// Keep what was read, and tell the gateway of `flow`.
    pub fn await_sa(&mut self, read: &[u8], flow: Flow, shared: &Shared) {
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

    pub(super) fn drop_stale(&mut self, shared: &Shared) {
        if self.refused.is_stale(|| shared.now()) {
            self.drop_refused(shared);
        }
    }

    pub(super) fn drop_refused(&mut self, shared: &Shared) {
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

    /// The Child SAs are others than before, or in another order.
    pub(super) fn forget_senders(&mut self) {
        self.sessions.forget_senders();
        self.peers.forget_senders();
    }

    pub(super) fn use_outbound(&mut self, spi_in: u32) {
        if let Some(index) = self.children.iter().position(|child| child.spi_in == spi_in) {
            self.children[..=index].rotate_right(1);
            self.children[0].is_enabled = true;
            self.forget_senders();
        }
    }

    pub(super) fn take_waiting(&mut self, shared: &Shared) -> Vec<Zeroizing<Vec<u8>>> {
        let mut waited = self.waiting.take();
        waited.extend(self.peers.take_waiting());
        shared.waiting.fetch_sub(waited.len(), Ordering::SeqCst);
        waited
    }

    pub(super) fn take_refused(&mut self, shared: &Shared) -> Vec<Zeroizing<Vec<u8>>> {
        let refused = self.refused.take();
        shared.waiting.fetch_sub(refused.len(), Ordering::SeqCst);
        refused
    }

    /// Send what waited, if there is an SA to send it by. What the SAs still refuse is told anew.
    pub(super) fn flush_waiting(&mut self, batch: &mut Batch, shared: &Shared) {
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
