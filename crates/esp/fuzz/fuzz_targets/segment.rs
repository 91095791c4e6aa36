//! Any octets as what a TUN device gives, virtio_net_hdr first (TSO, USO): no panic, and what is cut is right.
#![no_main]

use libfuzzer_sys::fuzz_target;

#[path = "../../tests/common/offload.rs"]
mod offload;

fuzz_target!(|read: &[u8]| {
    if let Err(reason) = offload::check_cut(read) {
        assert_eq!(reason.name(), "malformed");
    }
});
