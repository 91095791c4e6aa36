//! What an inbound SA makes of a packet: the one inside, if it may have come.

use std::net::SocketAddr;

use esp::fragments::is_fragment;
use esp::gre::{self, Gre};
use esp::offload::Gathered;
use esp::transport::{rebuild, Front};
use esp::{inner_ip, DropReason, Opened};

use super::{Arrival, Child, Inner};
use crate::ecn;
use crate::egress::Mode;
use crate::events::Event;
use crate::mend;
use crate::route::Purpose;
use crate::shared::Shared;

/// A peer that moves is told of so seldom.
const MOVED_INTERVAL_MS: u64 = 1000;

impl Child {
    /// May the SA have packets that arrive so?
    pub(super) fn judge(&self, arrival: &Arrival<'_>) -> Result<(), DropReason> {
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
    pub(super) fn open(
        &mut self,
        packet: &mut [u8],
        arrival: &Arrival<'_>,
        highest: u64,
        rebuilt: &mut Vec<u8>,
        gathered: &mut Gathered,
        shared: &Shared,
    ) -> Result<Option<Inner>, DropReason> {
        self.judge(arrival)?;
        if self.device.wire.is_some() {
            return self.open_frame(packet, arrival, highest, shared);
        }
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
        let read = header.read_any(&packet[range.clone()])?;
        if let Some(sequence) = read.sequence.filter(|_| header.sequence) {
            if !self.gre_order.take(sequence, arrival.now) {
                return Err(DropReason::ReplayDetected);
            }
        }
        let start = range.start + read.size;
        if read.protocol == gre::NHRP {
            return self.take_nhrp(&packet[start..range.end], arrival.now, shared);
        }
        read.check_inner(&packet[range.clone()])?;
        let size = inner_ip::stated_length(&packet[start..range.end]).ok_or(DropReason::PacketTruncated)?;
        let range = start..start + size;
        if !ecn::decapsulate(arrival.tos, &mut packet[range.clone()]) {
            return Err(DropReason::Congestion);
        }
        self.tell_returning(&packet[range.clone()], arrival.now, shared);
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
