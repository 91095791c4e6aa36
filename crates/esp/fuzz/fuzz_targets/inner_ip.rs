//! Any octets as an inner packet: no panic, and the answers agree with each other.
#![no_main]

use esp::inner_ip::{flow, next_header_of, stated_length};
use esp::{Selector, TrafficSelectors};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|packet: &[u8]| {
    let any = [Selector::any(4), Selector::any(6)];
    // The same without the shortcut for selectors that take everything.
    let halves = |version| {
        let Selector { end, .. } = Selector::any(version);
        let low = Selector { end: end / 2, ..Selector::any(version) };
        [low, Selector { start: end / 2 + 1, ..Selector::any(version) }]
    };
    let parts = [halves(4), halves(6)].concat();
    if let Some(length) = stated_length(packet) {
        assert!(length <= packet.len());
        assert!(next_header_of(packet).is_some());
    }
    if let Some(flow) = flow(packet) {
        assert!(matches!(flow.version, 4 | 6));
        let slowly = TrafficSelectors::new(&parts, &parts);
        let quickly = TrafficSelectors::new(&any, &any);
        assert_eq!(slowly.check_inbound(packet), Ok(()));
        assert_eq!(quickly.check_inbound(packet), Ok(()));
        assert_eq!(slowly.check_outbound(packet), Ok(()));
    }
});
