//! What must hold of whatever is cut into packets, and of whatever is joined: for the tests and for the fuzz targets.
//! It is worked out here octet by octet, from what RFCs say of the packets, as slowly as that is.
#![allow(dead_code)]

use std::collections::HashMap;
use std::ops::Range;

use esp::inner_ip::{flow, stated_length, upper};
use esp::offload::{Coalescer, Gathered, Packet, SuperPacket, VNET_HEADER_SIZE};
use esp::DropReason;

const TCP: u8 = 6;
const UDP: u8 = 17;
const GSO_UDP_L4: u8 = 5;
const FIN: u8 = 0x01;
const PSH: u8 = 0x08;
const CWR: u8 = 0x80;
const IP_SIZE_MAX: usize = 65_535;

/// The packets that `read` from a device makes, virtio_net_hdr first.
pub fn cut(read: &[u8]) -> Result<Vec<Vec<u8>>, DropReason> {
    let packet = SuperPacket::parse(read)?;
    let write = |index| {
        let mut target = vec![0xEE; packet.size(index)];
        packet.write(index, &mut target);
        target
    };
    Ok((0..packet.count()).map(write).collect())
}

/// What is cut is right, of whatever `read` says; gives how many packets it is. A reason: it is refused.
pub fn check_cut(read: &[u8]) -> Result<usize, DropReason> {
    let packets = cut(read)?;
    let (header, whole) = read.split_at(VNET_HEADER_SIZE);
    let field = |at: usize| usize::from(u16::from_ne_bytes([header[at], header[at + 1]]));
    match (header[1] & 0x7F, header[0] & 1 != 0) {
        (0, false) => assert_eq!(packets, [whole]),
        (0, true) => check_finished(whole, &packets, field(6), field(6) + field(8)),
        (kind, _) => check_segments(whole, &packets, kind == GSO_UDP_L4, field(4)),
    }
    Ok(packets.len())
}

/// One packet, of which nothing but the checksum `at` has changed, which covers it from `start` on.
fn check_finished(whole: &[u8], packets: &[Vec<u8>], start: usize, at: usize) {
    let [packet] = packets else { panic!("{} packets of one", packets.len()) };
    assert_eq!((&packet[..at], &packet[at + 2..]), (&whole[..at], &whole[at + 2..]));
    assert_eq!(flow(packet), flow(whole), "selectors have judged another packet");
    // The pseudo-header's sum stood where the checksum stands now.
    assert_eq!(sum(&[&whole[at..at + 2], &packet[start..]]), 0xFFFF);
}

/// They carry the payload of `whole` in pieces of `size`, and are whole packets of its flow.
fn check_segments(whole: &[u8], packets: &[Vec<u8>], is_udp: bool, size: usize) {
    let (protocol, start) = upper(whole).unwrap();
    assert_eq!(protocol, if is_udp { UDP } else { TCP });
    let header = start + if is_udp { 8 } else { usize::from(whole[start + 12] >> 4) * 4 };
    let payload: Vec<u8> = packets.iter().flat_map(|packet| packet[header..].to_vec()).collect();
    assert_eq!(payload, whole[header..]);
    let last = packets.len() - 1;
    for (index, packet) in packets.iter().enumerate() {
        check_packet(packet);
        assert_eq!(flow(packet), flow(whole));
        assert!(if index < last { packet.len() == header + size } else { packet.len() > header });
        assert!(packet.len() <= header + size);
        let mut expected = whole[..header].to_vec();
        let mut copy = |range: Range<usize>| expected[range.clone()].copy_from_slice(&packet[range]);
        // Lengths, and checksums.
        match whole[0] >> 4 {
            4 => [2..4, 10..12].into_iter().for_each(&mut copy),
            _ => copy(4..6),
        }
        match is_udp {
            true => copy(start + 4..start + 8),
            false => copy(start + 16..start + 18),
        }
        if whole[0] >> 4 == 4 {
            let identification = u16::from_be_bytes([whole[4], whole[5]]).wrapping_add(index as u16);
            expected[4..6].copy_from_slice(&identification.to_be_bytes());
        }
        if !is_udp {
            let sequence = u32::from_be_bytes(whole[start + 4..start + 8].try_into().unwrap());
            let sequence = sequence.wrapping_add((index * size) as u32);
            expected[start + 4..start + 8].copy_from_slice(&sequence.to_be_bytes());
            expected[start + 13] &= !if index > 0 { CWR } else { 0 };
            expected[start + 13] &= !if index < last { FIN | PSH } else { 0 };
        }
        assert_eq!(packet[..header], expected, "packet {index}");
    }
}

/// Its lengths are true, and its checksums right.
fn check_packet(packet: &[u8]) {
    assert_eq!(stated_length(packet), Some(packet.len()));
    let (protocol, start) = upper(packet).unwrap();
    let addresses = if packet[0] >> 4 == 4 { &packet[12..20] } else { &packet[8..40] };
    if packet[0] >> 4 == 4 {
        assert_eq!(sum(&[&packet[..start]]), 0xFFFF, "the IPv4 header's checksum");
    }
    let covered = &packet[start..];
    let size = (covered.len() as u32).to_be_bytes();
    assert_eq!(sum(&[addresses, &[0, protocol], &size, covered]), 0xFFFF, "the checksum of {protocol}");
    if protocol == UDP {
        assert_eq!(usize::from(u16::from_be_bytes([covered[4], covered[5]])), covered.len());
        assert_ne!(covered[6..8], [0, 0], "that there is none");
    }
}

/// The ones' complement sum (RFC 1071 section 4.1). Only the last part may have an odd size.
fn sum(parts: &[&[u8]]) -> u16 {
    let mut sum = 0u64;
    for (at, &octet) in parts.iter().copied().flatten().enumerate() {
        sum += u64::from(octet) << (8 * (1 - at % 2));
    }
    while sum >> 16 != 0 {
        sum = (sum & 0xFFFF) + (sum >> 16);
    }
    sum as u16
}

/// What is said of each packet that comes; the first one's [`REFUSING`] and [`TAKES_UDP`] are for all.
///
/// ```text
/// how u8 | size u16 | octets        and so on
/// ```
pub mod how {
    /// Its lengths and checksums are made right.
    pub const MENDED: u8 = 0x01;
    /// The octets are the payload of what continues the packet before.
    pub const FOLLOWS: u8 = 0x02;
    /// It came by another SA.
    pub const OTHER_SA: u8 = 0x04;
    /// It is not authentic.
    pub const LOST: u8 = 0x08;
    /// What a tunnel puts in front of its packets is in front of it.
    pub const BEHIND: u8 = 0x10;
    /// It stays in its receive buffer.
    pub const HERE: u8 = 0x20;
    /// The device takes no joined packets.
    pub const REFUSING: u8 = 0x40;
    /// The device takes joined datagrams.
    pub const TAKES_UDP: u8 = 0x80;
}

const GATHERED: usize = usize::MAX;
const FRONT: usize = 22;

struct Came {
    how: u8,
    octets: Vec<u8>,
}

/// What is joined is right, of whatever comes. Gives how many packets were to be written, and how often was written.
pub fn check_join(input: &[u8]) -> (usize, usize) {
    let came = packets_of(input);
    let all = came.first().map_or(0, |first| first.how);
    let (mut gathered, mut coalescer) = (Gathered::default(), Coalescer::default());
    let mut from = 0;
    let mut writes = 0;
    for (index, Came { how, octets }) in came.iter().enumerate() {
        let spi = 1 + u32::from(how & how::OTHER_SA);
        let takes_udp = all & how::TAKES_UDP != 0;
        if how & how::HERE != 0 {
            if how & how::LOST == 0 {
                coalescer.add(Packet { slot: index, range: 0..octets.len(), spi }, octets, takes_udp);
            }
            continue;
        }
        let start = if how & how::BEHIND != 0 { FRONT } else { 0 };
        let end = start + octets.len();
        // Behind it there is padding.
        let place = |gathered: &mut Gathered| {
            let Some(target) = gathered.place(spi, end + 4) else { return false };
            target.fill(0xDD);
            target[start..end].copy_from_slice(octets);
            true
        };
        if !place(&mut gathered) {
            writes += check_written(&came, from..index, &mut coalescer, &gathered);
            gathered.clear();
            from = index;
            assert!(place(&mut gathered), "there is room for any packet");
        }
        if how & how::LOST != 0 {
            gathered.give_up();
            continue;
        }
        let range = gathered.range(start..end);
        let inner = &gathered.octets()[range.clone()];
        let added = coalescer.add(Packet { slot: GATHERED, range: range.clone(), spi }, inner, takes_udp);
        gathered.keep(range, spi, added);
    }
    writes += check_written(&came, from..came.len(), &mut coalescer, &gathered);
    (came.iter().filter(|one| one.how & how::LOST == 0).count(), writes)
}

fn packets_of(mut input: &[u8]) -> Vec<Came> {
    let mut came: Vec<Came> = Vec::new();
    while let [how, high, low, rest @ ..] = input {
        let size = usize::from(u16::from_be_bytes([*high, *low])).min(rest.len());
        let (octets, rest) = rest.split_at(size);
        let following = came.last().filter(|_| how & how::FOLLOWS != 0);
        let following = following.and_then(|before| continued(&before.octets, octets));
        let mut octets = following.unwrap_or_else(|| octets.to_vec());
        octets.truncate(IP_SIZE_MAX);
        if how & how::MENDED != 0 {
            mend(&mut octets);
        }
        came.push(Came { how: *how, octets });
        input = rest;
    }
    came
}

/// The protocol of plain TCP or UDP, where it begins, and where its payload does.
fn plain(packet: &[u8]) -> Option<(u8, usize, usize)> {
    let (protocol, start) = match packet.first()? >> 4 {
        4 if packet.len() >= 20 && packet[0] == 0x45 && packet[6] & 0x3F == 0 && packet[7] == 0 => {
            (packet[9], 20)
        }
        6 if packet.len() >= 40 => (packet[6], 40),
        _ => return None,
    };
    let size = match protocol {
        TCP => usize::from(*packet.get(start + 12)? >> 4) * 4,
        UDP => 8,
        _ => return None,
    };
    let smallest = if protocol == TCP { 20 } else { 8 };
    (size >= smallest && packet.len() >= start + size).then_some((protocol, start, start + size))
}

/// A packet with `payload` that comes behind `before`.
fn continued(before: &[u8], payload: &[u8]) -> Option<Vec<u8>> {
    let (protocol, start, header) = plain(before)?;
    let mut packet = [&before[..header], payload].concat();
    if start == 20 {
        let identification = u16::from_be_bytes([before[4], before[5]]).wrapping_add(1);
        packet[4..6].copy_from_slice(&identification.to_be_bytes());
    }
    if protocol == TCP {
        let sequence = u32::from_be_bytes(before[start + 4..start + 8].try_into().ok()?);
        let sequence = sequence.wrapping_add((before.len() - header) as u32);
        packet[start + 4..start + 8].copy_from_slice(&sequence.to_be_bytes());
    }
    Some(packet)
}

/// Make lengths and checksums right, as far as there are any.
fn mend(packet: &mut [u8]) {
    let Some((protocol, start, _)) = plain(packet) else { return };
    let size = packet.len();
    let (ip, upper) = packet.split_at_mut(start);
    if start == 20 {
        ip[2..4].copy_from_slice(&(size as u16).to_be_bytes());
        ip[10..12].fill(0);
        let made = !sum(&[ip]);
        ip[10..12].copy_from_slice(&made.to_be_bytes());
    } else {
        ip[4..6].copy_from_slice(&(upper.len() as u16).to_be_bytes());
    }
    let addresses = if start == 20 { &ip[12..20] } else { &ip[8..40] };
    let length = (upper.len() as u32).to_be_bytes();
    let at = if protocol == TCP { 16 } else { 6 };
    if protocol == UDP {
        upper[4..6].copy_from_slice(&length[2..]);
    }
    upper[at..at + 2].fill(0);
    let made = !sum(&[addresses, &[0, protocol], &length, upper]);
    let made = if made == 0 && protocol == UDP { 0xFFFF } else { made };
    upper[at..at + 2].copy_from_slice(&made.to_be_bytes());
}

/// Write what was put aside of the packets in `range`: each is written once, as it came, and those of one flow in their
/// order. Gives the number of writes.
fn check_written(
    came: &[Came],
    range: Range<usize>,
    coalescer: &mut Coalescer,
    gathered: &Gathered,
) -> usize {
    let refuses = came.first().is_some_and(|first| first.how & how::REFUSING != 0);
    let mut written: Vec<(u32, Vec<Vec<u8>>)> = Vec::new();
    coalescer.flush(
        |packet| match packet.slot {
            GATHERED => &gathered.octets()[packet.range.clone()],
            slot => &came[slot].octets[packet.range.clone()],
        },
        |packets, pieces| {
            let write: Vec<u8> = pieces.iter().flat_map(|piece| piece.to_vec()).collect();
            let (header, whole) = write.split_at(VNET_HEADER_SIZE);
            assert!(whole.len() <= IP_SIZE_MAX);
            assert!(packets.iter().all(|packet| packet.spi == packets[0].spi), "of two tunnels");
            if let [packet] = packets {
                assert_eq!(header, [0; VNET_HEADER_SIZE]);
                written.push((packet.spi, vec![whole.to_vec()]));
                return true;
            }
            if refuses {
                return false;
            }
            check_cut(&write).unwrap();
            let made = cut(&write).unwrap();
            assert_eq!(made.len(), packets.len());
            written.push((packets[0].spi, made));
            true
        },
    );
    let mut awaited: Vec<usize> = range.filter(|&index| came[index].how & how::LOST == 0).collect();
    let mut last_of_flow: HashMap<(u32, Vec<u8>), usize> = HashMap::new();
    for (spi, packets) in &written {
        let is_as_it_came = packets.len() == 1 && !refuses;
        for packet in packets {
            let is_it = |&index: &usize| {
                let Came { how, octets } = &came[index];
                let is_same = if is_as_it_came { octets == packet } else { is_alike(octets, packet) };
                1 + u32::from(how & how::OTHER_SA) == *spi && is_same
            };
            let found =
                awaited.iter().position(is_it).unwrap_or_else(|| panic!("nothing like it came: {packet:x?}"));
            let index = awaited.remove(found);
            if let Some(flow) = flow_of(packet) {
                let before = last_of_flow.insert((*spi, flow), index);
                assert!(
                    before.is_none_or(|before| before < index),
                    "packets of one flow have changed places"
                );
            }
        }
    }
    assert!(awaited.is_empty(), "{} packets were lost", awaited.len());
    written.len()
}

/// Is it the same packet? Identifications that say nothing may have changed (RFC 6864 section 4.1).
fn is_alike(one: &[u8], other: &[u8]) -> bool {
    let bare = |packet: &[u8]| {
        let mut packet = packet.to_vec();
        if plain(&packet).is_some_and(|(_, start, _)| start == 20) && packet[6] & 0x40 != 0 {
            packet[4..6].fill(0);
            packet[10..12].fill(0);
        }
        packet
    };
    bare(one) == bare(other)
}

/// Protocol, addresses and ports of plain TCP and UDP, whose order counts.
fn flow_of(packet: &[u8]) -> Option<Vec<u8>> {
    let (protocol, start, _) = plain(packet)?;
    let addresses = if start == 20 { &packet[12..20] } else { &packet[8..40] };
    Some([&[protocol], addresses, &packet[start..start + 4]].concat())
}
