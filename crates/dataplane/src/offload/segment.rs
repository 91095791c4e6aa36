//! Cutting what a TUN device gave into IP packets (TSO and USO).

use super::checksum::{self, finish, pseudo_header};
use super::vnet::{Segmentation, VnetHeader, VNET_HEADER_SIZE};

const TCP: u8 = 6;
const UDP: u8 = 17;
const TCP_FIN: u8 = 0x01;
const TCP_PSH: u8 = 0x08;
const TCP_CWR: u8 = 0x80;

/// A packet as the kernel gave it: one IP packet, or several of one flow in the form of one.
pub struct SuperPacket<'a> {
    packet: &'a [u8],
    /// IP and TCP or UDP headers; 0 where nothing is cut.
    header_size: usize,
    /// Payload of every packet but the last.
    segment_size: usize,
    segmentation: Option<Segmentation>,
    /// Where the TCP or UDP header begins.
    upper: usize,
    checksum: Option<usize>,
    /// How many IP packets it makes.
    count: usize,
    /// Of what is the same in the headers of all packets.
    sums: Sums,
}

/// Sums for checksums, of headers without the fields that differ from packet to packet.
#[derive(Default)]
struct Sums {
    /// Without length, identification and checksum; 0 for IPv6.
    ip: u64,
    /// With the pseudo-header. Without length and checksum; TCP without sequence number and flags, too.
    upper: u64,
}

impl<'a> SuperPacket<'a> {
    /// `read` begins with the virtio_net_hdr. None: it is malformed.
    pub fn parse(read: &'a [u8]) -> Option<Self> {
        let (header, packet) = read.split_first_chunk::<VNET_HEADER_SIZE>()?;
        let header = VnetHeader::parse(header)?;
        // A packet socket on the device sends whatever it likes, so there may not even be a header.
        let smallest = match packet.first()? >> 4 {
            4 => 20,
            6 => 40,
            _ => return None,
        };
        if !(smallest..=usize::from(u16::MAX)).contains(&packet.len()) {
            return None;
        }
        let upper = header.checksum.map_or(0, |(start, _)| start);
        let checksum = header.checksum.map(|(start, offset)| start + offset);
        if checksum.is_some_and(|at| at + 2 > packet.len()) {
            return None;
        }
        let Some((segmentation, segment_size)) = header.segmentation else {
            return Some(SuperPacket { upper, checksum, ..Self::single(packet) });
        };
        // The kernel's hdr_len is a hint that need not be true, so the header itself decides.
        let (upper_size, upper_smallest) = match segmentation {
            Segmentation::Tcp => (usize::from(*packet.get(upper + 12)? >> 4) * 4, 20),
            Segmentation::Udp => (8, 8),
        };
        let header_size = upper + upper_size;
        if upper < smallest || upper_size < upper_smallest || header_size >= packet.len() || segment_size == 0
        {
            return None;
        }
        let count = (packet.len() - header_size).div_ceil(segment_size);
        let sums = Sums::of(segmentation, &packet[..upper], &packet[upper..header_size]);
        let segmentation = Some(segmentation);
        Some(SuperPacket { packet, header_size, segment_size, segmentation, upper, checksum, count, sums })
    }

    /// One IP packet as it is.
    pub fn of(packet: &'a [u8]) -> Option<Self> {
        let smallest = if packet.first()? >> 4 == 4 { 20 } else { 40 };
        (smallest..=usize::from(u16::MAX)).contains(&packet.len()).then(|| Self::single(packet))
    }

    fn single(packet: &'a [u8]) -> Self {
        SuperPacket {
            packet,
            header_size: 0,
            segment_size: packet.len(),
            segmentation: None,
            upper: 0,
            checksum: None,
            count: 1,
            sums: Sums::default(),
        }
    }

    /// The whole as one IP packet, for its addresses and ports.
    pub fn packet(&self) -> &'a [u8] {
        self.packet
    }

    /// How many IP packets it makes.
    pub fn count(&self) -> usize {
        self.count
    }

    /// The size of IP packet `index`.
    pub fn size(&self, index: usize) -> usize {
        let (start, end) = self.payload(index);
        self.header_size + end - start
    }

    fn payload(&self, index: usize) -> (usize, usize) {
        let start = self.header_size + index * self.segment_size;
        (start, (start + self.segment_size).min(self.packet.len()))
    }

    /// Write IP packet `index` to `target`, which has its size.
    pub fn write(&self, index: usize, target: &mut [u8]) {
        let (start, end) = self.payload(index);
        let Some(segmentation) = self.segmentation else {
            target.copy_from_slice(self.packet);
            self.finish_checksum(target);
            return;
        };
        let (header, payload) = target.split_at_mut(self.header_size);
        header.copy_from_slice(&self.packet[..self.header_size]);
        let payload_sum = checksum::copy_and_sum(payload, &self.packet[start..end], 0);
        let (ip, upper) = header.split_at_mut(self.upper);
        let length = upper.len() + payload.len();
        let sum = self.sums.upper + payload_sum + word((length as u16).to_be_bytes());
        match segmentation {
            Segmentation::Tcp => {
                let sum = sum + self.adapt_tcp(index, upper);
                upper[16..18].copy_from_slice(&finish(sum));
            }
            Segmentation::Udp => {
                let octets = (length as u16).to_be_bytes();
                upper[4..6].copy_from_slice(&octets);
                // Zero would say that there is no checksum (RFC 768).
                let sum = Some(finish(sum + word(octets))).filter(|&sum| sum != [0, 0]);
                upper[6..8].copy_from_slice(&sum.unwrap_or([0xFF, 0xFF]));
            }
        }
        self.adapt_ip(index, ip, length);
    }

    /// The field holds the pseudo-header's sum; the rest is left to the device, which is us.
    fn finish_checksum(&self, packet: &mut [u8]) {
        let Some(at) = self.checksum else { return };
        let mut sum = finish(checksum::sum(&packet[self.upper..], 0));
        if sum == [0, 0] && at - self.upper == 6 {
            sum = [0xFF, 0xFF];
        }
        packet[at..at + 2].copy_from_slice(&sum);
    }

    /// Set sequence number and flags. Gives the sum of what [`Sums`] left out.
    #[inline]
    fn adapt_tcp(&self, index: usize, tcp: &mut [u8]) -> u64 {
        let sequence = u32::from_be_bytes([tcp[4], tcp[5], tcp[6], tcp[7]]);
        let sequence = sequence.wrapping_add((index * self.segment_size) as u32);
        tcp[4..8].copy_from_slice(&sequence.to_be_bytes());
        if index > 0 {
            tcp[13] &= !TCP_CWR;
        }
        if index + 1 < self.count {
            tcp[13] &= !(TCP_FIN | TCP_PSH);
        }
        let [first, second, third, fourth] = sequence.to_be_bytes();
        word([first, second]) + word([third, fourth]) + word([tcp[12], tcp[13]])
    }

    /// Set length, identification and checksum of the IP header in front of `upper` octets.
    #[inline]
    fn adapt_ip(&self, index: usize, ip: &mut [u8], upper: usize) {
        if ip[0] >> 4 == 6 {
            let length = (ip.len() - 40 + upper) as u16;
            ip[4..6].copy_from_slice(&length.to_be_bytes());
            return;
        }
        let length = ((ip.len() + upper) as u16).to_be_bytes();
        let identification = u16::from_be_bytes([ip[4], ip[5]]).wrapping_add(index as u16).to_be_bytes();
        ip[2..4].copy_from_slice(&length);
        ip[4..6].copy_from_slice(&identification);
        let sum = finish(self.sums.ip + word(length) + word(identification));
        ip[10..12].copy_from_slice(&sum);
    }
}

impl Sums {
    fn of(segmentation: Segmentation, ip: &[u8], upper: &[u8]) -> Self {
        let is_v6 = ip[0] >> 4 == 6;
        let addresses = if is_v6 { &ip[8..40] } else { &ip[12..20] };
        let upper = match segmentation {
            Segmentation::Tcp => {
                let sum = checksum::sum(&upper[..4], pseudo_header(addresses, TCP, 0));
                // What stands around the flags and the checksum.
                let sum = checksum::sum(&upper[14..16], checksum::sum(&upper[8..12], sum));
                checksum::sum(&upper[18..], sum)
            }
            Segmentation::Udp => checksum::sum(&upper[..4], pseudo_header(addresses, UDP, 0)),
        };
        let around = || checksum::sum(&ip[12..], checksum::sum(&ip[6..10], checksum::sum(&ip[..2], 0)));
        Sums { ip: if is_v6 { 0 } else { around() }, upper }
    }
}

/// Two octets as part of a sum.
#[inline]
fn word(octets: [u8; 2]) -> u64 {
    u16::from_ne_bytes(octets).into()
}
