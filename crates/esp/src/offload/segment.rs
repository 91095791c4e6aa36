//! Cutting what a TUN device gave into IP packets (TSO and USO).

use super::checksum::{self, finish, pseudo_header};
use super::vnet::{Segmentation, VnetHeader, VNET_HEADER_SIZE};
use crate::fragments::is_fragment;
use crate::inner_ip::{
    self, extension_size, stated_length, DESTINATION_OPTIONS, HOP_BY_HOP, ICMPV6, TCP, UDP,
};
use crate::DropReason;

const TCP_FIN: u8 = 0x01;
const TCP_PSH: u8 = 0x08;
const TCP_CWR: u8 = 0x80;
const END_OF_OPTIONS: u8 = 0;
const NO_OPERATION: u8 = 1;
const SOURCE_ROUTES: [u8; 2] = [131, 137];

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
    /// `read` begins with the virtio_net_hdr. A packet socket on the device sends whatever it likes, so that nothing
    /// of it need be true.
    pub fn parse(read: &'a [u8]) -> Result<Self, DropReason> {
        Self::read(read).ok_or(DropReason::Malformed)
    }

    fn read(read: &'a [u8]) -> Option<Self> {
        let (header, packet) = read.split_first_chunk::<VNET_HEADER_SIZE>()?;
        let VnetHeader { segmentation, checksum, .. } = VnetHeader::parse(header)?;
        let smallest = match packet.first()? >> 4 {
            4 => 20,
            6 => 40,
            _ => return None,
        };
        if !(smallest..=usize::from(u16::MAX)).contains(&packet.len()) {
            return None;
        }
        let Some((start, offset)) = checksum else {
            // Whoever cuts a packet makes its checksums.
            return segmentation.is_none().then(|| Self::single(packet));
        };
        if stated_length(packet)? != packet.len() {
            return None;
        }
        match segmentation {
            None => Self::unfinished(packet, start, offset),
            Some((kind, size)) => Self::several(packet, kind, size, start, offset),
        }
    }

    /// One IP packet whose checksum is not finished. It covers `packet` from `start` on, be that in a packet inside.
    fn unfinished(packet: &'a [u8], start: usize, offset: usize) -> Option<Self> {
        let (protocol, upper) = inner_ip::upper(packet)?;
        // What selectors look at has been judged when the checksum is written.
        let judged = upper + if protocol == ICMPV6 { 2 } else { 4 };
        let at = start + offset;
        if start < upper || !offset.is_multiple_of(2) || !(judged..packet.len() - 1).contains(&at) {
            return None;
        }
        Some(SuperPacket { upper: start, checksum: Some(at), ..Self::single(packet) })
    }

    /// What is to be cut into packets with `segment_size` octets of payload.
    fn several(
        packet: &'a [u8],
        segmentation: Segmentation,
        segment_size: usize,
        start: usize,
        offset: usize,
    ) -> Option<Self> {
        // The kernel's hdr_len is a hint that need not be true, so the headers themselves decide.
        let (protocol, upper) = plain_upper(packet)?;
        let (kind, upper_size, checksum_at) = match segmentation {
            Segmentation::Tcp => (TCP, usize::from(*packet.get(upper + 12)? >> 4) * 4, 16),
            Segmentation::Udp => (UDP, 8, 6),
        };
        let header_size = upper + upper_size;
        if (protocol, start, offset) != (kind, upper, checksum_at)
            || upper_size <= checksum_at
            || header_size >= packet.len()
            || segment_size == 0
        {
            return None;
        }
        let count = (packet.len() - header_size).div_ceil(segment_size);
        let sums = Sums::of(segmentation, &packet[..upper], &packet[upper..header_size]);
        let (segmentation, checksum) = (Some(segmentation), None);
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

/// The protocol above IP in `packet`, which has an IP header, and where it begins. None: it does not begin behind the
/// addresses that its checksum covers, with nothing cut off; so behind a fragment or routing header, and behind a
/// source route, whose last address counts (RFC 8200 section 8.1).
fn plain_upper(packet: &[u8]) -> Option<(u8, usize)> {
    if packet[0] >> 4 == 4 {
        let upper = usize::from(packet[0] & 15) * 4;
        let is_routed = upper > 20 && has_source_route(packet.get(20..upper)?);
        return (!is_fragment(packet) && !is_routed).then_some((packet[9], upper));
    }
    let (mut protocol, mut upper) = (packet[6], 40);
    while let HOP_BY_HOP | DESTINATION_OPTIONS = protocol {
        let header = packet.get(upper..)?;
        upper += extension_size(protocol, header)??;
        protocol = *header.first()?;
    }
    Some((protocol, upper))
}

/// Is a loose or strict source route among the options of an IPv4 header (RFC 791 section 3.1)?
fn has_source_route(mut options: &[u8]) -> bool {
    while let [kind, rest @ ..] = options {
        let kind = *kind;
        let size = match kind {
            END_OF_OPTIONS => return false,
            NO_OPERATION => 1,
            _ if SOURCE_ROUTES.contains(&kind) => return true,
            _ => rest.first().map_or(1, |&size| usize::from(size).max(1)),
        };
        options = options.get(size..).unwrap_or_default();
    }
    false
}

/// Two octets as part of a sum.
#[inline]
fn word(octets: [u8; 2]) -> u64 {
    u16::from_ne_bytes(octets).into()
}
