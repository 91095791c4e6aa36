//! Any packets as fragments: no panic, and no datagram larger than IP permits.
#![no_main]

use esp::fragments::{is_fragment, Reassembly};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|packets: Vec<Vec<u8>>| {
    let mut reassembly = Reassembly::default();
    for packet in &packets {
        match reassembly.take(packet) {
            Ok(Some(whole)) => assert!(whole.len() <= 65_535 && is_fragment(packet)),
            Ok(None) => assert!(is_fragment(packet)),
            Err(_) => {}
        }
    }
});
