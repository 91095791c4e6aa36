//! Any packets on their way to a TUN device: no panic, each is written once, as it came, and those of one flow in order.
#![no_main]

use libfuzzer_sys::fuzz_target;

#[path = "../../tests/common/offload.rs"]
mod offload;

fuzz_target!(|input: &[u8]| {
    offload::check_join(input);
});
