//! Any octets as GRE and as what it carries: no panic, every place within the octets, and what is written is read.
#![no_main]

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use esp::gre::{delivered, delivery_size, ether_type, to_return, write_delivery, Gre, Header};
use esp::inner_ip::stated_length;
use libfuzzer_sys::fuzz_target;

const ENDS: [[IpAddr; 2]; 2] = [
    [IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1)), IpAddr::V4(Ipv4Addr::new(192, 0, 2, 2))],
    [
        IpAddr::V6(Ipv6Addr::new(0x2001, 0xDB8, 0, 0, 0, 0, 0, 1)),
        IpAddr::V6(Ipv6Addr::new(0x2001, 0xDB8, 0, 0, 0, 0, 0, 2)),
    ],
];

fuzz_target!(|octets: &[u8]| {
    if let Ok(header) = Header::of(octets) {
        assert!(header.size <= octets.len());
        if header.check_inner(octets).is_ok() {
            assert!(header.size < octets.len());
        }
    }
    for [local, remote] in ENDS {
        if let Some(returned) = to_return(octets, local, remote) {
            assert!(octets.ends_with(returned) && delivered(octets).is_ok());
        }
    }
    if stated_length(octets) != Some(octets.len()) || octets.len() > 60_000 {
        return;
    }
    for bits in 0..8u32 {
        let gre =
            Gre { key: (bits & 1 != 0).then_some(bits), checksum: bits & 2 != 0, sequence: bits & 4 != 0 };
        for [local, remote] in ENDS {
            let delivery = delivery_size(local);
            let mut packet = vec![0xEE; delivery + gre.size()];
            packet.extend_from_slice(octets);
            gre.write(&mut packet[delivery..], bits);
            write_delivery(&mut packet, local, remote, octets[1]);
            assert_eq!(delivered(&packet), Ok(delivery));
            let header = gre.read(&packet[delivery..]).unwrap();
            assert_eq!((header.size, header.protocol), (gre.size(), ether_type(octets)));
            assert_eq!((header.key, header.sequence), (gre.key, gre.sequence.then_some(bits)));
        }
    }
});
