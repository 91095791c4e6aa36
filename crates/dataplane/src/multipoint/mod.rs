//! A tunnel of many peers: whom a packet goes to is found by its destination, as a routing table does.
//!
//! ```text
//!  TUN device --> next hop of the destination --> the SA of that peer --> wire
//!                                             \-> nobody knows it     --> event
//!  wire --> an SA of the device --> GRE --> NHRP                          --> event
//!                                       \-> IP --> TUN device
//!                                           \-> that comes back here      --> event: there is a shorter way
//! ```
//! Without IPsec there is no SA: who has a packet's source address is its sender, and to every address one may be sent.
//!
//! A peer is named by its NBMA address (RFC 2332 section 1), the one that its SAs end at, or its packets without IPsec.

mod inward;
mod outward;

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{PoisonError, RwLock};

pub use inward::{Crowd, Told};
pub use outward::Peers;

/// Where packets of a prefix go. `peer` None: nobody knows. `asks`: the gateway is told that they are sent so, for
/// there may be a better way.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Hop {
    pub peer: Option<IpAddr>,
    pub asks: bool,
}

/// Every next hop of a device. The longest prefix counts.
#[derive(Default)]
pub struct NextHops {
    by_prefix: HashMap<(bool, u8, u128), Hop>,
    /// The lengths of the prefixes that there are, of IPv4 and of IPv6, longest first.
    lengths: [Vec<u8>; 2],
    multicast: Vec<IpAddr>,
    /// Is the gateway told of packets that came out of the device and go back into it?
    tells_returning: bool,
}

impl NextHops {
    /// `multicast`: the peers that get a copy of each multicast packet.
    pub fn new(
        hops: impl IntoIterator<Item = (IpAddr, u8, Hop)>,
        multicast: Vec<IpAddr>,
        tells_returning: bool,
    ) -> Self {
        let mut table = NextHops { multicast, tells_returning, ..NextHops::default() };
        for (address, bits, hop) in hops {
            let bits = bits.min(size(address));
            table.by_prefix.insert(prefix(address, bits), hop);
            let lengths = &mut table.lengths[usize::from(address.is_ipv6())];
            if !lengths.contains(&bits) {
                lengths.push(bits);
            }
        }
        table.lengths.iter_mut().for_each(|lengths| lengths.sort_unstable_by(|a, b| b.cmp(a)));
        table
    }

    fn of(&self, destination: IpAddr) -> Hop {
        let lengths = &self.lengths[usize::from(destination.is_ipv6())];
        let found = lengths.iter().find_map(|&bits| self.by_prefix.get(&prefix(destination, bits)));
        found.copied().unwrap_or(Hop { peer: None, asks: true })
    }
}

/// The device's end of a tunnel of many peers.
#[derive(Default)]
pub struct Multipoint(RwLock<NextHops>);

impl Multipoint {
    pub fn set(&self, hops: NextHops) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = hops;
    }

    fn hop(&self, destination: IpAddr) -> Hop {
        self.0.read().unwrap_or_else(PoisonError::into_inner).of(destination)
    }

    fn multicast(&self) -> Vec<IpAddr> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).multicast.clone()
    }

    /// Does a packet for `destination` that `peer` has sent go back into the device, to somebody else?
    fn returns(&self, destination: IpAddr, peer: IpAddr) -> bool {
        let hops = self.0.read().unwrap_or_else(PoisonError::into_inner);
        hops.tells_returning && hops.of(destination).peer.is_some_and(|next| next != peer)
    }
}

fn size(address: IpAddr) -> u8 {
    if address.is_ipv4() {
        32
    } else {
        128
    }
}

/// IP version, length and first bits, in 128.
fn prefix(address: IpAddr, bits: u8) -> (bool, u8, u128) {
    let number = match address {
        IpAddr::V4(address) => u128::from(address.to_bits()) << 96,
        IpAddr::V6(address) => address.to_bits(),
    };
    let mask = u128::MAX.checked_shl(128 - u32::from(bits)).unwrap_or(0);
    (address.is_ipv6(), bits, number & mask)
}

/// The destination of a packet that has an IP header.
fn destination(ip: &[u8]) -> Option<IpAddr> {
    match ip.first()? >> 4 {
        4 => Some(IpAddr::from(<[u8; 4]>::try_from(ip.get(16..20)?).ok()?)),
        6 => Some(IpAddr::from(<[u8; 16]>::try_from(ip.get(24..40)?).ok()?)),
        _ => None,
    }
}

/// Is a packet for this address for everybody?
fn is_for_many(destination: IpAddr) -> bool {
    match destination {
        IpAddr::V4(address) => address.is_multicast() || address.is_broadcast(),
        IpAddr::V6(address) => address.is_multicast(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    fn to(peer: &str) -> Hop {
        Hop { peer: Some(ip(peer)), asks: false }
    }

    #[test]
    fn the_longest_prefix_counts_and_versions_stay_apart() {
        let hops = NextHops::new(
            [
                (ip("10.0.0.0"), 8, to("192.0.2.1")),
                (ip("10.2.0.0"), 16, to("192.0.2.2")),
                (ip("10.2.3.4"), 32, to("192.0.2.3")),
                (ip("::"), 0, to("192.0.2.6")),
            ],
            vec![],
            false,
        );
        for (destination, peer) in [
            ("10.1.0.1", "192.0.2.1"),
            ("10.2.3.5", "192.0.2.2"),
            ("10.2.3.4", "192.0.2.3"),
            ("2001:db8::1", "192.0.2.6"),
        ] {
            assert_eq!(hops.of(ip(destination)), to(peer), "{destination}");
        }
        assert_eq!(hops.of(ip("11.0.0.1")), Hop { peer: None, asks: true }, "nobody knows");
    }

    #[test]
    fn the_default_route_of_ipv4_is_none_of_ipv6() {
        let hops = NextHops::new([(ip("0.0.0.0"), 0, to("192.0.2.1"))], vec![], false);
        assert_eq!(hops.of(ip("203.0.113.1")), to("192.0.2.1"));
        assert_eq!(hops.of(ip("2001:db8::1")).peer, None);
    }

    #[test]
    fn only_what_goes_to_somebody_else_comes_back() {
        let end = Multipoint::default();
        let hops =
            |tells| NextHops::new([(ip("10.2.0.0"), 16, to("192.0.2.2"))], vec![ip("192.0.2.2")], tells);
        end.set(hops(false));
        assert!(!end.returns(ip("10.2.0.1"), ip("192.0.2.1")), "nobody asked for it");
        end.set(hops(true));
        assert!(end.returns(ip("10.2.0.1"), ip("192.0.2.1")));
        assert!(!end.returns(ip("10.2.0.1"), ip("192.0.2.2")), "whose it is");
        assert!(!end.returns(ip("10.9.0.1"), ip("192.0.2.1")), "for this host, or behind it");
        assert_eq!(end.multicast(), [ip("192.0.2.2")]);
    }

    #[test]
    fn a_packet_that_is_cut_has_no_destination() {
        let mut v4 = vec![0x45; 20];
        v4[16..20].copy_from_slice(&[224, 0, 0, 5]);
        assert!(destination(&v4).is_some_and(is_for_many));
        assert_eq!(destination(&v4[..19]), None);
        assert_eq!(destination(&[0x60; 39]), None);
        assert_eq!(destination(&[]), None);
        assert!(
            is_for_many(ip("255.255.255.255")) && is_for_many(ip("ff02::5")) && !is_for_many(ip("10.0.0.1"))
        );
    }
}
