//! Any packets as fragments, and in fragments: no panic, no datagram larger than IP permits, nothing that grows, and
//! what is cut is what is put together.
#![no_main]

use esp::fragmenting::split;
use esp::fragments::{is_fragment, Reassembly, OCTETS_MAX};
use esp::inner_ip::stated_length;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|packets: Vec<Vec<u8>>| {
    let mut reassembly = Reassembly::default();
    for (now, packet) in packets.iter().enumerate() {
        match reassembly.take(packet, now as u64 * 1000) {
            Ok(Some(whole)) => assert!(whole.len() <= 65_535 + 40 && is_fragment(packet)),
            Ok(None) => assert!(is_fragment(packet)),
            Err(_) => {}
        }
        assert!(reassembly.held() <= OCTETS_MAX);
        let mtu = 68 + usize::from(packet.first().copied().unwrap_or(0)) * 4;
        let mut joined = Reassembly::default();
        let mut whole = None;
        let cut = split(packet, mtu, 7, |fragment| {
            assert!(fragment.len() <= mtu && stated_length(fragment) == Some(fragment.len()));
            if let Ok(Some(joined)) = joined.take(fragment, 0) {
                whole = Some(joined);
            }
        });
        let _ = esp::too_big::message(packet, mtu);
        if let (Ok(()), Some(whole), false) = (cut, whole, is_fragment(packet)) {
            assert_eq!(whole[40..], packet[40..whole.len()]);
        }
    }
});
