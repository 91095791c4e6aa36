//! Any octets as what ESP holds of L2TP: no panic, every place within the octets, and what is told to the gateway is
//! read as the same.
#![no_main]

use esp::l2tp::{numbered, read, read_frame, read_udp, short_message, Data, Held, Message};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|octets: &[u8]| {
    let Ok(datagram) = read_udp(octets) else { return };
    let message = &octets[datagram.payload];
    if let Some((_, _, at)) = numbered(message) {
        assert!(at + 2 <= message.len());
    }
    let Ok(Message::Data(data)) = read(message) else { return };
    let frame = &message[data.frame.clone()];
    if let Ok(Held::Ip(version, start)) = read_frame(frame) {
        assert!(start <= frame.len() && matches!(version, 4 | 6));
    }
    let short = short_message(data.tunnel_id, data.session_id, frame);
    let Ok(Message::Data(again)) = read(&short) else { panic!("a short message is none") };
    assert_eq!(again, Data { ns: None, frame: 6..6 + frame.len(), ..data });
});
