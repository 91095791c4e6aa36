//! Joining received TCP segments into one write to a TUN device (GRO).
//!
//! Segments are joined that continue each other and differ in nothing else, with valid checksums. Packets of one
//! flow keep their order; what is not joined goes as it came.

use std::io::IoSlice;
use std::ops::Range;

use super::checksum::{self, finish, fold, pseudo_header};
use super::vnet::{Segmentation, VnetHeader, VNET_HEADER_SIZE};

const TCP: u8 = 6;
const DONT_FRAGMENT: u8 = 0x40;
const TCP_PSH: u8 = 0x08;
const TCP_ACK: u8 = 0x10;
const TCP_CHECKSUM: usize = 16;
/// IPv6 and TCP with all options.
const HEADER_SIZE_MAX: usize = 40 + 60;
/// A packet looks for its flow among so many groups.
const SEARCHED: usize = 16;
/// An IP packet's length has 16 bits.
const SIZE_MAX: usize = 65_535;

/// Where an inner packet lies: in which receive buffer, and where in it; and which SA's tunnel it belongs to.
#[derive(Clone, Debug)]
pub struct Packet {
    pub slot: usize,
    pub range: Range<usize>,
    pub spi: u32,
}

/// Packets that one write takes.
#[derive(Default)]
struct Group {
    packets: Vec<Packet>,
    /// None: not TCP, so nothing joins it, and it stands in nobody's way.
    flow: Option<Flow>,
    /// Payload of every packet but the last.
    segment_size: usize,
    size: usize,
    is_closed: bool,
}

/// The TCP segments of a group: the first one's headers, and what the last one left.
struct Flow {
    header: [u8; HEADER_SIZE_MAX],
    last: Segment,
    is_pushed: bool,
}

/// A TCP segment, as far as joining asks.
#[derive(Clone, Copy)]
struct Segment {
    ip_size: usize,
    header_size: usize,
    next_sequence: u32,
    /// Of IPv4 where the packet may be fragmented; it says nothing elsewhere (RFC 6864 section 4.1).
    identification: Option<u16>,
    is_pushed: bool,
    is_joinable: bool,
}

/// Groups of one batch, in the order of their first packets.
#[derive(Default)]
pub struct Coalescer {
    groups: Vec<Group>,
    used: usize,
}

impl Coalescer {
    /// Add a packet, whose octets are `octets`.
    pub fn add(&mut self, packet: Packet, octets: &[u8]) {
        let segment = Segment::parse(octets);
        if let Some(segment) = segment.filter(|segment| segment.is_joinable) {
            if let Some(group) = self.find(packet.spi, &segment, octets) {
                if group.accepts(&segment, octets) {
                    group.join(packet, segment, octets.len() - segment.header_size);
                    return;
                }
            }
        }
        if self.used == self.groups.len() {
            self.groups.push(Group::default());
        }
        self.groups[self.used].begin(packet, segment, octets);
        self.used += 1;
    }

    /// The last group of the segment's flow.
    fn find(&mut self, spi: u32, segment: &Segment, octets: &[u8]) -> Option<&mut Group> {
        let recent = self.groups[..self.used].iter_mut().rev().take(SEARCHED);
        recent.into_iter().find(|group| {
            let is_of_flow = |flow: &Flow| flow.is_that_of(segment, octets);
            group.packets.first().is_some_and(|first| first.spi == spi)
                && group.flow.as_ref().is_some_and(is_of_flow)
        })
    }

    /// Give every group to `write`, as the pieces of one packet with its virtio_net_hdr, and begin anew. Where
    /// `write` refuses a joined packet, its packets come singly.
    ///
    /// `octets` gives a packet's octets; `write` gets the packets that it writes, and says whether it could.
    pub fn flush<'a>(
        &mut self,
        octets: impl Fn(&Packet) -> &'a [u8],
        mut write: impl FnMut(&[Packet], &[IoSlice<'_>]) -> bool,
    ) {
        for group in &self.groups[..self.used] {
            if group.packets.len() > 1 && group.write_joined(&octets, &mut write) {
                continue;
            }
            for packet in group.packets.chunks(1) {
                let header = [0; VNET_HEADER_SIZE];
                write(packet, &[IoSlice::new(&header), IoSlice::new(octets(&packet[0]))]);
            }
        }
        self.used = 0;
    }
}

impl Group {
    fn begin(&mut self, packet: Packet, segment: Option<Segment>, octets: &[u8]) {
        self.packets.clear();
        self.packets.push(packet);
        self.size = octets.len();
        self.segment_size = segment.map_or(0, |segment| octets.len() - segment.header_size);
        self.is_closed = segment.is_none_or(|segment| !segment.is_joinable || segment.is_pushed);
        self.flow = segment.map(|last| {
            let mut header = [0; HEADER_SIZE_MAX];
            header[..last.header_size].copy_from_slice(&octets[..last.header_size]);
            Flow { header, last, is_pushed: last.is_pushed }
        });
    }

    fn accepts(&self, segment: &Segment, octets: &[u8]) -> bool {
        let payload = octets.len() - segment.header_size;
        !self.is_closed
            && payload <= self.segment_size
            && self.size + payload <= SIZE_MAX
            && self.flow.as_ref().is_some_and(|flow| flow.is_continued_by(segment, octets))
    }

    fn join(&mut self, packet: Packet, segment: Segment, payload: usize) {
        self.packets.push(packet);
        self.size += payload;
        self.is_closed = segment.is_pushed || payload < self.segment_size;
        if let Some(flow) = &mut self.flow {
            flow.last = segment;
            flow.is_pushed |= segment.is_pushed;
        }
    }

    fn write_joined<'a>(
        &self,
        octets: &impl Fn(&Packet) -> &'a [u8],
        write: &mut impl FnMut(&[Packet], &[IoSlice<'_>]) -> bool,
    ) -> bool {
        let Some(Flow { header, last: Segment { ip_size, header_size, .. }, is_pushed }) = &self.flow else {
            return false;
        };
        let (ip_size, header_size, mut header) = (*ip_size, *header_size, *header);
        let header = &mut header[..header_size];
        let is_v6 = header[0] >> 4 == 6;
        let upper = self.size - ip_size;
        let (ip, tcp) = header.split_at_mut(ip_size);
        let addresses = if is_v6 {
            ip[4..6].copy_from_slice(&(upper as u16).to_be_bytes());
            &ip[8..40]
        } else {
            ip[2..4].copy_from_slice(&(self.size as u16).to_be_bytes());
            ip[10..12].fill(0);
            let sum = finish(checksum::sum(ip, 0));
            ip[10..12].copy_from_slice(&sum);
            &ip[12..20]
        };
        if *is_pushed {
            tcp[13] |= TCP_PSH;
        }
        let sum = fold(pseudo_header(addresses, TCP, upper));
        tcp[TCP_CHECKSUM..TCP_CHECKSUM + 2].copy_from_slice(&sum);
        let vnet = VnetHeader {
            segmentation: Some((Segmentation::Tcp, self.segment_size)),
            checksum: Some((ip_size, TCP_CHECKSUM)),
            header_size,
        };
        let vnet = vnet.encode(is_v6);
        let mut pieces = Vec::with_capacity(2 + self.packets.len());
        pieces.extend([IoSlice::new(&vnet), IoSlice::new(header)]);
        pieces.extend(self.packets.iter().map(|packet| IoSlice::new(&octets(packet)[header_size..])));
        write(&self.packets, &pieces)
    }
}

impl Flow {
    fn is_that_of(&self, segment: &Segment, octets: &[u8]) -> bool {
        let ip_size = self.last.ip_size;
        let addresses = if ip_size == 20 { 12..20 } else { 8..40 };
        ip_size == segment.ip_size
            && self.header[ip_size..ip_size + 4] == octets[ip_size..ip_size + 4]
            && self.header[addresses.clone()] == octets[addresses]
    }

    /// Does `next` follow, and differ in nothing but length, identification, sequence, PSH and checksums?
    fn is_continued_by(&self, next: &Segment, octets: &[u8]) -> bool {
        let (header, tcp) = (&self.header, self.last.ip_size);
        let ip_is_same = match tcp {
            // TOS; flags; TTL.
            20 => header[1] == octets[1] && header[6] == octets[6] && header[8] == octets[8],
            // Version, traffic class, flow label; hop limit.
            _ => header[..4] == octets[..4] && header[7] == octets[7],
        };
        ip_is_same
            // Whoever cuts the joined packet counts on from the first: no packet may get the number of another.
            && next.identification == self.last.identification.map(|last| last.wrapping_add(1))
            && self.last.header_size == next.header_size
            && octets[tcp + 4..tcp + 8] == self.last.next_sequence.to_be_bytes()
            // Acknowledgment and data offset; window; options.
            && header[tcp + 8..tcp + 13] == octets[tcp + 8..tcp + 13]
            && header[tcp + 14..tcp + 16] == octets[tcp + 14..tcp + 16]
            && header[tcp + 20..next.header_size] == octets[tcp + 20..next.header_size]
    }
}

impl Segment {
    /// None: not plain TCP.
    fn parse(packet: &[u8]) -> Option<Segment> {
        let (ip_size, addresses) = match packet.first()? >> 4 {
            // No options, no fragment.
            4 if packet[0] == 0x45
                && packet.get(9) == Some(&TCP)
                && packet[6] & 0x3F == 0
                && packet[7] == 0 =>
            {
                (20, 12..20)
            }
            6 if packet.get(6) == Some(&TCP) => (40, 8..40),
            _ => return None,
        };
        let tcp = packet.get(ip_size..)?;
        let tcp_size = usize::from(*tcp.get(12)? >> 4) * 4;
        if tcp_size < 20 || tcp.len() < tcp_size {
            return None;
        }
        let payload = tcp.len() - tcp_size;
        let may_fragment = ip_size == 20 && packet[6] & DONT_FRAGMENT == 0;
        let sequence = u32::from_be_bytes([tcp[4], tcp[5], tcp[6], tcp[7]]);
        let is_joinable = payload > 0 && tcp[13] & !TCP_PSH == TCP_ACK && {
            // A joined packet's checksums count as verified, so they must be right here.
            let sum = checksum::sum(tcp, pseudo_header(&packet[addresses], TCP, tcp.len()));
            finish(sum) == [0, 0] && (ip_size == 40 || finish(checksum::sum(&packet[..20], 0)) == [0, 0])
        };
        Some(Segment {
            ip_size,
            header_size: ip_size + tcp_size,
            next_sequence: sequence.wrapping_add(payload as u32),
            identification: may_fragment.then(|| u16::from_be_bytes([packet[4], packet[5]])),
            is_pushed: tcp[13] & TCP_PSH != 0,
            is_joinable,
        })
    }
}
