//! From the device of an L2TP server, or from the gateway, to the SA of a session's peer.

use std::collections::HashMap;
use std::sync::Arc;

use esp::l2tp::{numbered, Refusal, PORT, UDP};
use esp::offload::SuperPacket;
use esp::DropReason;

use super::clear::is_same;
use super::{destination, mss, Network, Session};
use crate::batch::{Batch, Wrapping};
use crate::egress::{Child, Tunnel};
use crate::route::Route;
use crate::shared::Shared;
use crate::sizes::Sizes;

/// Longer messages are none of a gateway's.
const MESSAGE_MAX: usize = 16_384;

/// The sessions of one server.
#[derive(Default)]
pub struct Sessions {
    by_key: HashMap<u32, Arc<Session>>,
    by_network: HashMap<Network, Arc<Session>>,
    /// Which of the tunnel's Child SAs sends for a peer, as found last.
    senders: HashMap<Arc<str>, usize>,
}

impl Sessions {
    pub fn install(&mut self, session: Arc<Session>) {
        self.remove(session.key);
        for network in &session.networks {
            self.by_network.insert(*network, session.clone());
        }
        self.by_key.insert(session.key, session);
    }

    /// Where another session has one of its addresses, that one is reached by it again.
    pub fn remove(&mut self, key: u32) {
        let Some(removed) = self.by_key.remove(&key) else { return };
        for network in &removed.networks {
            if self.by_network.get(network).is_some_and(|session| session.key == key) {
                let mut others = self.by_key.values();
                match others.find(|session| session.networks.contains(network)) {
                    Some(other) => self.by_network.insert(*network, other.clone()),
                    None => self.by_network.remove(network),
                };
            }
        }
    }

    /// The session that the packet `ip`, which has an IP header, is for.
    fn of(&self, ip: &[u8]) -> Option<&Arc<Session>> {
        let address = destination(ip);
        let find = |bits| self.by_network.get(&Network::new(address, bits)?);
        if address.len() == 4 {
            find(32)
        } else {
            find(128).or_else(|| find(64))
        }
    }

    /// The Child SAs are others than before, or in another order.
    pub fn forget_senders(&mut self) {
        self.senders.clear();
    }

    /// The first of `children` that may send for `peer`.
    fn sender(&mut self, peer: &Arc<str>, children: &[Child]) -> Option<usize> {
        let sends = |child: &Child| child.is_usable() && child.peer == *peer;
        if let Some(&index) = self.senders.get(peer) {
            if children.get(index).is_some_and(sends) {
                return Some(index);
            }
        }
        let index = children.iter().position(sends)?;
        self.senders.insert(peer.clone(), index);
        Some(index)
    }
}

impl Tunnel {
    /// Put a packet from the device into the batch, as the session takes it that has its destination.
    pub(crate) fn give_to_session(&mut self, packet: &SuperPacket<'_>, batch: &mut Batch, shared: &Shared) {
        let count = packet.count() as u64;
        let Some(session) = self.sessions.of(packet.packet()).cloned() else {
            return self.refuse(Refusal::NoSession, count);
        };
        let sizes = Sizes { mtu: self.sizes.mtu.min(session.mtu), ..self.sizes };
        if let Some(route) = session.route {
            let is_large = packet.size(0) > sizes.limit(packet.packet());
            session.usage.carried.touch_outbound(shared.now());
            let put = |tunnel: &mut Self, packet: &SuperPacket<'_>| {
                tunnel.put_in_the_clear(&session, &route, packet);
            };
            return if is_large {
                self.judge_large(packet, &sizes, true, shared, put)
            } else {
                put(self, packet)
            };
        }
        let index = match self.sender(&session.peer, session.header.port) {
            Ok(index) => index,
            Err(refusal) => return self.refuse(refusal, count),
        };
        let sizes = self.children[index].narrowed(&sizes);
        let wrapping = Wrapping::L2tp(&session);
        session.usage.carried.touch_outbound(shared.now());
        if packet.size(0) > sizes.limit(packet.packet()) {
            self.send_large(index, packet, &wrapping, &sizes, batch, shared);
        } else {
            self.put(index, packet, &wrapping, batch, shared);
        }
    }

    /// Send it by a session without IPsec.
    fn put_in_the_clear(&mut self, session: &Session, route: &Route, packet: &SuperPacket<'_>) {
        let (device, counters) = (self.device.clone(), &self.device.counters.outbound);
        let sockets = device.l2tp.as_ref().map_or(&[][..], |server| &server.sockets);
        let failed = self.outlet.send(sockets, route, session, packet).err().unwrap_or(0);
        let sent = packet.count() as u64 - failed;
        let octets: usize = (0..sent as usize).map(|index| packet.size(index)).sum();
        counters.packets.add(sent);
        counters.octets.add(octets as u64);
        counters.drop(DropReason::MiscError, failed);
    }

    /// Send what the gateway says to where nothing protects it.
    pub(crate) fn send_open_message(&mut self, mut message: Vec<u8>, route: &Route) {
        self.number_for(&mut message, |session| session.route.is_some_and(|of| is_same(&of, route)));
        let device = self.device.clone();
        let sockets = device.l2tp.as_ref().map_or(&[][..], |server| &server.sockets);
        let failed = self.outlet.send_message(sockets, route, &message).err().unwrap_or(0);
        self.device.counters.outbound.drop(DropReason::MiscError, failed);
    }

    /// Send what the gateway says, to UDP port `port` of `peer`.
    pub(crate) fn send_message(
        &mut self,
        mut message: Vec<u8>,
        peer: &Arc<str>,
        port: u16,
        batch: &mut Batch,
        shared: &Shared,
    ) {
        if message.len() > MESSAGE_MAX {
            return self.refuse(Refusal::TooLong, 1);
        }
        let index = match self.sender(peer, port) {
            Ok(index) => index,
            Err(refusal) => return self.refuse(refusal, 1),
        };
        self.number(&mut message, peer);
        self.flush(batch, shared);
        batch.child = Some(index);
        batch.add_message(&self.children[index], &message, port);
        self.flush(batch, shared);
    }

    /// The Child SA that sends for `peer` to this UDP port.
    fn sender(&mut self, peer: &Arc<str>, port: u16) -> Result<usize, Refusal> {
        let index = self.sessions.sender(peer, &self.children).ok_or(Refusal::NoSa)?;
        let is_permitted = self.children[index].selectors.accepts_ports(UDP, PORT, port);
        is_permitted.then_some(index).ok_or(Refusal::Port)
    }

    /// Data messages of a session are numbered in one row, whoever makes them.
    fn number(&self, message: &mut [u8], peer: &Arc<str>) {
        self.number_for(message, |session| session.peer == *peer);
    }

    fn number_for(&self, message: &mut [u8], has: impl Fn(&Session) -> bool) {
        let Some((tunnel_id, session_id, at)) = numbered(message) else { return };
        let is_its = |session: &&Arc<Session>| {
            let header = &session.header;
            (header.tunnel_id, header.session_id) == (tunnel_id, session_id) && has(session)
        };
        if let Some(session) = self.sessions.by_key.values().find(is_its) {
            message[at..at + 2].copy_from_slice(&session.usage.next().to_be_bytes());
        }
    }

    fn refuse(&self, refusal: Refusal, count: u64) {
        self.device.l2tp.as_ref().inspect(|server| server.refuse(refusal, count));
        self.device.counters.outbound.drop(refusal.reason(), count);
    }
}

impl Session {
    /// Write UDP, L2TP and PPP in front of the IP packet that `datagram` ends with, and let that ask for no segments
    /// that do not fit.
    pub fn wrap(&self, datagram: &mut [u8]) {
        let ip = &mut datagram[self.header.size()..];
        mss::clamp(ip, self.mtu.into());
        self.usage.carried.carried_out.add(1, ip.len() as u64);
        let ns = if self.header.sequencing { self.usage.next() } else { 0 };
        self.header.write(datagram, ns);
    }
}
