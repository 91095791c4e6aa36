//! Pseudowires: Ethernet frames of a TAP device, in L2TPv3 or EtherIP.
//!
//! ```text
//!  TAP device --> L2TPv3, EtherIP --> the SA of its tunnel that sends           egress thread
//!  TAP device <-- L2TPv3, EtherIP <-- an SA of its tunnel                       ingress thread
//!  TAP device <-> L2TPv3, EtherIP <-> raw socket, UDP; control <-> the gateway  a thread of their own, `plain`
//! ```
//! A pseudowire that IPsec is to protect is a tunnel whose device gives frames; it never has the sockets of the others.
//! Devices give every frame whole, cut and with its checksums, for nobody behind the pseudowire could finish them.
//! What is too large once it is in IP, the kernel fragments: an Ethernet frame has no way to say that it was too large.

mod inward;
mod outward;
mod plain;
mod plane;

use std::sync::atomic::{AtomicU32, AtomicU64, Ordering::Relaxed};

use esp::l2tpv3::ordered;
use esp::pseudowire::{Encapsulation, Refusal, ETHERNET_HEADER};

use crate::counters::SharedCounter;
pub use plain::{Carrier, Port};
pub use plane::Wires;

/// How often each reason was met.
#[derive(Default)]
pub struct Refused([SharedCounter; Refusal::ALL.len()]);

impl Refused {
    pub fn add(&self, refusal: Refusal, count: u64) {
        self.0[refusal as usize].add(count);
    }

    pub fn get(&self, refusal: Refusal) -> u64 {
        self.0[refusal as usize].get()
    }
}

/// The numbers of the frames of a session. One thread sends, one receives.
pub struct Numbers {
    next: AtomicU32,
    /// None, as a number that is none, before the first.
    expected: AtomicU64,
}

const NOT_YET: u64 = u64::MAX;

impl Default for Numbers {
    fn default() -> Self {
        Numbers { next: AtomicU32::new(0), expected: AtomicU64::new(NOT_YET) }
    }
}

impl Numbers {
    /// The number of our next frame.
    pub fn next(&self) -> u32 {
        self.next.fetch_add(1, Relaxed)
    }

    /// Is a frame none that was overtaken or came before? What is lost is lost.
    pub fn check(&self, sequence: Option<u32>) -> Result<(), Refusal> {
        let Some(sequence) = sequence else { return Ok(()) };
        let expected = self.expected.load(Relaxed);
        let expected = if expected == NOT_YET { sequence } else { expected as u32 };
        self.expected.store(ordered(sequence, expected)?.into(), Relaxed);
        Ok(())
    }
}

/// The end of a pseudowire that a tunnel protects.
pub struct Protected {
    pub encapsulation: Encapsulation,
    pub numbers: Numbers,
    pub refused: Refused,
}

impl Protected {
    pub fn new(encapsulation: Encapsulation) -> Self {
        Protected { encapsulation, numbers: Numbers::default(), refused: Refused::default() }
    }

    /// Octets in front of the packet in a frame, and behind the IP header.
    pub fn overhead(&self) -> usize {
        self.encapsulation.udp() + self.encapsulation.size() + ETHERNET_HEADER
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_number_is_any_and_what_was_overtaken_is_stale() {
        let numbers = Numbers::default();
        let fresh = |number| numbers.check(Some(number)).is_ok();
        assert!(fresh(500) && !fresh(500) && fresh(502) && !fresh(501));
        assert!(numbers.check(None).is_ok(), "one without a number is always fresh");
        assert!(fresh(0x0040_0000) && fresh(0x00B0_0000) && fresh(0x00FF_FFFF));
        assert!(fresh(0) && !fresh(0x00FF_FFFF), "after the highest comes 0");
    }
}
