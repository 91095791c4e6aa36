//! L2TP without IPsec: an L2TP server's own sockets for UDP port 1701, where the configuration wants no protection.
//!
//! A session here belongs to the peer's address and port, at the address of ours that the peer has dialed.

use std::hash::{BuildHasher, RandomState};
use std::io;
use std::net::IpAddr;
use std::ops::Range;
use std::sync::Arc;

use esp::l2tp::{control_tunnel, Refusal, PORT, UDP_HEADER};
use esp::offload::SuperPacket;
use esp::DropReason;

use super::inward::{take, Carrier, Sessions, Taken, MESSAGE_MAX};
use super::{mss, Session};
use crate::batch::refuses_segments;
use crate::bucket::Bucket;
use crate::ecn;
use crate::events::Event;
use crate::ingress::Arrival;
use crate::route::{Route, Socket};
use crate::shared::{Shared, TunnelDevice};
use crate::sys::{Header, Piece, Sender};

/// Whoever has no tunnel yet shares these with those whose addresses fall into the same place, so that one that floods
/// takes away from few. So many at once, and a second.
const PLACES: usize = 256;
const STRANGERS: (u64, u64) = (20, 10);
/// And so many all of them, and those who have tunnels.
const ALL_STRANGERS: (u64, u64) = (500, 500);
const ACQUAINTANCES: (u64, u64) = (2000, 1000);
/// UDP_SEGMENT takes as much as one datagram over IPv4 may hold, and so many segments.
const SEGMENTED_SIZE_MAX: usize = 65_507;
const SEGMENTS_MAX: usize = 64;

/// What the ingress thread has of a server without IPsec.
pub struct Listener {
    pub tunnel: u64,
    pub device: Arc<TunnelDevice>,
    strangers: Vec<Bucket>,
    all_strangers: Bucket,
    acquaintances: Bucket,
    hasher: RandomState,
}

impl Listener {
    pub fn new(tunnel: u64, device: Arc<TunnelDevice>) -> Self {
        let bucket = |(burst, a_second)| Bucket::new(burst, a_second);
        Listener {
            tunnel,
            device,
            strangers: (0..PLACES).map(|_| bucket(STRANGERS)).collect(),
            all_strangers: bucket(ALL_STRANGERS),
            acquaintances: bucket(ACQUAINTANCES),
            hasher: RandomState::new(),
        }
    }

    /// The sockets, in the order of their numbers.
    pub fn sockets(&self) -> &[Socket] {
        self.device.l2tp.as_ref().map_or(&[], |server| &server.sockets)
    }

    /// Take one datagram. Gives the place of the packet for the device in it; None: it is the gateway's, or nobody's.
    pub fn take(
        &mut self,
        message: &mut [u8],
        arrival: &Arrival<'_>,
        sessions: &Sessions,
        shared: &Shared,
    ) -> Option<Range<usize>> {
        match self.judge(message, arrival, sessions, shared) {
            Ok(taken) => taken,
            Err((refusal, reason)) => {
                if let Some(refusal) = refusal {
                    self.device.l2tp.as_ref().inspect(|server| server.refuse(refusal, 1));
                }
                self.device.counters.inbound.drop(reason, 1);
                None
            }
        }
    }

    fn judge(
        &mut self,
        message: &mut [u8],
        arrival: &Arrival<'_>,
        sessions: &Sessions,
        shared: &Shared,
    ) -> Result<Option<Range<usize>>, (Option<Refusal>, DropReason)> {
        let named = |refusal: Refusal| (Some(refusal), refusal.reason());
        let carrier = Carrier::Clear(&arrival.route);
        let told = match take(message, self.tunnel, &carrier, sessions).map_err(named)? {
            Taken::Packet(session, range) => {
                let carried = &session.usage.carried;
                carried.carried_in.add(1, range.len() as u64);
                carried.touch_inbound(arrival.now);
                let packet = &mut message[range.clone()];
                mss::clamp(packet, session.mtu.into());
                if !ecn::decapsulate(arrival.tos, packet) {
                    return Err((None, DropReason::Congestion));
                }
                return Ok(Some(range));
            }
            Taken::Message => message.to_vec(),
            Taken::Frame(session, range) => session.message_of(&message[range]),
        };
        self.permit(&told, arrival).map_err(named)?;
        let tunnel = self.device.name.clone();
        shared.events.push(Event::L2tpMessage {
            tunnel,
            payload: told,
            route: arrival.route,
            peer: "".into(),
        });
        Ok(None)
    }

    /// Whoever dials in, or only seems to, makes the gateway work no more than this.
    fn permit(&mut self, message: &[u8], arrival: &Arrival<'_>) -> Result<(), Refusal> {
        if message.len() > MESSAGE_MAX {
            return Err(Refusal::TooLong);
        }
        let now = arrival.now;
        let is_permitted = if control_tunnel(message) == Some(0) {
            let place = self.hasher.hash_one(arrival.route.remote.ip()) as usize % PLACES;
            self.strangers[place].take(now) && self.all_strangers.take(now)
        } else {
            self.acquaintances.take(now)
        };
        is_permitted.then_some(()).ok_or(Refusal::TooMany)
    }
}

/// Packets of one session on their way to one send call. The egress thread has one for each server.
#[derive(Default)]
pub struct Outlet {
    buffer: Vec<u8>,
    pieces: Vec<Piece>,
    sender: Option<Sender>,
}

impl Outlet {
    /// Send `packet` by `session`, which goes along `route`. The error: so many of its packets were not sent.
    pub fn send(
        &mut self,
        sockets: &[Socket],
        route: &Route,
        session: &Session,
        packet: &SuperPacket<'_>,
    ) -> Result<(), u64> {
        self.write(session, packet);
        self.transmit(sockets, route)
    }

    /// Send a message as it is.
    pub fn send_message(&mut self, sockets: &[Socket], route: &Route, message: &[u8]) -> Result<(), u64> {
        self.buffer.clear();
        self.buffer.extend_from_slice(message);
        self.pieces.clear();
        let header = Header::default();
        self.pieces.push(Piece { range: 0..message.len(), segment_size: 0, count: 1, header });
        self.transmit(sockets, route)
    }

    /// Put the payloads of UDP one behind the other into the buffer, and cut it.
    fn write(&mut self, session: &Session, packet: &SuperPacket<'_>) {
        self.pieces.clear();
        // Before the first one there is room for a UDP header, too, which the kernel writes.
        self.buffer.resize(UDP_HEADER, 0);
        let header_size = session.header.size();
        let tos = tos_of(packet.packet());
        for index in 0..packet.count() {
            let start = self.buffer.len() - UDP_HEADER;
            self.buffer.resize(start + header_size + packet.size(index), 0);
            let datagram = &mut self.buffer[start..];
            packet.write(index, &mut datagram[header_size..]);
            let mut before = [0; UDP_HEADER];
            before.copy_from_slice(&datagram[..UDP_HEADER]);
            session.wrap(datagram);
            datagram[..UDP_HEADER].copy_from_slice(&before);
            self.add(start + UDP_HEADER..self.buffer.len(), tos);
        }
    }

    fn add(&mut self, range: Range<usize>, tos: u8) {
        let size = range.len();
        if let Some(last) = self.pieces.last_mut() {
            let segment = if last.segment_size == 0 { last.range.len() } else { last.segment_size.into() };
            let is_whole = last.range.len() == segment * last.count;
            let fits = last.count < SEGMENTS_MAX && range.end - last.range.start <= SEGMENTED_SIZE_MAX;
            if is_whole && size <= segment && fits {
                last.segment_size = segment as u16;
                last.count += 1;
                last.range.end = range.end;
                return;
            }
        }
        let header = Header { tos, ..Header::default() };
        self.pieces.push(Piece { range, segment_size: 0, count: 1, header });
    }

    /// The error: so many packets were not sent.
    fn transmit(&mut self, sockets: &[Socket], route: &Route) -> Result<(), u64> {
        let total: usize = self.pieces.iter().map(|piece| piece.count).sum();
        let Some(socket) = sockets.iter().find(|socket| socket.is_v6 == route.remote.is_ipv6()) else {
            return Err(total as u64);
        };
        let sender = self.sender.get_or_insert_with(Sender::new);
        let (mut sent, mut next) = (0, 0);
        while next < self.pieces.len() {
            match sender.send(&socket.fd, route, &self.buffer, &self.pieces[next..], true) {
                Ok(count) => {
                    sent += self.pieces[next..next + count].iter().map(|piece| piece.count).sum::<usize>();
                    next += count;
                }
                Err(error) if self.pieces[next].segment_size != 0 && refuses_segments(&error) => {
                    let single = apart(&self.pieces[next]);
                    self.pieces.splice(next..=next, single);
                }
                Err(_) => next += 1,
            }
        }
        if sent < total {
            return Err((total - sent) as u64);
        }
        Ok(())
    }
}

/// The datagrams of a piece, each by itself.
fn apart(piece: &Piece) -> Vec<Piece> {
    let (size, Range { start, end }) = (usize::from(piece.segment_size), piece.range.clone());
    let single = |start: usize| Piece {
        range: start..(start + size).min(end),
        segment_size: 0,
        count: 1,
        header: piece.header,
    };
    (start..end).step_by(size).map(single).collect()
}

/// The TOS octet or traffic class of an IP packet.
fn tos_of(ip: &[u8]) -> u8 {
    if ip[0] >> 4 == 4 {
        ip[1]
    } else {
        ip[0] << 4 | ip[1] >> 4
    }
}

/// Open UDP port 1701 of the families of `like`.
pub fn open(like: &[Socket]) -> io::Result<Vec<Socket>> {
    let has = |is_v6| like.iter().any(|socket| socket.is_v6 == is_v6);
    [false, true].into_iter().filter(|&is_v6| has(is_v6)).map(|is_v6| Socket::l2tp(is_v6, PORT)).collect()
}

/// Is the message from where the session is?
pub fn is_same(session: &Route, arrival: &Route) -> bool {
    let ends = |route: &Route| -> (IpAddr, IpAddr, u16) {
        (route.local.ip(), route.remote.ip(), route.remote.port())
    };
    ends(session) == ends(arrival)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sizes(outlet: &Outlet) -> Vec<(Range<usize>, u16, usize)> {
        outlet.pieces.iter().map(|piece| (piece.range.clone(), piece.segment_size, piece.count)).collect()
    }

    #[test]
    fn datagrams_of_one_size_go_together_and_the_last_may_be_shorter() {
        let mut outlet = Outlet::default();
        for range in [8..108, 108..208, 208..258, 258..358] {
            outlet.add(range, 0);
        }
        assert_eq!(sizes(&outlet), [(8..258, 100, 3), (258..358, 0, 1)]);
        let single: Vec<_> = apart(&outlet.pieces[0]).into_iter().map(|piece| piece.range).collect();
        assert_eq!(single, [8..108, 108..208, 208..258]);
    }

    #[test]
    fn no_more_go_together_than_the_kernel_takes() {
        let mut outlet = Outlet::default();
        (0..100).for_each(|number| outlet.add(number * 1400..(number + 1) * 1400, 0));
        assert!(sizes(&outlet)
            .iter()
            .all(|(range, _, count)| range.len() <= SEGMENTED_SIZE_MAX && *count <= 64));
        assert_eq!(outlet.pieces.iter().map(|piece| piece.count).sum::<usize>(), 100);
    }

    #[test]
    fn a_session_is_at_both_addresses_and_the_peers_port() {
        let route = |local: &str, remote: &str| Route {
            local: local.parse().unwrap(),
            remote: remote.parse().unwrap(),
            interface: 0,
        };
        let session = route("192.0.2.1:1701", "198.51.100.7:40001");
        assert!(is_same(&session, &Route { interface: 3, ..session }));
        for other in ["198.51.100.7:40002", "198.51.100.8:40001"] {
            assert!(!is_same(&session, &route("192.0.2.1:1701", other)));
        }
        assert!(!is_same(&session, &route("192.0.2.2:1701", "198.51.100.7:40001")));
    }
}
