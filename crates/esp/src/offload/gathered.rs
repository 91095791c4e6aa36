//! Where the packets of a batch are decrypted to: the payloads of one flow behind each other, without the headers
//! between them, so that the kernel copies what was joined in one piece.
//!
//! ```text
//!  headers | payload 1 | headers of packet 2      decrypted here, over the end of payload 1, which was put aside
//!                      | payload 2 | padding
//! ```
//! A packet is decrypted so that its payload lies where the one before it ends, if it has headers as large. Once it was
//! joined to the one before, its headers have been looked at, and what they covered is put back. If it was not, the
//! packet moves away instead.

use std::ops::Range;

use crate::offload::Added;

/// From here on a batch is written before more is decrypted.
const FULL_SIZE: usize = 192 << 10;
/// Whatever one receive call puts into one buffer fits behind what is not yet full.
const BUFFER_SIZE: usize = FULL_SIZE + (64 << 10);
/// IPv6, and TCP with all its options, behind what a tunnel has in front of its packets.
const HEADERS_MAX: usize = 40 + 60 + 32;

pub struct Gathered {
    buffer: Vec<u8>,
    used: usize,
    /// The SA of the packet before, and the size of its headers if it can be continued, else 0.
    before: (u32, usize),
    /// How far the place that was given last reaches back over what is used, and what stood there.
    overlap: usize,
    aside: [u8; HEADERS_MAX],
}

impl Default for Gathered {
    fn default() -> Self {
        let (buffer, aside) = (vec![0; BUFFER_SIZE], [0; HEADERS_MAX]);
        Gathered { buffer, used: 0, before: (0, 0), overlap: 0, aside }
    }
}

impl Gathered {
    pub fn is_full(&self) -> bool {
        self.used >= FULL_SIZE
    }

    pub fn octets(&self) -> &[u8] {
        &self.buffer
    }

    /// A place for a text of `size` octets of the SA `spi`, to be followed by [`Self::keep`] or [`Self::give_up`].
    /// None: it is full.
    pub fn place(&mut self, spi: u32, size: usize) -> Option<&mut [u8]> {
        self.overlap = if self.before.0 == spi { self.before.1.min(self.used) } else { 0 };
        let start = self.used - self.overlap;
        // It may have to move to where the one before ends.
        if self.used + size > self.buffer.len() {
            self.overlap = 0;
            return None;
        }
        self.aside[..self.overlap].copy_from_slice(&self.buffer[start..self.used]);
        Some(&mut self.buffer[start..start + size])
    }

    /// Where `range` of the last place is.
    #[inline]
    pub fn range(&self, range: Range<usize>) -> Range<usize> {
        let start = self.used - self.overlap;
        start + range.start..start + range.end
    }

    /// The last place holds a packet of the SA `spi`, at `range`, which was added to the others. In front of the
    /// packet, too, there may be headers in the place.
    pub fn keep(&mut self, range: Range<usize>, spi: u32, added: Added<'_>) {
        let (overlap, used) = (self.overlap, self.used);
        let front = range.start - (used - overlap);
        let headers = if added.header_size == 0 { 0 } else { front + added.header_size };
        self.before = (spi, if headers > HEADERS_MAX { 0 } else { headers });
        let follows = added.is_joined && headers == overlap;
        if overlap == 0 || follows || range.start >= used {
            self.give_up();
            self.used = range.end;
            return;
        }
        self.buffer.copy_within(range.clone(), used);
        // What the packet covered is in front of where it went.
        self.give_up();
        self.used = used + range.len();
        added.shift(used - range.start);
    }

    /// What the last place holds is no packet.
    pub fn give_up(&mut self) {
        let overlap = std::mem::take(&mut self.overlap);
        self.buffer[self.used - overlap..self.used].copy_from_slice(&self.aside[..overlap]);
    }

    /// Everything was written.
    pub fn clear(&mut self) {
        (self.used, self.before) = (0, (0, 0));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::offload::{finish, pseudo_header, sum, Coalescer, Packet, VNET_HEADER_SIZE};

    const SPI: u32 = 7;

    /// A packet of a stream: with `port`, a header of 20 octets and IP's own.
    fn tcp(port: u8, sequence: u32, payload: &[u8]) -> Vec<u8> {
        let mut ip = vec![0x45, 0, 0, 0, 0, 7, 0x40, 0, 64, 6, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2];
        let size = (40 + payload.len()) as u16;
        ip[2..4].copy_from_slice(&size.to_be_bytes());
        let checksum = finish(sum(&ip, 0));
        ip[10..12].copy_from_slice(&checksum);
        let mut tcp = vec![0, 99, 0, port];
        tcp.extend(sequence.to_be_bytes());
        tcp.extend([0, 0, 0, 1, 0x50, 0x10, 1, 0, 0, 0, 0, 0]);
        tcp.extend(payload);
        let checksum = finish(sum(&tcp, pseudo_header(&ip[12..20], 6, tcp.len())));
        tcp[16..18].copy_from_slice(&checksum);
        [ip, tcp].concat()
    }

    /// Decrypt `packets` one after the other, None being one that is not authentic; gives what is written, and of how
    /// many pieces.
    fn write(packets: &[Option<Vec<u8>>]) -> Vec<(Vec<u8>, usize)> {
        write_behind(packets, |_| 0)
    }

    /// The same, with so many octets in front of each packet.
    fn write_behind(packets: &[Option<Vec<u8>>], front: impl Fn(usize) -> usize) -> Vec<(Vec<u8>, usize)> {
        let (mut gathered, mut coalescer) = (Gathered::default(), Coalescer::default());
        for (number, packet) in packets.iter().enumerate() {
            // With padding behind it.
            let text = packet.clone().unwrap_or_else(|| vec![0xEE; 300]);
            let start = front(number);
            let end = start + text.len();
            let target = gathered.place(SPI, end + 4).unwrap();
            target.fill(0xDD);
            target[start..end].copy_from_slice(&text);
            if packet.is_none() {
                gathered.give_up();
                continue;
            }
            let range = gathered.range(start..end);
            let octets = &gathered.octets()[range.clone()];
            let added = coalescer.add(Packet { slot: 0, range: range.clone(), spi: SPI }, octets, true);
            gathered.keep(range, SPI, added);
        }
        let mut written = Vec::new();
        coalescer.flush(
            |packet| &gathered.octets()[packet.range.clone()],
            |_, pieces| {
                written.push((pieces.iter().flat_map(|piece| piece.to_vec()).collect(), pieces.len()));
                true
            },
        );
        written
    }

    #[test]
    fn what_is_joined_is_one_piece_with_nothing_between() {
        let payloads: [&[u8]; 4] = [&[1; 500], &[2; 500], &[3; 500], &[4; 20]];
        let mut sequence = 0;
        let packets = payloads.map(|payload| {
            sequence += payload.len() as u32;
            Some(tcp(80, sequence - payload.len() as u32, payload))
        });
        let written = write(&packets);
        assert_eq!(written.len(), 1);
        assert_eq!(written[0].0[VNET_HEADER_SIZE + 40..], payloads.concat());
        assert_eq!(written[0].1, 3, "the kind, the headers, and all payloads");
    }

    #[test]
    fn headers_in_front_that_are_the_same_for_all_are_between_none() {
        let packets: Vec<_> = (0..4).map(|number| Some(tcp(80, 500 * number, &[1; 500]))).collect();
        let written = write_behind(&packets, |_| 22);
        assert_eq!(written[0].0[VNET_HEADER_SIZE + 40..], [1; 2000]);
        assert_eq!((written.len(), written[0].1), (1, 3));
    }

    #[test]
    fn headers_in_front_of_any_size_do_no_harm() {
        let packets: Vec<_> =
            (0..9).map(|number| Some(tcp(80, 500 * number, &[number as u8; 500]))).collect();
        let payloads: Vec<u8> = (0..9).flat_map(|number| [number; 500]).collect();
        for fronts in [[0, 22, 8], [22, 0, 500], [40, 60, 62], [70, 93, 1], [7, 7, 4000]] {
            let written = write_behind(&packets, |number| fronts[number % 3]);
            assert_eq!(written.len(), 1);
            assert_eq!(written[0].0[VNET_HEADER_SIZE + 40..], payloads, "{fronts:?}");
        }
    }

    #[test]
    fn what_is_not_joined_or_not_authentic_leaves_the_others_as_they_are() {
        let one = |port, number: u32| Some(tcp(port, 100 * number, &[10 * port + number as u8; 100]));
        let odd = [vec![0x45, 0, 0, 24, 0, 0, 0, 0, 64, 1, 0, 0], vec![9; 12]].concat();
        let packets = [
            one(1, 0),
            one(1, 1),
            None,
            one(2, 0),
            one(1, 2),
            Some(odd.clone()),
            one(2, 1),
            None,
            one(1, 3),
            one(1, 9),
        ];
        let written = write(&packets);
        let payloads = |port: u8, numbers: &[u8]| -> Vec<u8> {
            numbers.iter().flat_map(|number| [10 * port + number; 100]).collect()
        };
        assert_eq!(written.len(), 4);
        assert_eq!(written[0].0[VNET_HEADER_SIZE + 40..], payloads(1, &[0, 1, 2, 3]));
        assert_eq!(written[1].0[VNET_HEADER_SIZE + 40..], payloads(2, &[0, 1]));
        assert_eq!(written[2].0[VNET_HEADER_SIZE..], odd);
        assert_eq!(written[3].0[VNET_HEADER_SIZE..], one(1, 9).unwrap());
    }

    #[test]
    fn there_is_room_for_whatever_one_receive_call_brings_once_it_is_not_full() {
        let mut gathered = Gathered::default();
        let mut coalescer = Coalescer::default();
        let packet = tcp(1, 0, &[5; 1300]);
        let mut put = |gathered: &mut Gathered| {
            let Some(target) = gathered.place(SPI, packet.len()) else { return false };
            target.copy_from_slice(&packet);
            let range = gathered.range(0..packet.len());
            let added = coalescer.add(Packet { slot: 0, range: range.clone(), spi: SPI }, &packet, true);
            gathered.keep(range, SPI, added);
            true
        };
        while !gathered.is_full() {
            assert!(put(&mut gathered));
        }
        let more = (0..).take_while(|_| put(&mut gathered)).count();
        assert!(more >= 65_535 / packet.len() - 1);
        gathered.clear();
        assert!(put(&mut gathered));
    }
}
