//! A moment's rest before a socket is read whose packets come singly, as network cards moderate their interrupts: what
//! gathers meanwhile is decrypted, joined and written together, and a receiver acknowledges it together.
//!
//! Where the kernel has joined packets, or many come at once as it is, there is nothing to gain.

use std::time::{Duration, Instant};

const REST: Duration = Duration::from_micros(120);
/// Of fewer packets at once nobody knows whether more are to come, and somebody may wait for them.
const FEWEST: usize = 2;
/// So many at once are enough.
const ENOUGH: usize = 48;
/// Packets of fewer octets in the mean are mostly acknowledgments, without which nothing more is sent.
const SMALL: usize = 128;

#[derive(Default)]
pub(super) struct Lull {
    /// The socket whose packets came so when it was read last, and when it is to be read again.
    rest: Option<(u64, Instant)>,
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
    /// Is this socket to be read later?
    pub fn holds(&self, socket: u64) -> bool {
        self.rest.is_some_and(|(one, end)| one == socket && Instant::now() < end)
    }

    /// How long it still lasts.
    pub fn remaining(&self) -> Duration {
        self.rest.map_or(Duration::ZERO, |(_, end)| end.saturating_duration_since(Instant::now()))
    }

    pub fn learn(&mut self, socket: u64, brought: &Brought) {
        let comes_singly = !brought.is_joined && (FEWEST..ENOUGH).contains(&brought.packets);
        let rests = comes_singly && brought.octets >= SMALL * brought.packets;
        self.rest = rests.then(|| (socket, Instant::now() + REST));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rests(packets: usize, octets: usize, is_joined: bool) -> bool {
        let mut lull = Lull::default();
        lull.learn(7, &Brought { packets, octets, is_joined });
        lull.rest.is_some()
    }

    #[test]
    fn it_rests_only_for_streams_that_come_in_small_pieces() {
        assert!(rests(2, 2 * 1400, false));
        assert!(rests(47, 47 * 240, false));
        assert!(!rests(0, 0, false), "nothing came");
        assert!(!rests(1, 1400, false), "a packet that somebody may wait for");
        assert!(!rests(48, 48 * 1400, false), "enough at once as it is");
        assert!(!rests(4, 4 * 100, false), "acknowledgments");
        assert!(!rests(2, 120_000, true), "the kernel has joined them");
    }

    #[test]
    fn another_socket_does_not_wait() {
        let mut lull = Lull::default();
        lull.learn(7, &Brought { packets: 4, octets: 4 * 1400, is_joined: false });
        lull.learn(8, &Brought { packets: 1, octets: 1400, is_joined: false });
        assert!(!lull.holds(7) && lull.remaining().is_zero());
    }
}
