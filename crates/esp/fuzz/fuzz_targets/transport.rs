//! Any octets as a packet that ESP goes into: no panic, and what is sealed comes back as it was.
#![no_main]

use esp::transport::{rebuild, Cut, Front};
use esp::{Algorithms, InboundSa, Keys, OutboundSa, OVERHEAD_MAX, PROTOCOL};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|packet: &[u8]| {
    let Ok(cut) = Cut::of(packet) else { return };
    assert!(cut.header <= packet.len() && cut.options() < cut.header);
    if packet.len() > usize::from(u16::MAX) - OVERHEAD_MAX || cut.next_header == esp::next_header::NONE {
        return;
    }
    let algorithms = Algorithms { encryption: 20, key_bits: 128, integrity: 0 };
    let keys = Keys { encryption: &[7; 20], integrity: &[] };
    let mut outbound = OutboundSa::new(1, algorithms, keys, false, &[1; 16]).unwrap();
    let mut inbound = InboundSa::new(1, algorithms, keys, false, 64).unwrap();
    let (header, payload) = packet.split_at(cut.header);

    let mut sealed = vec![0; payload.len() + OVERHEAD_MAX];
    let offset = outbound.inner_offset();
    sealed[offset..offset + payload.len()].copy_from_slice(payload);
    let size = outbound.seal(&mut sealed, payload.len(), cut.next_header).unwrap();
    let mut outer = header.to_vec();
    cut.close(&mut outer, PROTOCOL, size);
    let whole = [&outer, &sealed[..size]].concat();
    assert_eq!(Cut::of(&whole).map(|cut| (cut.header, cut.next_header)), Ok((cut.header, PROTOCOL)));

    let opened = inbound.open_transport(&mut sealed[..size]).unwrap().unwrap();
    assert_eq!(&sealed[opened.range.clone()], payload);
    let mut rebuilt = Vec::new();
    rebuild(&mut rebuilt, Front::Header(&outer), opened.next_header, &sealed[opened.range]).unwrap();
    assert_eq!(&rebuilt[cut.header..], payload);
    // Lengths and checksum of the fuzzer's header may have been anything.
    if packet[0] >> 4 == 4 {
        assert_eq!(rebuilt[12..cut.header], header[12..]);
    } else {
        assert_eq!(rebuilt[6..cut.header], header[6..]);
    }
});
