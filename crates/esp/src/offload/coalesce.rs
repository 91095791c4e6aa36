//! Joining received TCP segments, and UDP datagrams, into one write to a TUN device (GRO).
//!
//! Packets are joined that continue each other and differ in nothing else, with valid checksums. Packets of one flow
//! keep their order; what is not joined goes as it came.

use std::io::IoSlice;
use std::ops::Range;

use super::checksum::{self, finish, fold, pseudo_header};
use super::segment::SuperPacket;
use super::vnet::{Segmentation, VnetHeader, VNET_HEADER_SIZE};
use crate::inner_ip::{stated_length, TCP, UDP};

const DONT_FRAGMENT: u8 = 0x40;
const TCP_PSH: u8 = 0x08;
const TCP_ACK: u8 = 0x10;
const UDP_HEADER_SIZE: usize = 8;
/// IPv6 and TCP with all options.
const HEADER_SIZE_MAX: usize = 40 + 60;
/// A packet looks for its flow among so many groups.
const SEARCHED: usize = 16;
/// An IP packet's length has 16 bits.
const SIZE_MAX: usize = 65_535;
/// What UDP_SEGMENT takes on any kernel that has it.
const DATAGRAMS_MAX: usize = 64;

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
    /// None: of a kind that nothing joins, and that stands in nobody's way.
    flow: Option<Flow>,
    /// Payload of every packet but the last.
    segment_size: usize,
    size: usize,
    is_closed: bool,
}

/// The packets of a group: the first one's headers, and what the last one left.
struct Flow {
    header: [u8; HEADER_SIZE_MAX],
    last: Segment,
    is_pushed: bool,
}

/// A TCP segment or UDP datagram, as far as joining asks.
#[derive(Clone, Copy)]
struct Segment {
    kind: Segmentation,
    ip_size: usize,
    header_size: usize,
    /// Of TCP.
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
    /// Add a packet, whose octets are `octets`. `joins_udp`: its device takes joined datagrams.
    pub fn add(&mut self, packet: Packet, octets: &[u8], joins_udp: bool) -> Added<'_> {
        let segment = Segment::parse(octets, joins_udp);
        let header_size =
            segment.filter(|segment| segment.is_joinable).map_or(0, |segment| segment.header_size);
        let joined = segment.filter(|segment| segment.is_joinable).and_then(|segment| {
            let index = self.find(packet.spi, &segment, octets)?;
            self.groups[index].accepts(&segment, octets).then_some((index, segment))
        });
        if let Some((index, segment)) = joined {
            let group = &mut self.groups[index];
            group.join(packet, segment, octets.len() - header_size);
            return Added { packet: group.packets.last_mut(), header_size, is_joined: true };
        }
        if self.used == self.groups.len() {
            self.groups.push(Group::default());
        }
        let group = &mut self.groups[self.used];
        group.begin(packet, segment, octets);
        self.used += 1;
        Added { packet: group.packets.last_mut(), header_size, is_joined: false }
    }

    /// The last group of the segment's flow.
    #[inline]
    fn find(&self, spi: u32, segment: &Segment, octets: &[u8]) -> Option<usize> {
        let mut recent = (0..self.used).rev().take(SEARCHED);
        recent.find(|&index| {
            let group = &self.groups[index];
            let is_of_flow = |flow: &Flow| flow.is_that_of(segment, octets);
            group.packets.first().is_some_and(|first| first.spi == spi)
                && group.flow.as_ref().is_some_and(is_of_flow)
        })
    }

    /// Give every group to `write`, as the pieces of one packet with its virtio_net_hdr, and begin anew. Where
    /// `write` refuses a joined packet, it is cut into single ones again.
    ///
    /// `octets` gives a packet's octets, of which the header is not looked at where the packet was joined to others;
    /// `write` gets the packets that it writes, and says whether it could.
    pub fn flush<'a>(
        &mut self,
        octets: impl Fn(&Packet) -> &'a [u8],
        mut write: impl FnMut(&[Packet], &[IoSlice<'_>]) -> bool,
    ) {
        for group in &self.groups[..self.used] {
            match &group.packets[..] {
                [packet] => write_single(packet, octets(packet), &mut write),
                _ => group.write_joined(&octets, &mut write),
            }
        }
        self.used = 0;
    }
}

/// Where a packet was put.
pub struct Added<'a> {
    /// The packet, as it is kept.
    packet: Option<&'a mut Packet>,
    /// Of IP, and TCP or UDP; 0 where nothing can join it.
    pub header_size: usize,
    /// It continues others: its header is of no more use.
    pub is_joined: bool,
}

impl Added<'_> {
    /// The packet's octets are now `by` further on.
    pub fn shift(self, by: usize) {
        if let Some(Packet { range, .. }) = self.packet {
            (range.start, range.end) = (range.start + by, range.end + by);
        }
    }
}

/// One packet as it is.
fn write_single(packet: &Packet, ip: &[u8], write: &mut impl FnMut(&[Packet], &[IoSlice<'_>]) -> bool) {
    let header = [0; VNET_HEADER_SIZE];
    write(std::slice::from_ref(packet), &[IoSlice::new(&header), IoSlice::new(ip)]);
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
        self.is_closed = segment.is_pushed
            || payload < self.segment_size
            || (segment.kind == Segmentation::Udp && self.packets.len() == DATAGRAMS_MAX);
        if let Some(flow) = &mut self.flow {
            flow.last = segment;
            flow.is_pushed |= segment.is_pushed;
        }
    }

    fn write_joined<'a>(
        &self,
        octets: &impl Fn(&Packet) -> &'a [u8],
        write: &mut impl FnMut(&[Packet], &[IoSlice<'_>]) -> bool,
    ) {
        // Only what has a flow is joined.
        let Some(Flow { header, last, is_pushed }) = &self.flow else { return };
        let &Segment { kind, ip_size, header_size, .. } = last;
        let mut header = *header;
        let header = &mut header[..header_size];
        let is_v6 = header[0] >> 4 == 6;
        let upper_size = self.size - ip_size;
        let (ip, upper) = header.split_at_mut(ip_size);
        if is_v6 {
            ip[4..6].copy_from_slice(&(upper_size as u16).to_be_bytes());
        } else {
            ip[2..4].copy_from_slice(&(self.size as u16).to_be_bytes());
            ip[10..12].fill(0);
            let sum = finish(checksum::sum(ip, 0));
            ip[10..12].copy_from_slice(&sum);
        }
        let checksum_at = match kind {
            Segmentation::Tcp => {
                upper[13] |= if *is_pushed { TCP_PSH } else { 0 };
                16
            }
            Segmentation::Udp => {
                upper[4..6].copy_from_slice(&(upper_size as u16).to_be_bytes());
                6
            }
        };
        let (protocol, addresses) = last.protocol_and_addresses(ip);
        let sum = fold(pseudo_header(addresses, protocol, upper_size));
        upper[checksum_at..checksum_at + 2].copy_from_slice(&sum);
        let vnet = VnetHeader {
            segmentation: Some((kind, self.segment_size)),
            checksum: Some((ip_size, checksum_at)),
            header_size,
        };
        let vnet = vnet.encode(is_v6);
        let mut pieces = Vec::with_capacity(2 + self.packets.len());
        pieces.extend([IoSlice::new(&vnet), IoSlice::new(header)]);
        self.payloads(header_size, |payload| pieces.push(IoSlice::new(octets(payload))));
        if write(&self.packets, &pieces) {
            return;
        }
        let whole = pieces.iter().flat_map(|piece| piece.iter().copied()).collect::<Vec<u8>>();
        let Ok(whole) = SuperPacket::parse(&whole) else { return };
        for (index, packet) in self.packets.iter().enumerate().take(whole.count()) {
            let mut ip = vec![0; whole.size(index)];
            whole.write(index, &mut ip);
            write_single(packet, &ip, write);
        }
    }

    /// Give every packet's payload to `take`: those that stand behind each other as one, for what is copied in one
    /// piece is copied faster.
    fn payloads(&self, header_size: usize, mut take: impl FnMut(&Packet)) {
        let mut payloads = self.packets.iter().map(|packet| {
            let range = packet.range.start + header_size..packet.range.end;
            Packet { range, ..*packet }
        });
        let Some(mut piece) = payloads.next() else { return };
        for payload in payloads {
            if payload.slot == piece.slot && payload.range.start == piece.range.end {
                piece.range.end = payload.range.end;
            } else {
                take(&std::mem::replace(&mut piece, payload));
            }
        }
        take(&piece);
    }
}

impl Flow {
    #[inline]
    fn is_that_of(&self, segment: &Segment, octets: &[u8]) -> bool {
        let ip_size = self.last.ip_size;
        let addresses = if ip_size == 20 { 12..20 } else { 8..40 };
        ip_size == segment.ip_size
            && self.last.kind == segment.kind
            && self.header[ip_size..ip_size + 4] == octets[ip_size..ip_size + 4]
            && self.header[addresses.clone()] == octets[addresses]
    }

    /// Does `next` follow, and differ in nothing but length, identification, sequence, PSH and checksums?
    fn is_continued_by(&self, next: &Segment, octets: &[u8]) -> bool {
        let (header, upper) = (&self.header, self.last.ip_size);
        let ip_is_same = match upper {
            // TOS; flags; TTL.
            20 => header[1] == octets[1] && header[6] == octets[6] && header[8] == octets[8],
            // Version, traffic class, flow label; hop limit.
            _ => header[..4] == octets[..4] && header[7] == octets[7],
        };
        ip_is_same
            // Whoever cuts the joined packet counts on from the first: no packet may get the number of another.
            && next.identification == self.last.identification.map(|last| last.wrapping_add(1))
            && self.last.header_size == next.header_size
            && (next.kind == Segmentation::Udp || self.tcp_is_continued_by(next, &octets[upper..]))
    }

    fn tcp_is_continued_by(&self, next: &Segment, tcp: &[u8]) -> bool {
        let first = &self.header[self.last.ip_size..next.header_size];
        tcp[4..8] == self.last.next_sequence.to_be_bytes()
            // Acknowledgment and data offset; window; urgent pointer and options.
            && first[8..13] == tcp[8..13]
            && first[14..16] == tcp[14..16]
            && first[18..] == tcp[18..first.len()]
    }
}

impl Segment {
    /// None: neither plain TCP nor, if `joins_udp`, plain UDP.
    #[inline]
    fn parse(packet: &[u8], joins_udp: bool) -> Option<Segment> {
        let segment = Self::parse_headers(packet, joins_udp)?;
        // Whoever joins packets, and whoever cuts them again, makes lengths and checksums: wrong ones must stay wrong.
        let has_right_length = || stated_length(packet) == Some(packet.len());
        let is_joinable = segment.is_joinable && has_right_length() && segment.has_right_checksums(packet);
        Some(Segment { is_joinable, ..segment })
    }

    #[inline]
    fn parse_headers(packet: &[u8], joins_udp: bool) -> Option<Segment> {
        let (ip_size, protocol) = match packet.first()? >> 4 {
            // No options, no fragment.
            4 if packet.len() >= 20 && packet[0] == 0x45 && packet[6] & 0x3F == 0 && packet[7] == 0 => {
                (20, packet[9])
            }
            6 if packet.len() >= 40 => (40, packet[6]),
            _ => return None,
        };
        let may_fragment = ip_size == 20 && packet[6] & DONT_FRAGMENT == 0;
        let identification = may_fragment.then(|| u16::from_be_bytes([packet[4], packet[5]]));
        let upper = &packet[ip_size..];
        match protocol {
            TCP => Self::parse_tcp(upper, ip_size, identification),
            UDP if joins_udp => Self::parse_udp(upper, ip_size, identification),
            _ => None,
        }
    }

    fn parse_tcp(tcp: &[u8], ip_size: usize, identification: Option<u16>) -> Option<Segment> {
        let tcp_size = usize::from(*tcp.get(12)? >> 4) * 4;
        if tcp_size < 20 || tcp.len() < tcp_size {
            return None;
        }
        let payload = tcp.len() - tcp_size;
        let sequence = u32::from_be_bytes([tcp[4], tcp[5], tcp[6], tcp[7]]);
        Some(Segment {
            kind: Segmentation::Tcp,
            ip_size,
            header_size: ip_size + tcp_size,
            next_sequence: sequence.wrapping_add(payload as u32),
            identification,
            is_pushed: tcp[13] & TCP_PSH != 0,
            is_joinable: payload > 0 && tcp[13] & !TCP_PSH == TCP_ACK,
        })
    }

    fn parse_udp(udp: &[u8], ip_size: usize, identification: Option<u16>) -> Option<Segment> {
        let (header, payload) = udp.split_first_chunk::<UDP_HEADER_SIZE>()?;
        let length = usize::from(u16::from_be_bytes([header[4], header[5]]));
        // Whoever cuts a joined datagram makes checksums; one that has none must stay without (RFC 768).
        let is_joinable = length == udp.len() && header[6..] != [0, 0] && !payload.is_empty();
        Some(Segment {
            kind: Segmentation::Udp,
            ip_size,
            header_size: ip_size + UDP_HEADER_SIZE,
            next_sequence: 0,
            identification,
            is_pushed: false,
            is_joinable,
        })
    }

    /// A joined packet's checksums count as verified, so they must be right here.
    fn has_right_checksums(&self, packet: &[u8]) -> bool {
        let (ip, upper) = packet.split_at(self.ip_size);
        let (protocol, addresses) = self.protocol_and_addresses(ip);
        let sum = checksum::sum(upper, pseudo_header(addresses, protocol, upper.len()));
        finish(sum) == [0, 0] && (self.ip_size == 40 || finish(checksum::sum(ip, 0)) == [0, 0])
    }

    /// Of the pseudo-header: protocol, source and destination.
    fn protocol_and_addresses<'a>(&self, ip: &'a [u8]) -> (u8, &'a [u8]) {
        let protocol = match self.kind {
            Segmentation::Tcp => TCP,
            Segmentation::Udp => UDP,
        };
        (protocol, if self.ip_size == 20 { &ip[12..20] } else { &ip[8..40] })
    }
}
