//! From the device of many peers, or from the gateway, to the SA of one of them.

use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::sync::atomic::Ordering;

use esp::offload::SuperPacket;
use esp::{inner_ip, DropReason};
use zeroize::Zeroizing;

use super::{destination, is_for_many};
use crate::batch::{Batch, Wrapping};
use crate::bucket::Bucket;
use crate::chatter::is_host_chatter;
use crate::egress::{Child, Tunnel, ACQUIRE_INTERVAL_MS};
use crate::events::Event;
use crate::route::Route;
use crate::shared::Shared;
use crate::waiting::Waiting;

/// Longer messages are none of a gateway's.
const MESSAGE_MAX: usize = 4096;
/// For so many peers at once do packets wait.
const AWAITED_MAX: usize = 256;
/// Without IPsec so many peers at once have what is to be known of the way to them. Of more it is found anew.
const UNPROTECTED_MAX: usize = 8192;
/// Destinations that nobody knows, for the gateway to ask about: of a device, at once and a second.
const UNKNOWN_BURST: u64 = 64;
const UNKNOWN_A_SECOND: u64 = 32;

/// The peers of one device as egress knows them.
pub struct Peers {
    /// Which of the tunnel's Child SAs sends for a peer, as found last.
    senders: HashMap<IpAddr, usize>,
    awaited: HashMap<IpAddr, Awaited>,
    unknown: Bucket,
}

/// Packets for a peer without an SA, and when one was asked for.
#[derive(Default)]
struct Awaited {
    waiting: Waiting,
    told: Option<u64>,
}

impl Default for Peers {
    fn default() -> Self {
        let (senders, awaited) = (HashMap::new(), HashMap::new());
        Peers { senders, awaited, unknown: Bucket::new(UNKNOWN_BURST, UNKNOWN_A_SECOND) }
    }
}

impl Peers {
    /// The Child SAs are others than before, or in another order.
    pub fn forget_senders(&mut self) {
        self.senders.clear();
        self.awaited.retain(|_, awaited| !awaited.waiting.is_empty());
    }

    /// Take everything that waits.
    pub fn take_waiting(&mut self) -> Vec<Zeroizing<Vec<u8>>> {
        self.awaited.values_mut().flat_map(|awaited| awaited.waiting.take()).collect()
    }

    /// The first of `children` that may send to `peer`.
    fn sender(&mut self, peer: IpAddr, children: &[Child]) -> Option<usize> {
        let sends = |child: &Child| child.is_usable() && child.route.remote.ip() == peer;
        if let Some(&index) = self.senders.get(&peer) {
            if children.get(index).is_some_and(sends) {
                return Some(index);
            }
        }
        let index = children.iter().position(sends)?;
        self.senders.insert(peer, index);
        Some(index)
    }
}

impl Tunnel {
    /// Which of the Child SAs sends to `peer`. Without IPsec any address is sent to, as soon as our own end is known.
    fn sender_to(&mut self, peer: IpAddr, batch: &mut Batch, shared: &Shared) -> Option<usize> {
        let found = self.peers.sender(peer, &self.children);
        let own = self.children.first().filter(|_| self.device.gre.as_ref().is_some_and(|end| end.is_plain));
        let Some(own) = own.filter(|own| found.is_none() && own.route.local.is_ipv4() == peer.is_ipv4())
        else {
            return found;
        };
        let route = Route { remote: SocketAddr::new(peer, 0), ..own.route };
        let mut child = Child::unprotected(&self.device.name, route, shared.path_mtu(&route));
        child.adopt(&self.sizes, &self.device);
        if self.children.len() > UNPROTECTED_MAX {
            // What is in the batch goes by one of them.
            self.flush(batch, shared);
            self.children.truncate(1);
            self.peers.forget_senders();
        }
        self.children.push(child);
        self.peers.sender(peer, &self.children)
    }

    /// Put a packet from the device into the batch of the peer that its next hop is.
    pub(crate) fn give_to_peer(
        &mut self,
        read: &[u8],
        packet: &SuperPacket<'_>,
        batch: &mut Batch,
        shared: &Shared,
    ) {
        let device = self.device.clone();
        let Some((end, destination)) = device.multipoint.as_ref().zip(destination(packet.packet())) else {
            return self.refuse_packet(DropReason::Malformed, packet);
        };
        if is_for_many(destination) {
            for peer in end.multicast() {
                if let Some(index) = self.sender_to(peer, batch, shared) {
                    self.put_whole(index, packet, batch, shared);
                }
            }
            return;
        }
        let hop = end.hop(destination);
        if hop.asks && self.peers.unknown.take(shared.now()) {
            let tunnel = device.name.clone();
            shared.events.push(Event::NextHopWanted { tunnel, destination });
        }
        let Some(peer) = hop.peer else {
            return self.refuse_packet(DropReason::TsUnacceptable, packet);
        };
        match self.sender_to(peer, batch, shared) {
            Some(index) => self.put_whole(index, packet, batch, shared),
            None => self.keep_for(peer, read, packet, shared),
        }
    }

    /// Send what the gateway says to a peer, in GRE.
    pub(crate) fn send_nhrp(&mut self, message: &[u8], peer: IpAddr, batch: &mut Batch, shared: &Shared) {
        let device = self.device.clone();
        let index = self.sender_to(peer, batch, shared).filter(|_| message.len() <= MESSAGE_MAX);
        let Some((end, index)) = device.gre.as_ref().zip(index) else {
            return device.counters.outbound.drop(DropReason::MiscError, 1);
        };
        self.flush(batch, shared);
        batch.child = Some(index);
        batch.add_nhrp(&self.children[index], message, end);
        self.flush(batch, shared);
    }

    /// No SA could be had with `peer`: what waited for one is dropped.
    pub(crate) fn discard_for(&mut self, peer: IpAddr, shared: &Shared) {
        if let Some(mut awaited) = self.peers.awaited.remove(&peer) {
            let count = awaited.waiting.take().len();
            shared.waiting.fetch_sub(count, Ordering::SeqCst);
            self.device.counters.outbound.drop(DropReason::MiscError, count as u64);
        }
    }

    fn put_whole(&mut self, index: usize, packet: &SuperPacket<'_>, batch: &mut Batch, shared: &Shared) {
        let (device, sizes) = (self.device.clone(), self.children[index].narrowed(&self.sizes));
        let wrapping = match &device.gre {
            Some(end) => Wrapping::Gre(end),
            None => Wrapping::Tunnel,
        };
        if device.gre.is_none() {
            if let Err(reason) = self.children[index].selectors.check_outbound(packet.packet()) {
                return self.refuse_packet(reason, packet);
            }
        }
        if packet.size(0) > sizes.limit(packet.packet()) {
            self.send_large(index, packet, &wrapping, &sizes, batch, shared);
        } else {
            self.put(index, packet, &wrapping, batch, shared);
        }
    }

    /// There is no SA with `peer` yet: keep the packet and ask for one.
    fn keep_for(&mut self, peer: IpAddr, read: &[u8], packet: &SuperPacket<'_>, shared: &Shared) {
        if inner_ip::flow(packet.packet()).is_none_or(|flow| is_host_chatter(&flow)) {
            return self.refuse_packet(DropReason::MiscError, packet);
        }
        if self.peers.awaited.len() >= AWAITED_MAX && !self.peers.awaited.contains_key(&peer) {
            return self.refuse_packet(DropReason::OutOfMemory, packet);
        }
        let awaited = self.peers.awaited.entry(peer).or_default();
        let now = shared.now();
        let is_due = awaited.told.is_none_or(|told| now - told >= ACQUIRE_INTERVAL_MS);
        if is_due {
            awaited.told = Some(now);
        }
        if awaited.waiting.push(read) {
            shared.waiting.fetch_add(1, Ordering::SeqCst);
        } else {
            self.refuse_packet(DropReason::OutOfMemory, packet);
        }
        if is_due {
            shared.events.push(Event::PeerWanted { tunnel: self.device.name.clone(), peer });
        }
    }

    fn refuse_packet(&self, reason: DropReason, packet: &SuperPacket<'_>) {
        self.device.counters.outbound.drop(reason, packet.count() as u64);
    }
}
