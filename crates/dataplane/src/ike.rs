//! IKE's datagrams on their way out. Over IPv6 no router makes fragments of what its link does not take, so that they are
//! made here: of what RFC 7383 has not made small enough, because the peer does not know it.

use std::collections::hash_map::DefaultHasher;
use std::collections::VecDeque;
use std::hash::{Hash, Hasher};

use crate::outer::{self, Cutting, IPV6_HEADER, UDP, UDP_HEADER};
use crate::route::{Route, Socket};
use crate::shared::Shared;
use crate::sizes::IPV6_MTU_MIN;
use crate::sys::{Header, Piece, Sender};

/// Octets of a packet that most links take; larger ones have fragments in any case.
const USUAL_MTU: usize = 1500;
/// So many are remembered that went whole.
const WHOLE_MAX: usize = 64;

/// Who sends for the gateway, other than packets of a tunnel.
pub struct Speaker {
    sender: Sender,
    /// Datagrams that went whole and may have been too large, by their hash.
    whole: VecDeque<u64>,
}

impl Speaker {
    pub fn new() -> Self {
        Speaker { sender: Sender::new(), whole: VecDeque::new() }
    }

    /// Send `datagram` from `route.local` by `socket`. Was it sent?
    pub fn send(&mut self, socket: &Socket, route: &Route, datagram: &[u8], shared: &Shared) -> bool {
        let in_fragments = route.remote.is_ipv6() && self.wants_fragments(route, datagram);
        if in_fragments && self.send_in_fragments(route, datagram, shared) {
            return true;
        }
        let piece = Piece { range: 0..datagram.len(), segment_size: 0, count: 1, header: Header::default() };
        let send = || self.sender.send(&socket.fd, route, datagram, &[piece], false).is_ok();
        // RFC 7296 section 2: a message that is too large goes in fragments.
        socket.with_dont_fragment(false, send)
    }

    /// What a usual link takes goes whole: there are those who let no fragments pass. What IKE then repeats has not been
    /// answered; perhaps the way takes less, and it goes in fragments that every link takes, and so on in turn. Nobody
    /// need be believed about the way.
    fn wants_fragments(&mut self, route: &Route, datagram: &[u8]) -> bool {
        let size = IPV6_HEADER + UDP_HEADER + datagram.len();
        if size <= usize::from(IPV6_MTU_MIN) || size > USUAL_MTU {
            return size > USUAL_MTU;
        }
        let mut hasher = DefaultHasher::new();
        (route.remote, datagram).hash(&mut hasher);
        let hash = hasher.finish();
        if let Some(place) = self.whole.iter().position(|&one| one == hash) {
            self.whole.remove(place);
            return true;
        }
        if self.whole.len() == WHOLE_MAX {
            self.whole.pop_front();
        }
        self.whole.push_back(hash);
        false
    }

    fn send_in_fragments(&mut self, route: &Route, datagram: &[u8], shared: &Shared) -> bool {
        let datagram = outer::datagram(route, datagram);
        let Ok(mut packet) = outer::front(route, Header::default(), &[], datagram.len(), UDP, 0) else {
            return false;
        };
        packet.extend_from_slice(&datagram);
        let (mtu, identification) = (IPV6_MTU_MIN.into(), shared.identification());
        let cutting = Cutting { mtu, identification, by_any_rule: false, may_wait: false };
        shared.fragments.send(&mut self.sender, route, &packet, &cutting).is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_be_too_large_goes_whole_and_in_fragments_in_turn() {
        let route = |port| {
            let remote = format!("[2001:db8::2]:{port}").parse().unwrap();
            Route { local: "[2001:db8::1]:4500".parse().unwrap(), remote, interface: 0 }
        };
        let mut speaker = Speaker::new();
        let mut wants = |port, size, fill| speaker.wants_fragments(&route(port), &vec![fill; size]);
        let headers = IPV6_HEADER + UDP_HEADER;
        assert_eq!([(); 3].map(|()| wants(4500, 1280 - headers, 1)), [false; 3], "every link takes it");
        assert_eq!([(); 3].map(|()| wants(4500, 1501 - headers, 1)), [true; 3], "fragments in any case");
        assert_eq!([(); 4].map(|()| wants(4500, 1281 - headers, 1)), [false, true, false, true]);
        assert!(!wants(4500, 1300, 2) && !wants(4501, 1300, 2) && !wants(4500, 1300, 3));
        assert!(wants(4500, 1300, 2) && wants(4501, 1300, 2) && wants(4500, 1300, 3));
        // A flood of them makes nothing grow.
        assert!(!(0..=WHOLE_MAX).any(|number| wants(number as u16, 1300, 4)));
        assert!(!wants(0, 1300, 4), "forgotten");
        assert_eq!(speaker.whole.len(), WHOLE_MAX);
    }
}
