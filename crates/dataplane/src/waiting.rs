//! Packets that wait for an SA.

use zeroize::Zeroizing;

/// Bounds of one tunnel's queue.
const PACKETS_MAX: usize = 64;
const OCTETS_MAX: usize = 256 << 10;

/// What was read from a device while there was no SA, oldest first. The first packets are kept, not the last: they
/// are what started the negotiation.
#[derive(Default)]
pub struct Waiting {
    reads: Vec<Zeroizing<Vec<u8>>>,
    octets: usize,
}

impl Waiting {
    /// False: there is no room.
    pub fn push(&mut self, read: &[u8]) -> bool {
        if self.reads.len() >= PACKETS_MAX || self.octets + read.len() > OCTETS_MAX {
            return false;
        }
        self.octets += read.len();
        self.reads.push(Zeroizing::new(read.to_vec()));
        true
    }

    pub fn is_empty(&self) -> bool {
        self.reads.is_empty()
    }

    pub fn take(&mut self) -> Vec<Zeroizing<Vec<u8>>> {
        self.octets = 0;
        std::mem::take(&mut self.reads)
    }
}

/// So long after the first of them do packets wait for an SA that takes them, in milliseconds.
const REFUSED_PATIENCE_MS: u64 = 5_000;

/// What a tunnel's SAs refused, while the gateway may negotiate one that takes it. Times are in milliseconds of the
/// plane's clock.
#[derive(Default)]
pub struct RefusedWaiting {
    waiting: Waiting,
    since: u64,
}

impl RefusedWaiting {
    /// False: there is no room.
    pub fn push(&mut self, read: &[u8], now: u64) -> bool {
        if self.waiting.is_empty() {
            self.since = now;
        }
        self.waiting.push(read)
    }

    /// Nobody has negotiated anything for them, or it was not what they need.
    pub fn is_stale(&self, now: impl FnOnce() -> u64) -> bool {
        !self.waiting.is_empty() && now() - self.since >= REFUSED_PATIENCE_MS
    }

    pub fn take(&mut self) -> Vec<Zeroizing<Vec<u8>>> {
        self.waiting.take()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_refused_waits_for_a_while_and_is_bounded() {
        let mut refused = RefusedWaiting::default();
        assert!(!refused.is_stale(|| 1_000_000));
        assert!(refused.push(&[1; 100], 5));
        assert!(refused.push(&[2; 100], 4_000));
        assert!(!refused.is_stale(|| 5_004) && refused.is_stale(|| 5_005));
        assert_eq!(refused.take().len(), 2);
        let count = (0..1000).filter(|_| refused.push(&[3; 100], 20_000)).count();
        assert_eq!(count, PACKETS_MAX);
        assert!(!refused.is_stale(|| 24_999));
        refused.take();
        let count = (0..1000).filter(|_| refused.push(&[3; 65_000], 20_000)).count();
        assert_eq!(count, OCTETS_MAX / 65_000);
    }
}
