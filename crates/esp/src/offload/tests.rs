//! Cutting and joining, each against a slow but plain way of doing it.

use std::cell::RefCell;

use super::checksum::{finish, pseudo_header, sum};
use super::{Coalescer, Packet, SuperPacket, VNET_HEADER_SIZE};

const PSH: u8 = 0x08;
const ACK: u8 = 0x10;
const FIN: u8 = 0x01;

/// RFC 1071 section 4.1, octet by octet.
fn plain_checksum(data: &[u8]) -> u16 {
    let mut sum = 0u64;
    for (at, &octet) in data.iter().enumerate() {
        sum += u64::from(octet) << (8 * (1 - at % 2));
    }
    while sum >> 16 != 0 {
        sum = (sum & 0xFFFF) + (sum >> 16);
    }
    !(sum as u16)
}

#[test]
fn the_checksum_is_that_of_rfc_1071() {
    for size in (0..200).chain([1460, 65_535]) {
        let data: Vec<u8> = (0..size).map(|at| (at * 151 + at / 256) as u8).collect();
        assert_eq!(finish(sum(&data, 0)), plain_checksum(&data).to_be_bytes(), "{size} octets");
    }
    assert_eq!(finish(sum(&[0xFF; 65_535], 0)), plain_checksum(&[0xFF; 65_535]).to_be_bytes());
}

/// A TCP packet with right checksums and a timestamp option.
fn tcp(is_v6: bool, sequence: u32, flags: u8, payload: &[u8]) -> Vec<u8> {
    let mut tcp = vec![0x30, 0x39, 0, 80];
    tcp.extend(sequence.to_be_bytes());
    tcp.extend([0, 0, 0, 99, 0x80, flags, 1, 0, 0, 0, 0, 0, 1, 1, 8, 10, 0, 0, 0, 1, 0, 0, 0, 2]);
    tcp.extend(payload);
    let mut packet = ip(is_v6, 6, tcp.len());
    let addresses = if is_v6 { 8..40 } else { 12..20 };
    let checksum = finish(sum(&tcp, pseudo_header(&packet[addresses], 6, tcp.len())));
    tcp[16..18].copy_from_slice(&checksum);
    packet.extend(tcp);
    packet
}

fn ip(is_v6: bool, protocol: u8, upper: usize) -> Vec<u8> {
    if is_v6 {
        let mut packet = vec![0x60, 0, 0, 0, (upper >> 8) as u8, upper as u8, protocol, 64];
        packet.extend([0xFD; 16]);
        packet.extend([0xFE; 16]);
        return packet;
    }
    let length = 20 + upper;
    let mut packet = vec![0x45, 0, (length >> 8) as u8, length as u8, 0, 7, 0x40, 0, 64, protocol, 0, 0];
    packet.extend([10, 0, 0, 1, 10, 0, 0, 2]);
    let checksum = plain_checksum(&packet).to_be_bytes();
    packet[10..12].copy_from_slice(&checksum);
    packet
}

fn verify(packet: &[u8]) {
    let is_v6 = packet[0] >> 4 == 6;
    let (header, addresses) = if is_v6 { (40, 8..40) } else { (20, 12..20) };
    if !is_v6 {
        assert_eq!(plain_checksum(&packet[..20]), 0, "the IPv4 header's checksum is wrong");
        assert_eq!(usize::from(u16::from_be_bytes([packet[2], packet[3]])), packet.len());
    }
    let protocol = if is_v6 { packet[6] } else { packet[9] };
    let mut covered = packet[addresses].to_vec();
    covered.extend([0, protocol]);
    covered.extend(((packet.len() - header) as u16).to_be_bytes());
    covered.extend(&packet[header..]);
    assert_eq!(plain_checksum(&covered), 0, "the checksum of protocol {protocol} is wrong");
}

fn vnet(gso_type: u8, gso_size: u16, start: u16, offset: u16) -> Vec<u8> {
    let mut header = vec![1, gso_type];
    for field in [0, gso_size, start, offset] {
        header.extend(field.to_ne_bytes());
    }
    header
}

fn cut(read: &[u8]) -> Vec<Vec<u8>> {
    let packet = SuperPacket::parse(read).unwrap();
    let write = |index| {
        let mut target = vec![0xEE; packet.size(index)];
        packet.write(index, &mut target);
        target
    };
    (0..packet.count()).map(write).collect()
}

#[test]
fn a_large_tcp_packet_becomes_the_packets_that_tcp_would_have_sent() {
    let payload: Vec<u8> = (0..5000).map(|at| (at % 251) as u8).collect();
    for is_v6 in [false, true] {
        let upper = if is_v6 { 40 } else { 20 };
        let mut read = vnet(if is_v6 { 4 } else { 1 }, 1300, upper, 16);
        read.extend(tcp(is_v6, u32::MAX - 1000, ACK | PSH | FIN, &payload));
        let packets = cut(&read);
        assert_eq!(packets.len(), 4);
        for (index, (packet, piece)) in packets.iter().zip(payload.chunks(1300)).enumerate() {
            verify(packet);
            let tcp = &packet[usize::from(upper)..];
            assert_eq!(&tcp[32..], piece);
            let sequence = (u32::MAX - 1000).wrapping_add(1300 * index as u32);
            assert_eq!(tcp[4..8], sequence.to_be_bytes());
            assert_eq!(tcp[13], if index == 3 { ACK | PSH | FIN } else { ACK });
            if !is_v6 {
                assert_eq!(packet[4..6], (7 + index as u16).to_be_bytes());
            }
        }
    }
}

#[test]
fn a_large_udp_packet_becomes_datagrams() {
    for is_v6 in [false, true] {
        let upper = if is_v6 { 40 } else { 20 };
        let mut read = vnet(5, 100, upper, 6);
        read.extend(ip(is_v6, 17, 8 + 250));
        read.extend([0x30, 0x39, 0, 53, 0, 0, 0, 0]);
        read.extend([5; 250]);
        let packets = cut(&read);
        let sizes: Vec<_> = packets.iter().map(|packet| packet.len() - usize::from(upper)).collect();
        assert_eq!(sizes, [108, 108, 58]);
        for packet in packets {
            verify(&packet);
            let udp = &packet[usize::from(upper)..];
            assert_eq!(usize::from(u16::from_be_bytes([udp[4], udp[5]])), udp.len());
        }
    }
}

#[test]
fn a_checksum_left_to_the_device_is_finished() {
    let mut read = vnet(0, 0, 20, 16);
    let mut packet = tcp(false, 1, ACK, b"payload");
    let unfinished = super::checksum::fold(pseudo_header(&packet[12..20], 6, packet.len() - 20));
    packet[36..38].copy_from_slice(&unfinished);
    read.extend(packet);
    verify(&cut(&read)[0]);
}

#[test]
fn what_the_kernel_would_not_say_is_refused() {
    let packet = tcp(false, 1, ACK, &[0; 100]);
    let read = |header: Vec<u8>| [header, packet.clone()].concat();
    assert!(SuperPacket::parse(&read(vnet(1, 50, 20, 16))).is_ok());
    assert!(SuperPacket::parse(&read(vnet(1, 0, 20, 16))).is_err(), "segments of nothing");
    assert!(SuperPacket::parse(&read(vnet(9, 50, 20, 16))).is_err(), "an unknown kind");
    assert!(SuperPacket::parse(&read(vnet(1, 50, 500, 16))).is_err(), "a header behind the end");
    assert!(SuperPacket::parse(&read(vnet(0, 0, 20, 500))).is_err(), "a checksum behind the end");
    assert!(SuperPacket::parse(&[0; VNET_HEADER_SIZE]).is_err(), "no packet");
    for (first, smallest) in [(0x45, 20), (0x60, 40)] {
        let raw = |size| [vec![0; VNET_HEADER_SIZE], vec![first; size]].concat();
        assert!(SuperPacket::parse(&raw(1)).is_err(), "a packet socket sends what it likes");
        assert!(SuperPacket::parse(&raw(smallest - 1)).is_err(), "no whole header");
        assert!(SuperPacket::parse(&raw(smallest)).is_ok());
    }
    let whole = read(vnet(1, 50, 20, 16));
    for size in 0..whole.len() {
        if let Ok(packet) = SuperPacket::parse(&whole[..size]) {
            (0..packet.count()).for_each(|index| packet.write(index, &mut vec![0; packet.size(index)]));
        }
    }
}

/// Every packet's first octet of payload, in the order in which they are written; `refuse` joined writes.
fn join(packets: &[Vec<u8>], refuse: bool) -> Vec<Vec<u8>> {
    let mut coalescer = Coalescer::default();
    for (slot, packet) in packets.iter().enumerate() {
        coalescer.add(Packet { slot, range: 0..packet.len(), spi: 1 }, packet, true);
    }
    let written = RefCell::new(Vec::new());
    coalescer.flush(
        |packet| &packets[packet.slot][packet.range.clone()],
        |packets, pieces| {
            if refuse && packets.len() > 1 {
                return false;
            }
            written.borrow_mut().push(pieces.iter().flat_map(|piece| piece.to_vec()).collect());
            true
        },
    );
    written.into_inner()
}

fn stream(is_v6: bool, sizes: &[usize]) -> Vec<Vec<u8>> {
    let mut sequence = 1000u32;
    sizes
        .iter()
        .enumerate()
        .map(|(index, &size)| {
            let packet = tcp(is_v6, sequence, ACK, &vec![index as u8; size]);
            sequence += size as u32;
            packet
        })
        .collect()
}

#[test]
fn what_was_joined_is_cut_into_the_same_packets() {
    for is_v6 in [false, true] {
        let mut packets = stream(is_v6, &[1300, 1300, 1300, 400]);
        let written = join(&packets, false);
        assert_eq!(written.len(), 1);
        let mut again = cut(&written[0]);
        if !is_v6 {
            // Identifications count on; the originals all had the same.
            for (index, packet) in packets.iter_mut().enumerate() {
                let mut header = ip(false, 6, packet.len() - 20);
                header[4..6].copy_from_slice(&(7 + index as u16).to_be_bytes());
                header[10..12].fill(0);
                let checksum = plain_checksum(&header).to_be_bytes();
                header[10..12].copy_from_slice(&checksum);
                packet[..20].copy_from_slice(&header);
            }
        }
        again.iter().for_each(|packet| verify(packet));
        assert!(again.drain(..).eq(packets));
    }
}

#[test]
fn a_refused_joined_write_falls_back_to_single_ones() {
    let packets = stream(false, &[1300, 1300, 400]);
    let written = join(&packets, true);
    assert_eq!(written.len(), 3);
    for (written, packet) in written.iter().zip(&packets) {
        let ip = &written[VNET_HEADER_SIZE..];
        verify(ip);
        // What stands before it is the kind of packet, of no segments; identifications count on.
        assert!(written[..VNET_HEADER_SIZE].iter().all(|&octet| octet == 0));
        assert!(ip[20..] == packet[20..] && ip[..4] == packet[..4], "the same segment");
    }
}

fn writes(packets: &[Vec<u8>]) -> usize {
    join(packets, false).len()
}

#[test]
fn only_what_continues_and_is_alike_is_joined() {
    let first = tcp(false, 1000, ACK, &[1; 100]);
    let second = tcp(false, 1100, ACK, &[2; 100]);
    assert_eq!(writes(&[first.clone(), second.clone()]), 1);
    assert_eq!(writes(&[second.clone(), first.clone()]), 2, "out of order");
    assert_eq!(writes(&[first.clone(), tcp(false, 1101, ACK, &[2; 100])]), 2, "a gap");
    assert_eq!(writes(&[first.clone(), tcp(false, 1100, ACK, &[2; 101])]), 2, "longer than the first");
    assert_eq!(writes(&[first.clone(), tcp(false, 1100, ACK | FIN, &[2; 100])]), 2, "FIN");
    assert_eq!(writes(&[first.clone(), tcp(false, 1100, ACK, &[])]), 2, "a pure acknowledgment");
    assert_eq!(writes(&[tcp(false, 1000, ACK | PSH, &[1; 100]), second.clone()]), 2, "behind PSH");

    let change = |at: usize, value: u8| {
        let mut other = second.clone();
        other[at] = value;
        // Keep both checksums right, so that only the change tells.
        other[10..12].fill(0);
        let checksum = plain_checksum(&other[..20]).to_be_bytes();
        other[10..12].copy_from_slice(&checksum);
        other[36..38].fill(0);
        let checksum = finish(sum(&other[20..], pseudo_header(&other[12..20], 6, other.len() - 20)));
        other[36..38].copy_from_slice(&checksum);
        verify(&other);
        writes(&[first.clone(), other])
    };
    assert_eq!(change(36, 0), 1, "nothing was changed");
    for (at, value, what) in [
        (1, 2, "ECN"),
        (8, 63, "TTL"),
        (15, 9, "source"),
        (19, 9, "destination"),
        (21, 9, "source port"),
        (23, 9, "destination port"),
        (31, 1, "acknowledgment"),
        (34, 9, "window"),
        (39, 9, "urgent pointer"),
        (44, 9, "timestamp"),
    ] {
        assert_eq!(change(at, value), 2, "{what}");
    }

    let numbered = |packet: &[u8], flags: u8, identification: u16| {
        let mut packet = packet.to_vec();
        packet[4..6].copy_from_slice(&identification.to_be_bytes());
        packet[6] = flags;
        packet[10..12].fill(0);
        let checksum = plain_checksum(&packet[..20]).to_be_bytes();
        packet[10..12].copy_from_slice(&checksum);
        packet
    };
    let pair = |flags, one, two| writes(&[numbered(&first, flags, one), numbered(&second, flags, two)]);
    assert_eq!(pair(0x40, 7, 900), 1, "an identification that says nothing (RFC 6864 section 4.1)");
    assert_eq!(pair(0, 0xFFFF, 0), 1, "the next identification");
    assert_eq!(pair(0, 7, 9), 2, "an identification between them is another packet's");
    assert_eq!(pair(0, 7, 7), 2, "the same identification");

    let mut corrupt = second.clone();
    corrupt[60] ^= 1;
    assert_eq!(writes(&[first, corrupt]), 2, "a wrong checksum must stay wrong");
}

/// A UDP packet with a right checksum.
fn udp(is_v6: bool, payload: &[u8]) -> Vec<u8> {
    let length = (8 + payload.len()) as u16;
    let mut udp = vec![0x30, 0x39, 0, 53, (length >> 8) as u8, length as u8, 0, 0];
    udp.extend(payload);
    let mut packet = ip(is_v6, 17, udp.len());
    let addresses = if is_v6 { 8..40 } else { 12..20 };
    let checksum = finish(sum(&udp, pseudo_header(&packet[addresses], 17, udp.len())));
    udp[6..8].copy_from_slice(&checksum);
    packet.extend(udp);
    packet
}

#[test]
fn datagrams_of_one_size_are_joined_and_cut_into_the_same_again() {
    for is_v6 in [false, true] {
        let packets: Vec<_> = [200, 200, 200, 70].iter().map(|&size| udp(is_v6, &vec![3; size])).collect();
        let written = join(&packets, false);
        assert_eq!(written.len(), 1);
        let header = if is_v6 { 40 } else { 20 };
        for (again, packet) in cut(&written[0]).iter().zip(&packets) {
            verify(again);
            assert_eq!(again[header..], packet[header..]);
        }
    }
    let one = udp(false, &[3; 200]);
    assert_eq!(writes(&[udp(false, &[3; 70]), one.clone()]), 2, "longer than the first");
    let mut bare = one.clone();
    bare[26..28].fill(0);
    assert_eq!(writes(&[bare.clone(), bare]), 2, "what has no checksum gets none");
    let mut corrupt = one.clone();
    corrupt[100] ^= 1;
    assert_eq!(writes(&[one.clone(), corrupt, one.clone()]), 3, "a wrong checksum must stay wrong");
    assert_eq!(writes(&vec![one; 65]), 2, "as many as UDP_SEGMENT takes");
}

#[test]
fn flows_that_alternate_are_joined_each_for_itself() {
    let other = |packet: &[u8]| {
        let mut packet = packet.to_vec();
        packet[23] = 81;
        packet[36..38].fill(0);
        let checksum = finish(sum(&packet[20..], pseudo_header(&packet[12..20], 6, packet.len() - 20)));
        packet[36..38].copy_from_slice(&checksum);
        packet
    };
    let one = stream(false, &[500, 500, 500]);
    let both: Vec<_> = one.iter().flat_map(|packet| [packet.clone(), other(packet)]).collect();
    assert_eq!(writes(&both), 2);
}

#[test]
fn a_joined_packet_never_exceeds_what_ip_can_count() {
    let written = join(&stream(false, &[1400; 64]), false);
    assert_eq!(written.len(), 2);
    assert!(written.iter().all(|packet| packet.len() - VNET_HEADER_SIZE <= 65_535));
    assert_eq!(written.iter().map(|packet| cut(packet).len()).sum::<usize>(), 64);
}

#[test]
fn other_packets_go_as_they_came() {
    let mut udp = ip(false, 17, 16);
    udp.extend([7; 16]); // Its length is not true.
    let mut fragment = tcp(false, 1, ACK, &[1; 100]);
    fragment[6] = 0x20;
    let short = tcp(false, 1, ACK, &[])[..30].to_vec();
    let packets = [udp.clone(), udp, fragment.clone(), fragment, short, vec![0x45], vec![0x60]];
    let written = join(&packets, false);
    assert!(written.iter().map(|packet| &packet[VNET_HEADER_SIZE..]).eq(packets.iter()));
}
