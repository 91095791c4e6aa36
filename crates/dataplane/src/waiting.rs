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

    pub fn take(&mut self) -> Vec<Zeroizing<Vec<u8>>> {
        self.octets = 0;
        std::mem::take(&mut self.reads)
    }
}
