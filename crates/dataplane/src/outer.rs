//! Outer packets with a header of our own making: where AH covers it, and where a packet goes in fragments of a size
//! that the kernel does not know.

use std::io;
use std::net::{IpAddr, Ipv4Addr};
use std::os::fd::OwnedFd;

use esp::fragmenting::split;
use esp::offload::{finish, pseudo_header, sum};
use esp::DropReason;

use crate::route::Route;
use crate::sys::{self, Header, Piece, Sender};

pub const ESP: u8 = 50;
const AH: u8 = 51;
pub const UDP: u8 = 17;
pub const IPV4_HEADER: usize = 20;
pub const IPV6_HEADER: usize = 40;
pub const UDP_HEADER: usize = 8;
/// In the seventh octet of an IPv4 header.
pub const DONT_FRAGMENT: u8 = 0x40;
/// The number of IPv6's hop-by-hop options header.
pub const HOP_BY_HOP: u8 = 0;
/// Of packets whose header says nothing of it (RFC 1700), where the host does not say it either.
pub const DEFAULT_TTL: u8 = 64;

/// The IP header and `options` (IPv4's, or the hop-by-hop header) of a packet along `route`, in front of `size` octets
/// of `protocol`. IPv4's checksum is left to the kernel.
pub fn front(
    route: &Route,
    header: Header,
    options: &[u8],
    size: usize,
    protocol: u8,
    identification: u16,
) -> Result<Vec<u8>, DropReason> {
    let mut front = Vec::with_capacity(IPV6_HEADER + options.len());
    match (route.local.ip(), route.remote.ip()) {
        (IpAddr::V4(source), IpAddr::V4(destination)) => {
            let length = IPV4_HEADER + options.len() + size;
            let length = u16::try_from(length).map_err(|_| DropReason::TooLarge)?;
            let mut basic = ipv4_header((source, destination), header, length, protocol, identification);
            basic[0] += (options.len() / 4) as u8;
            front.extend_from_slice(&basic);
        }
        (IpAddr::V6(source), IpAddr::V6(destination)) => {
            let length = u16::try_from(options.len() + size).map_err(|_| DropReason::TooLarge)?;
            front.extend_from_slice(&[0x60 | header.tos >> 4, header.tos << 4, 0, 0]);
            front.extend_from_slice(&length.to_be_bytes());
            front
                .extend_from_slice(&[if options.is_empty() { protocol } else { HOP_BY_HOP }, ttl_of(header)]);
            front.extend_from_slice(&source.octets());
            front.extend_from_slice(&destination.octets());
        }
        _ => return Err(DropReason::MiscError),
    }
    let at = front.len();
    front.extend_from_slice(options);
    if front[0] >> 4 == 6 && !options.is_empty() {
        front[at] = protocol;
    }
    Ok(front)
}

/// An IPv4 header without options, of a packet of `length` octets. Its checksum is left to the kernel.
pub fn ipv4_header(
    (source, destination): (Ipv4Addr, Ipv4Addr),
    header: Header,
    length: u16,
    protocol: u8,
    identification: u16,
) -> [u8; IPV4_HEADER] {
    let mut octets = [0; IPV4_HEADER];
    octets[..2].copy_from_slice(&[0x45, header.tos]);
    octets[2..4].copy_from_slice(&length.to_be_bytes());
    // The kernel chooses another one for 0.
    octets[4..6].copy_from_slice(&identification.max(1).to_be_bytes());
    octets[6] = if header.dont_fragment { DONT_FRAGMENT } else { 0 };
    octets[8..10].copy_from_slice(&[ttl_of(header), protocol]);
    octets[12..16].copy_from_slice(&source.octets());
    octets[16..].copy_from_slice(&destination.octets());
    octets
}

fn ttl_of(header: Header) -> u8 {
    if header.ttl == 0 {
        DEFAULT_TTL
    } else {
        header.ttl
    }
}

/// `payload` behind a UDP header with the ports of `route`.
pub fn datagram(route: &Route, payload: &[u8]) -> Vec<u8> {
    let size = UDP_HEADER + payload.len();
    let mut datagram = Vec::with_capacity(size);
    datagram.extend_from_slice(&udp_header(route, size as u16));
    datagram.extend_from_slice(payload);
    let ends = sum_of(route.local.ip()) + sum_of(route.remote.ip());
    let checksum = finish(sum(&datagram, ends + pseudo_header(&[], UDP, size)));
    // Zero would say that there is no checksum (RFC 768).
    datagram[6..8].copy_from_slice(if checksum == [0, 0] { &[0xFF, 0xFF] } else { &checksum });
    datagram
}

/// A UDP header with the ports of `route`, of a datagram of `size` octets, without a checksum.
pub fn udp_header(route: &Route, size: u16) -> [u8; UDP_HEADER] {
    let mut octets = [0; UDP_HEADER];
    octets[..2].copy_from_slice(&route.local.port().to_be_bytes());
    octets[2..4].copy_from_slice(&route.remote.port().to_be_bytes());
    octets[4..6].copy_from_slice(&size.to_be_bytes());
    octets
}

/// Part of the pseudo header's sum.
pub fn sum_of(address: IpAddr) -> u64 {
    match address {
        IpAddr::V4(address) => sum(&address.octets(), 0),
        IpAddr::V6(address) => sum(&address.octets(), 0),
    }
}

/// Sockets for packets in fragments. The kernel fragments what a device does not take; what the way behind it takes,
/// the kernel would believe whoever says something of it.
pub struct Fragments {
    /// None: the host has no such family.
    v4: Option<OwnedFd>,
    v6: Option<OwnedFd>,
}

impl Fragments {
    /// The error is that of permissions; a family that the host does not have is left out.
    pub fn new() -> io::Result<Self> {
        let open = |is_v6| match sys::header_socket(is_v6) {
            Err(error) if error.kind() == io::ErrorKind::PermissionDenied => Err(error),
            opened => Ok(opened.ok()),
        };
        Ok(Fragments { v4: open(false)?, v6: open(true)? })
    }

    /// Send the IP packet `packet`, which over IPv4 must not have DF, along `route` in fragments as `cutting` says.
    /// [`DropReason::TooLarge`]: the device takes even less, or the kernel cannot do it; nothing was sent.
    pub fn send(
        &self,
        sender: &mut Sender,
        route: &Route,
        packet: &[u8],
        cutting: &Cutting,
    ) -> Result<(), DropReason> {
        let is_v4 = packet[0] >> 4 == 4;
        let socket = if is_v4 { &self.v4 } else { &self.v6 };
        let socket = socket.as_ref().ok_or(DropReason::MiscError)?;
        let protocol = if is_v4 { packet[9] } else { packet[6] };
        // The rules for ESP are there wherever there are some for what carries it, or for IKE.
        let header = Header { counts_as: if protocol == AH { AH } else { ESP }, ..Header::default() };
        let (mut buffer, mut pieces) = (Vec::with_capacity(packet.len() * 2), Vec::new());
        split(packet, cutting.mtu, cutting.identification, |fragment| {
            let range = buffer.len()..buffer.len() + fragment.len();
            buffer.extend_from_slice(fragment);
            pieces.push(Piece { range, segment_size: 0, count: 1, header });
        })?;
        let mut route = *route;
        // The port of a raw IPv6 socket is the protocol.
        route.remote.set_port(header.counts_as.into());
        let mut sent = 0;
        while sent < pieces.len() {
            let result = sender.send(socket, &route, &buffer, &pieces[sent..], cutting.may_wait);
            match result.map_err(|error| error.raw_os_error()) {
                Ok(count) => sent += count,
                Err(Some(libc::EINVAL)) if cutting.by_any_rule && pieces[sent].header.counts_as != 0 => {
                    pieces.iter_mut().for_each(|piece| piece.header.counts_as = 0);
                    route.remote.set_port(0);
                }
                Err(Some(libc::EINVAL | libc::EMSGSIZE)) => return Err(DropReason::TooLarge),
                Err(_) => return Err(DropReason::MiscError),
            }
        }
        Ok(())
    }
}

/// How a packet goes in fragments.
pub struct Cutting {
    /// Octets of the largest.
    pub mtu: usize,
    /// Names them over IPv6; over IPv4 the packet's own does.
    pub identification: u32,
    /// Also where the kernel cannot be told the protocol (before Linux 6.4), so that rules of the host which lead
    /// packets for the peer into a tunnel, and what carries it past it, do not know the one from the other.
    pub by_any_rule: bool,
    pub may_wait: bool,
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::SocketAddr;

    fn route(local: &str, remote: &str) -> Route {
        let address = |text: &str, port| SocketAddr::new(text.parse().unwrap(), port);
        Route { local: address(local, 4500), remote: address(remote, 1024), interface: 0 }
    }

    #[test]
    fn a_header_says_what_it_is_told_to() {
        let header = Header { tos: 0xB9, ttl: 7, dont_fragment: true, ..Header::default() };
        let options = [1, 1, 1, 0];
        let v4 = front(&route("192.0.2.1", "192.0.2.2"), header, &options, 100, ESP, 0x1234).unwrap();
        assert_eq!(v4[..12], [0x46, 0xB9, 0, 124, 0x12, 0x34, 0x40, 0, 7, ESP, 0, 0]);
        assert_eq!(v4[12..], [192, 0, 2, 1, 192, 0, 2, 2, 1, 1, 1, 0]);
        let v6 = front(&route("fd00::1", "fd00::2"), header, &[], 100, UDP, 0).unwrap();
        assert_eq!(v6[..8], [0x6B, 0x90, 0, 0, 0, 100, UDP, 7]);
        let hops = [0; 8];
        let v6 = front(&route("fd00::1", "fd00::2"), Header::default(), &hops, 100, ESP, 0).unwrap();
        assert_eq!((&v6[4..8], v6[40]), (&[0, 108, HOP_BY_HOP, DEFAULT_TTL][..], ESP));
        assert!(front(&route("fd00::1", "192.0.2.2"), header, &[], 1, ESP, 0).is_err());
        assert!(front(&route("fd00::1", "fd00::2"), header, &[], 65_536, ESP, 0).is_err());
    }

    #[test]
    fn a_datagram_has_the_checksum_that_its_receiver_looks_for() {
        for (local, remote) in [("192.0.2.1", "192.0.2.2"), ("fd00::1", "fd00::2")] {
            let route = route(local, remote);
            for size in [0, 1, 1000] {
                let datagram = datagram(&route, &vec![size as u8; size]);
                assert_eq!(datagram[..6], [0x11, 0x94, 4, 0, ((size + 8) >> 8) as u8, (size + 8) as u8]);
                let ends = sum_of(route.local.ip()) + sum_of(route.remote.ip());
                assert_eq!(finish(sum(&datagram, ends + pseudo_header(&[], UDP, datagram.len()))), [0, 0]);
            }
        }
    }
}
