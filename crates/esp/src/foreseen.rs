//! ICVs of received packets, computed side by side before the packets are opened one after the other.
//!
//! Only the hash is done ahead. Whether a packet may be new, whether it is authentic and what it holds is judged when it
//! is opened, as if nothing had been done: what was found ahead counts once, for the octets at that place, and if the
//! high half of the ESN has not turned out to be another.

use crate::protection::{Covered, Icv, Protection, ICV_SIZE_MAX, MANY};

#[derive(Default)]
pub(crate) struct Foreseen {
    packets: Vec<Packet>,
    /// So many of the first have been opened, or passed over.
    used: usize,
}

struct Packet {
    place: Place,
    high: Option<u32>,
    icv: Icv,
}

/// Address and size: of what is received at once, no two packets have the same.
type Place = (usize, usize);

fn place_of(packet: &[u8]) -> Place {
    (packet.as_ptr().addr(), packet.len())
}

impl Foreseen {
    pub fn forget(&mut self) {
        self.packets.clear();
        self.used = 0;
    }

    /// Compute the ICVs of `packets`, at most [`MANY`], each with the high half of its ESN.
    pub fn add(&mut self, packets: &[(&[u8], Option<u32>)], protection: &dyn Protection) {
        let mut covered = [Covered { octets: &[], high: None }; MANY];
        for (covered, &(packet, high)) in covered.iter_mut().zip(packets) {
            *covered = Covered { octets: &packet[..packet.len() - protection.icv_size()], high };
        }
        let mut icvs = [[0; ICV_SIZE_MAX]; MANY];
        protection.foresee(&covered[..packets.len()], &mut icvs[..packets.len()]);
        let found = packets.iter().zip(icvs);
        self.packets.extend(found.map(|(&(packet, high), icv)| Packet {
            place: place_of(packet),
            high,
            icv,
        }));
    }

    /// The ICV that `packet` should have. None: it is to be computed.
    pub fn take(&mut self, packet: &[u8], high: Option<u32>) -> Option<Icv> {
        let place = place_of(packet);
        let found = self.packets[self.used..].iter().position(|packet| packet.place == place)?;
        let Packet { high: expected, icv, .. } = self.packets[self.used + found];
        self.used += found + 1;
        (expected == high).then_some(icv)
    }
}
