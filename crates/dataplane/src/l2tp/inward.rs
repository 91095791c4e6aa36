//! From an SA of transport mode to the device of an L2TP server, or to the gateway.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

use esp::l2tp::{self, Held, Message, Refusal, PORT, UDP};
use esp::offload::Gathered;
use esp::{inner_ip, DropReason};

use super::{clear, destination, key, mss, source, Session};
use crate::ecn;
use crate::events::Event;
use crate::ingress::{Arrival, Child, IdHasher, Inner};
use crate::route::Route;
use crate::shared::Shared;

/// The gateway looks at no longer messages.
pub(super) const MESSAGE_MAX: usize = 4096;

/// By the number of the tunnel, and both IDs of ours.
#[derive(Default)]
pub struct Sessions(HashMap<(u64, u32), Arc<Session>, IdHasher>);

impl Sessions {
    pub fn install(&mut self, tunnel: u64, session: Arc<Session>) {
        self.0.insert((tunnel, session.key), session);
    }

    pub fn remove(&mut self, tunnel: u64, key: u32) {
        self.0.remove(&(tunnel, key));
    }

    pub fn remove_tunnel(&mut self, tunnel: u64) {
        self.0.retain(|&(of, _), _| of != tunnel);
    }
}

/// What has brought a message.
pub(super) enum Carrier<'a> {
    /// An SA of the peer that is called so.
    Sa(&'a str),
    /// Nothing that proves who has sent it.
    Clear(&'a Route),
}

impl Carrier<'_> {
    /// Does it bring what is of `session`?
    fn has(&self, session: &Session) -> bool {
        match (self, &session.route) {
            (Carrier::Sa(peer), None) => *session.peer == **peer,
            (Carrier::Clear(arrival), Some(route)) => clear::is_same(route, arrival),
            _ => false,
        }
    }
}

/// What a message came to.
pub(super) enum Taken<'a> {
    /// An IP packet of a session, at this place of the message.
    Packet(&'a Session, Range<usize>),
    /// It is for the gateway, as it is.
    Message,
    /// The frame at this place is for the gateway.
    Frame(&'a Session, Range<usize>),
}

impl Child {
    /// [`Self::open`] where ESP protects L2TP; [`Self::judge`] has been asked.
    pub(crate) fn open_l2tp(
        &mut self,
        packet: &mut [u8],
        arrival: &Arrival<'_>,
        sessions: &Sessions,
        gathered: &mut Gathered,
        shared: &Shared,
    ) -> Result<Option<Inner>, DropReason> {
        let highest = self.sa.highest_sequence();
        let size = self.sa.text_size(packet.len()).ok_or(DropReason::PacketTruncated)?;
        let target = gathered.place(self.spi_in, size).ok_or(DropReason::OutOfMemory)?;
        let opened = self.sa.open_transport_to(packet, target)?;
        self.account(arrival, highest, shared);
        let Some(payload) = opened else { return Ok(None) };
        self.count(payload.range.len(), shared);
        let text = &mut target[payload.range];
        let taken = match payload.next_header {
            UDP => self.take_l2tp(text, arrival, sessions, shared),
            _ => Err(Refusal::NotUdp),
        };
        let range = taken.map_err(|refusal| {
            self.device.l2tp.as_ref().inspect(|server| server.refuse(refusal, 1));
            refusal.reason()
        })?;
        let Some(range) = range else { return Ok(None) };
        if !ecn::decapsulate(arrival.tos, &mut text[range.clone()]) {
            return Err(DropReason::Congestion);
        }
        Ok(Some(Inner::Gathered(range)))
    }

    /// Take the UDP datagram `text`. Gives the place of the packet for the device in it; None: it is the gateway's.
    fn take_l2tp(
        &mut self,
        text: &mut [u8],
        arrival: &Arrival<'_>,
        sessions: &Sessions,
        shared: &Shared,
    ) -> Result<Option<Range<usize>>, Refusal> {
        let datagram = l2tp::read_udp(text)?;
        let (ours, theirs) = (datagram.destination_port, datagram.source_port);
        if ours != PORT || !self.selectors.accepts_ports(UDP, ours, theirs) {
            return Err(Refusal::Port);
        }
        let start = datagram.payload.start;
        let message = &text[datagram.payload];
        match take(message, self.tunnel, &Carrier::Sa(&self.peer), sessions)? {
            Taken::Packet(session, range) => {
                let range = start + range.start..start + range.end;
                let carried = &session.usage.carried;
                carried.carried_in.add(1, range.len() as u64);
                carried.touch_inbound(arrival.now);
                mss::clamp(&mut text[range.clone()], session.mtu.into());
                return Ok(Some(range));
            }
            Taken::Message => {
                self.permit_message(message.len(), arrival.now)?;
                self.tell_message(message.to_vec(), theirs, shared);
            }
            Taken::Frame(session, range) => {
                self.permit_message(range.len(), arrival.now)?;
                self.tell_message(session.message_of(&message[range]), theirs, shared);
            }
        }
        Ok(None)
    }

    /// Whoever dials in makes the gateway work no more than this.
    fn permit_message(&mut self, size: usize, now: u64) -> Result<(), Refusal> {
        if size > MESSAGE_MAX {
            return Err(Refusal::TooLong);
        }
        if !self.messages.take(now) {
            return Err(Refusal::TooMany);
        }
        Ok(())
    }

    fn tell_message(&self, payload: Vec<u8>, port: u16, shared: &Shared) {
        let mut route = self.route;
        route.local.set_port(PORT);
        route.remote.set_port(port);
        let (tunnel, peer) = (self.device.name.clone(), self.peer.clone());
        shared.events.push(Event::L2tpMessage { tunnel, payload, route, peer });
    }
}

/// Look at `message`, which `carrier` has brought.
pub(super) fn take<'a>(
    message: &[u8],
    tunnel: u64,
    carrier: &Carrier<'_>,
    sessions: &'a Sessions,
) -> Result<Taken<'a>, Refusal> {
    let Message::Data(data) = l2tp::read(message)? else { return Ok(Taken::Message) };
    let Some(session) = sessions.0.get(&(tunnel, key(data.tunnel_id, data.session_id))) else {
        return Ok(Taken::Message);
    };
    if !carrier.has(session) {
        return Err(Refusal::WrongCarrier);
    }
    if !session.usage.is_fresh(data.ns) {
        return Err(Refusal::StaleData);
    }
    let Range { start, end } = data.frame;
    let Held::Ip(version, header) = l2tp::read_frame(&message[start..end])? else {
        return Ok(Taken::Frame(session, start..end));
    };
    if session.networks.is_empty() {
        return Ok(Taken::Frame(session, start..end));
    }
    let ip = &message[start + header..end];
    let size = inner_ip::stated_length(ip).filter(|_| ip[0] >> 4 == version).ok_or(Refusal::Packet)?;
    // The device is one for all sessions, so what is for the link alone means nothing there.
    if version == 6 && is_for_link(destination(ip)) {
        return Ok(Taken::Frame(session, start..end));
    }
    let source = source(ip);
    if !session.networks.iter().any(|network| network.has(source)) {
        return Err(Refusal::SourceAddress);
    }
    let start = start + header;
    Ok(Taken::Packet(session, start..start + size))
}

/// An IPv6 address of the link alone: unicast, or multicast of that scope (RFC 4291 sections 2.5.6 and 2.7).
fn is_for_link(address: &[u8]) -> bool {
    match address {
        [0xFE, second, ..] => second & 0xC0 == 0x80,
        [0xFF, second, ..] => second & 0x0F <= 2,
        _ => false,
    }
}
