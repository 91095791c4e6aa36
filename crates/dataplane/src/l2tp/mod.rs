//! An L2TP server's sessions (RFC 2661): packets of those who dial in, under SAs of transport mode (RFC 3193).
//!
//! ```text
//!  ESP --> UDP 1701 --> control, and what has no session here            --> events
//!                   \-> session --> PPP --> IP from the session's address --> TUN device
//!                                       \-> other protocols              --> events
//!  TUN device --> session of the destination --> PPP, L2TP, UDP --> the SA of its peer that sends
//! ```
//! Without IPsec UDP's socket stands in the place of ESP.
//!
//! A session belongs to a peer, whichever SA carries it at the time; an SA says by a name whose it is.

mod clear;
mod inward;
mod mss;
mod outward;

use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use std::sync::Arc;

use esp::l2tp::{short_message, Header, Refusal};

use crate::counters::{ChildUse, SharedCounter};
use crate::route::{Route, Socket};
pub use clear::{open, Listener, Outlet};
pub use inward::Sessions as InwardSessions;
pub use outward::Sessions as OutwardSessions;

/// An L2TP server's end of its tunnel.
#[derive(Default)]
pub struct Server {
    refused: [SharedCounter; Refusal::ALL.len()],
    /// Where it listens, if IPsec does not protect it; else none, and SAs bring all.
    pub sockets: Vec<Socket>,
}

impl Server {
    /// One that listens by itself.
    pub fn in_the_clear(sockets: Vec<Socket>) -> Self {
        Server { sockets, ..Server::default() }
    }

    /// Does no IPsec protect it?
    pub fn is_open(&self) -> bool {
        !self.sockets.is_empty()
    }

    pub fn refuse(&self, refusal: Refusal, count: u64) {
        self.refused[refusal as usize].add(count);
    }

    pub fn refused(&self, refusal: Refusal) -> u64 {
        self.refused[refusal as usize].get()
    }
}

/// Addresses of a session: one of IPv4, one of IPv6, or 2^64 of IPv6.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Network {
    is_v6: bool,
    bits: u8,
    /// The first one, as a number.
    address: u128,
}

impl Network {
    /// None: there is no such network here.
    pub fn new(address: &[u8], bits: u8) -> Option<Self> {
        match (address.len(), bits) {
            (4, 32) => Some(Network::v4(address)),
            (16, 64 | 128) => Some(Network::v6(address, bits)),
            _ => None,
        }
    }

    fn v4(address: &[u8]) -> Self {
        Network { is_v6: false, bits: 32, address: number(address) }
    }

    fn v6(address: &[u8], bits: u8) -> Self {
        Network { is_v6: true, bits, address: number(address) >> (128 - bits) << (128 - bits) }
    }

    /// Is `address`, of 4 or 16 octets, one of them?
    fn has(&self, address: &[u8]) -> bool {
        Network::new(address, self.bits) == Some(*self)
    }
}

fn number(octets: &[u8]) -> u128 {
    octets.iter().fold(0, |number, &octet| number << 8 | u128::from(octet))
}

/// The source of a packet that has an IP header.
fn source(ip: &[u8]) -> &[u8] {
    if ip[0] >> 4 == 4 {
        &ip[12..16]
    } else {
        &ip[8..24]
    }
}

/// The destination of a packet that has an IP header.
fn destination(ip: &[u8]) -> &[u8] {
    if ip[0] >> 4 == 4 {
        &ip[16..20]
    } else {
        &ip[24..40]
    }
}

/// A session as the gateway describes it.
pub struct Session {
    /// By our IDs, of tunnel and session.
    pub key: u32,
    pub peer: Arc<str>,
    pub networks: Box<[Network]>,
    /// Of what is sent.
    pub header: Header,
    /// Octets of the longest packet for the peer.
    pub mtu: u16,
    pub usage: Arc<Usage>,
    /// Where it goes without IPsec; None: by the SAs of its peer.
    pub route: Option<Route>,
}

impl Session {
    /// A data message for the gateway, of this session, that holds `frame`.
    fn message_of(&self, frame: &[u8]) -> Vec<u8> {
        short_message((self.key >> 16) as u16, self.key as u16, frame)
    }
}

/// A session without what it has carried.
pub struct Described {
    pub key: u32,
    pub peer: Arc<str>,
    pub networks: Box<[Network]>,
    pub header: Header,
    pub mtu: u16,
    pub route: Option<Route>,
}

/// Both IDs of ours in one.
pub fn key(tunnel_id: u16, session_id: u16) -> u32 {
    u32::from(tunnel_id) << 16 | u32::from(session_id)
}

/// What a session has carried, and its sequence numbers. Egress owns what is outbound, ingress the rest; it outlives
/// a description of the session that is replaced by another.
#[derive(Default)]
pub struct Usage {
    /// Of IP packets.
    pub carried: ChildUse,
    next: AtomicU32,
    expected: AtomicU32,
}

impl Usage {
    /// The number of our next data message.
    pub fn next(&self) -> u16 {
        self.next.fetch_add(1, Relaxed) as u16
    }

    /// Is a data message none that was overtaken or came before (RFC 2661 section 5.4)? What is lost is lost.
    fn is_fresh(&self, ns: Option<u16>) -> bool {
        let Some(ns) = ns else { return true };
        if (ns.wrapping_sub(self.expected.load(Relaxed) as u16) as i16) < 0 {
            return false;
        }
        self.expected.store(ns.wrapping_add(1).into(), Relaxed);
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_has_its_addresses_and_no_others() {
        let one = Network::new(&[10, 0, 0, 1], 32).unwrap();
        assert!(one.has(&[10, 0, 0, 1]) && !one.has(&[10, 0, 0, 2]));
        let many = Network::new(&[0x20; 16], 64).unwrap();
        let mut other = [0x20; 16];
        other[8..].fill(0xFF);
        assert!(many.has(&other));
        other[7] = 0;
        assert!(!many.has(&other));
        let v6 = Network::new(&[0x20; 16], 128).unwrap();
        assert!(v6.has(&[0x20; 16]) && !v6.has(&other) && !v6.has(&[0x20; 4]));
        for (size, bits) in [(4, 24), (4, 64), (16, 32), (16, 129), (0, 0), (5, 32)] {
            assert_eq!(Network::new(&[1; 16][..size], bits), None);
        }
    }

    #[test]
    fn what_was_overtaken_is_stale_and_numbers_turn_over() {
        let usage = Usage::default();
        let fresh = |ns| usage.is_fresh(Some(ns));
        assert!(fresh(0) && !fresh(0) && fresh(5) && !fresh(3) && fresh(6));
        assert!(fresh(30_000) && fresh(60_000) && fresh(65_535) && fresh(0) && !fresh(65_535));
        assert!(usage.is_fresh(None), "one without a number is always fresh");
        usage.next.store(65_535, Relaxed);
        assert_eq!((usage.next(), usage.next()), (65_535, 0));
    }
}
