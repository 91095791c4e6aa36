//! GRE without IPsec (RFC 2784): whose a packet is that comes in the clear, and what becomes of it.
//!
//! Nothing proves who has sent it. It must have come from the tunnel's peer to our end of it, with the tunnel's key;
//! what has not is dropped and counted. A tunnel of many peers takes what comes to our end from those that it is told of.
//! Where it is to find its peers by itself it takes it from anybody: whoever is to be kept out of that needs IPsec.

use std::collections::{HashMap, HashSet};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::Arc;

use esp::gre::{self, Header, Order};
use esp::offload::{Coalescer, Packet};
use esp::{inner_ip, DropReason};

use super::{Arrival, IdHasher};
use crate::ecn;
use crate::events::Event;
use crate::multipoint::Crowd;
use crate::route::{Route, Socket};
use crate::shared::{Shared, TunnelDevice};
use crate::sys::{self, Piece, Receiver, Sender};

/// One tunnel, while it has both ends.
struct Tunnel {
    device: Arc<TunnelDevice>,
    route: Route,
    order: Order,
    /// Of a tunnel with many peers.
    crowd: Option<Crowd>,
    /// Who they are, if that is known beforehand.
    peers: Option<Peers>,
}

/// Addresses that packets of one tunnel may come from.
pub type Peers = HashSet<IpAddr>;

/// All that are connected.
pub struct Tunnels {
    /// By our address and the peer's, which is unspecified where there are many: those with different keys, by number.
    between: HashMap<(IpAddr, IpAddr), Vec<u32>, IdHasher>,
    tunnels: HashMap<u32, Tunnel, IdHasher>,
    coalescer: Coalescer,
    sender: Sender,
    /// Do the sockets for GRE wake the thread?
    pub is_listened_to: bool,
}

impl Default for Tunnels {
    fn default() -> Self {
        Tunnels {
            between: HashMap::default(),
            tunnels: HashMap::default(),
            coalescer: Coalescer::default(),
            sender: Sender::new(),
            is_listened_to: false,
        }
    }
}

impl Tunnels {
    /// Packets between the ends of `route` are taken; where its remote end is everywhere, those of `peers` alone, if they
    /// are known. What the tunnel was connected to before is so no longer.
    pub fn connect(&mut self, tunnel: u64, device: Arc<TunnelDevice>, route: Route, peers: Option<Peers>) {
        self.disconnect(tunnel);
        let (number, ends) = (tunnel as u32, (route.local.ip(), route.remote.ip()));
        let crowd = device.multipoint.as_ref().map(|_| Crowd::default());
        self.tunnels.insert(number, Tunnel { device, route, order: Order::default(), crowd, peers });
        self.between.entry(ends).or_default().push(number);
    }

    pub fn disconnect(&mut self, tunnel: u64) {
        let number = tunnel as u32;
        if let Some(Tunnel { route, .. }) = self.tunnels.remove(&number) {
            let ends = (route.local.ip(), route.remote.ip());
            if let Some(numbers) = self.between.get_mut(&ends) {
                numbers.retain(|&other| other != number);
                if numbers.is_empty() {
                    self.between.remove(&ends);
                }
            }
        }
    }

    /// Take `packet`, from its GRE header on; `offset` is its place in its receive buffer.
    pub fn take(&mut self, packet: &mut [u8], offset: usize, arrival: &Arrival<'_>, shared: &Shared) {
        let (local, remote) = (arrival.route.local.ip(), arrival.route.remote.ip());
        let of_peer = self.between.get(&(local, remote));
        let of_many = self.between.get(&(local, anybody(local)));
        let tunnels = &self.tunnels;
        let is_peer = |number: &&u32| tunnels.get(number).is_some_and(|one| one.has_peer(remote));
        let mut numbers = of_peer.into_iter().chain(of_many).flatten().filter(is_peer).peekable();
        let Some(&&first) = numbers.peek() else {
            shared.drops.unknown_gre.add(1);
            return;
        };
        let read = Header::of(packet);
        let key = read.map_or(None, |header| header.key);
        let has_key = |number: &&u32| tunnels.get(number).is_some_and(|one| one.key() == key);
        // Who has no tunnel with this key is told of by another one with the same peer.
        let number = numbers.find(has_key).copied().unwrap_or(first);
        let Some(tunnel) = self.tunnels.get_mut(&number) else { return };
        match read.and_then(|header| tunnel.open(header, packet, arrival, &mut self.sender, shared)) {
            Ok(Some(inner)) => {
                let range = offset + inner.start..offset + inner.end;
                let packet_of_it = Packet { slot: arrival.slot, range, spi: number };
                self.coalescer.add(packet_of_it, &packet[inner], tunnel.device.segments_udp);
            }
            Ok(None) => {}
            Err(reason) => tunnel.device.counters.inbound.drop(reason, 1),
        }
    }

    /// Write the packets of this batch to their devices.
    pub fn flush(&mut self, receiver: &Receiver) {
        let octets = |packet: &Packet| &receiver.data(packet.slot)[packet.range.clone()];
        self.coalescer.flush(octets, |packets, pieces| {
            let Some(tunnel) = packets.first().and_then(|first| self.tunnels.get(&first.spi)) else {
                return true;
            };
            tunnel.device.write(packets, pieces)
        });
    }
}

impl Tunnel {
    fn has_peer(&self, address: IpAddr) -> bool {
        self.peers.as_ref().is_none_or(|peers| peers.contains(&address))
    }

    fn key(&self) -> Option<u32> {
        self.device.gre.as_ref().and_then(|end| end.header.key)
    }

    /// Where the packet for the device lies in `packet`; None: it was of the tunnel itself.
    fn open(
        &mut self,
        header: Header,
        packet: &mut [u8],
        arrival: &Arrival<'_>,
        sender: &mut Sender,
        shared: &Shared,
    ) -> Result<Option<std::ops::Range<usize>>, DropReason> {
        let Some(end) = &self.device.gre else { return Err(DropReason::UnknownProtocol) };
        if header.key != end.header.key {
            return Err(DropReason::TsUnacceptable);
        }
        if let Some(crowd) = &mut self.crowd {
            return open_of_many(crowd, &self.device, header, packet, arrival, shared);
        }
        if header.protocol == gre::KEEPALIVE {
            shared.events.push(Event::KeepaliveReturned { tunnel: self.device.name.clone() });
            return Ok(None);
        }
        header.check_inner(packet)?;
        if let Some(sequence) = header.sequence.filter(|_| end.header.sequence) {
            if !self.order.take(sequence, arrival.now) {
                return Err(DropReason::ReplayDetected);
            }
        }
        let inner = &mut packet[header.size..];
        let size = inner_ip::stated_length(inner).ok_or(DropReason::PacketTruncated)?;
        let (local, remote) = (self.route.local.ip(), self.route.remote.ip());
        if let Some(returned) = gre::to_return(&inner[..size], local, remote) {
            self.send_back(returned, sender, shared);
            return Ok(None);
        }
        if !ecn::decapsulate(arrival.tos, &mut inner[..size]) {
            return Err(DropReason::Congestion);
        }
        Ok(Some(header.size..header.size + size))
    }

    /// The peer's keepalive is a packet from us to the peer, and goes where such packets go: not into the tunnel.
    fn send_back(&self, returned: &[u8], sender: &mut Sender, shared: &Shared) {
        let header = sys::Header { ttl: gre::TTL - 1, ..sys::Header::default() };
        let piece = Piece { range: 0..returned.len(), segment_size: 0, count: 1, header };
        let mut route = self.route;
        route.remote.set_port(0);
        let socket = shared.sockets.plain_gre(&route);
        let is_sent = |one: &Socket| sender.send(&one.fd, &route, returned, &[piece], false).is_ok();
        if !socket.is_some_and(is_sent) {
            shared.drops.send_failure.add(1);
        }
    }
}

/// [`Tunnel::open`] of a tunnel with many peers: there are no keepalives, and no order among packets of several.
fn open_of_many(
    crowd: &mut Crowd,
    device: &TunnelDevice,
    header: Header,
    packet: &mut [u8],
    arrival: &Arrival<'_>,
    shared: &Shared,
) -> Result<Option<std::ops::Range<usize>>, DropReason> {
    let peer = arrival.route.remote.ip();
    if header.protocol == gre::NHRP {
        crowd.take_nhrp(device, &packet[header.size..], peer, arrival.now, shared)?;
        return Ok(None);
    }
    header.check_inner(packet)?;
    let inner = &mut packet[header.size..];
    let size = inner_ip::stated_length(inner).ok_or(DropReason::PacketTruncated)?;
    let ip = &mut inner[..size];
    if !ecn::decapsulate(arrival.tos, ip) {
        return Err(DropReason::Congestion);
    }
    crowd.tell_returning(device, ip, peer, arrival.now, shared);
    Ok(Some(header.size..header.size + size))
}

/// Stands for every address of the IP version of `local`.
fn anybody(local: IpAddr) -> IpAddr {
    match local {
        IpAddr::V4(_) => Ipv4Addr::UNSPECIFIED.into(),
        IpAddr::V6(_) => Ipv6Addr::UNSPECIFIED.into(),
    }
}
