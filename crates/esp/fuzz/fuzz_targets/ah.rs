//! Any octets as headers and AH behind them: no panic, and what was protected is verified, but not once changed.
#![no_main]

use esp::ah::{AhInbound, AhOutbound, PROTOCOL};
use esp::transport::Cut;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: (u8, Vec<u8>, u16)| {
    let (at, packet, changed) = input;
    let key = [7; 20];
    let mut inbound = AhInbound::new(2, &key, false, 64).unwrap();
    let (front, protected) = packet.split_at(usize::from(at).min(packet.len()));
    assert!(inbound.verify(front, protected).is_err());

    let Ok(cut) = Cut::of(&packet) else { return };
    let (header, payload) = packet.split_at(cut.header);
    let mut outbound = AhOutbound::new(1, 2, &key, packet[0] >> 4 == 6).unwrap();
    let mut protected = vec![0; outbound.size() + payload.len()];
    outbound.write(&mut protected, cut.next_header, 1);
    protected[outbound.size()..].copy_from_slice(payload);
    let mut front = header.to_vec();
    cut.close(&mut front, PROTOCOL, protected.len());
    if outbound.seal(&front, &mut protected, None).is_err() {
        return;
    }
    let mut broken = protected.clone();
    let place = usize::from(changed) % broken.len();
    broken[place] ^= 1;
    assert!(inbound.verify(&front, &broken).is_err());
    let verified = inbound.verify(&front, &protected).unwrap();
    assert_eq!((verified.size, verified.next_header), (outbound.size(), cut.next_header));
});
