//! Any octets against every kind of SA; and any inner octets, authentic: sealed as they are, then opened.
#![no_main]

use arbitrary::Arbitrary;
use esp::{Algorithms, InboundSa, Keys, Opened, OutboundSa, OVERHEAD_MAX};
use libfuzzer_sys::fuzz_target;

#[derive(Arbitrary, Debug)]
struct Input<'a> {
    suite: u8,
    esn: bool,
    replay_window: u32,
    next_header: u8,
    octets: &'a [u8],
}

/// One of each construction: AEAD, short ICV, CCM, ChaCha20, CBC, CTR, 3DES, NULL, DES; with the sizes of their
/// keys.
const SUITES: [(u16, u16, u16, usize, usize); 9] = [
    (20, 128, 0, 20, 0),
    (18, 256, 0, 36, 0),
    (15, 192, 0, 27, 0),
    (28, 0, 0, 36, 0),
    (12, 128, 2, 16, 20),
    (13, 256, 5, 36, 16),
    (3, 0, 1, 24, 16),
    (11, 0, 12, 0, 32),
    (2, 0, 1, 8, 16),
];

fuzz_target!(|input: Input<'_>| {
    let (encryption, key_bits, integrity, key, mac_key) = SUITES[usize::from(input.suite) % SUITES.len()];
    let octets: [u8; 64] = std::array::from_fn(|at| at as u8);
    let keys = Keys { encryption: &octets[..key], integrity: &octets[..mac_key] };
    let algorithms = Algorithms { encryption, key_bits, integrity };
    let mut inbound = InboundSa::new(1, algorithms, keys, input.esn, input.replay_window).unwrap();
    let mut outbound = OutboundSa::new(1, algorithms, keys, input.esn, &[1; 16]).unwrap();

    let _ = inbound.open(&mut input.octets.to_vec());
    let mut other = InboundSa::new(1, algorithms, keys, input.esn, input.replay_window).unwrap();
    if let Some(size) = other.text_size(input.octets.len()) {
        let _ = other.open_to(&mut input.octets.to_vec(), &mut vec![0; size]);
    }

    if input.octets.len() > usize::from(u16::MAX) {
        return;
    }
    let mut packet = vec![0; input.octets.len() + OVERHEAD_MAX];
    let offset = outbound.inner_offset();
    packet[offset..offset + input.octets.len()].copy_from_slice(input.octets);
    let size = outbound.seal(&mut packet, input.octets.len(), input.next_header).unwrap();
    let mut target = vec![0; other.text_size(size).unwrap()];
    let opened = other.open_to(&mut packet[..size].to_vec(), &mut target);
    let here = inbound.open(&mut packet[..size]);
    match (&opened, &here) {
        (Ok(Opened::Inner(there)), Ok(Opened::Inner(here))) => {
            assert_eq!(target[there.clone()], packet[here.clone()])
        }
        _ => assert_eq!(opened, here),
    }
    match here {
        Ok(Opened::Inner(range)) => assert!(input.octets.starts_with(&packet[range])),
        Ok(Opened::Dummy) => assert_eq!(input.next_header, 59),
        Err(reason) => assert!(!matches!(reason.name(), "integrity_failure" | "replay_detected")),
    }
});
