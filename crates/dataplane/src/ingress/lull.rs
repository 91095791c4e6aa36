//! A moment's rest before a socket is read whose packets come singly, as network cards moderate their interrupts: what
//! gathers meanwhile is decrypted, joined and written together, and a receiver acknowledges it together.
//!
//! Where the kernel has joined packets, or many come at once as it is, there is nothing to gain.

use std::thread::sleep;
use std::time::Duration;

/// The kernel adds its timer slack, 50 microseconds by default (prctl(2), PR_SET_TIMERSLACK).
const REST: Duration = Duration::from_micros(20);
/// Of fewer packets at once nobody knows whether more are to come, and somebody may wait for them.
const FEWEST: usize = 2;
/// So many at once are enough.
const ENOUGH: usize = 8;
/// Packets of fewer octets in the mean are mostly acknowledgments, without which nothing more is sent.
const SMALL: usize = 128;

#[derive(Default)]
pub(super) struct Lull {
    /// The socket whose packets came so when it was read last.
    socket: Option<u64>,
}

/// What one receive call brought.
#[derive(Default)]
pub(super) struct Brought {
    pub packets: usize,
    pub octets: usize,
    /// The kernel had joined some.
    pub is_joined: bool,
}

impl Lull {
    /// Rest, if that lets more packets of this socket gather.
    pub fn rest_before(&self, socket: u64) {
        if self.socket == Some(socket) {
            sleep(REST);
        }
    }

    pub fn learn(&mut self, socket: u64, brought: &Brought) {
        let comes_singly = !brought.is_joined && (FEWEST..ENOUGH).contains(&brought.packets);
        self.socket = (comes_singly && brought.octets >= SMALL * brought.packets).then_some(socket);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rests(packets: usize, octets: usize, is_joined: bool) -> bool {
        let mut lull = Lull::default();
        lull.learn(7, &Brought { packets, octets, is_joined });
        lull.socket == Some(7)
    }

    #[test]
    fn it_rests_only_for_streams_that_come_in_small_pieces() {
        assert!(rests(2, 2 * 1400, false));
        assert!(rests(7, 7 * 240, false));
        assert!(!rests(0, 0, false), "nothing came");
        assert!(!rests(1, 1400, false), "a packet that somebody may wait for");
        assert!(!rests(8, 8 * 1400, false), "enough at once as it is");
        assert!(!rests(4, 4 * 100, false), "acknowledgments");
        assert!(!rests(2, 120_000, true), "the kernel has joined them");
    }

    #[test]
    fn another_socket_does_not_wait() {
        let mut lull = Lull::default();
        lull.learn(7, &Brought { packets: 4, octets: 4 * 1400, is_joined: false });
        lull.learn(8, &Brought { packets: 1, octets: 1400, is_joined: false });
        assert_eq!(lull.socket, None);
    }
}
