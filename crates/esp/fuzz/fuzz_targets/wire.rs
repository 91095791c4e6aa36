//! Any octets as what carries an Ethernet frame: no panic, every place within the octets, and what is written is read.
#![no_main]

use esp::l2tpv3::{Cookie, Session, Transport};
use esp::pseudowire::{Encapsulation, L2tpv3, ETHERNET_HEADER};
use libfuzzer_sys::fuzz_target;

const PORT: u16 = 1701;
const ID: u32 = 7;

fn wires() -> impl Iterator<Item = Encapsulation> {
    let cookies: [&[u8]; 3] = [b"", b"four", b"eight888"];
    let sessions = [Transport::Ip, Transport::Udp].into_iter().flat_map(move |transport| {
        cookies.into_iter().flat_map(move |octets| {
            let cookie = Cookie::new(octets).unwrap();
            [false, true].into_iter().map(move |numbered| Session {
                transport,
                remote_id: ID,
                local_cookie: cookie,
                remote_cookie: cookie,
                local_sublayer: numbered,
                remote_sublayer: numbered,
                sequencing: numbered,
            })
        })
    });
    let of = |session| Encapsulation::L2tpv3(L2tpv3 { local_id: ID, session, port: PORT, ordered: true });
    sessions.map(of).chain([Encapsulation::EtherIp])
}

fuzz_target!(|input: (u8, &[u8])| {
    let (protocol, octets) = input;
    for wire in wires() {
        for protocol in [protocol, wire.protocol()] {
            if let Ok(frame) = wire.read(protocol, octets) {
                assert!(frame.end <= octets.len() && frame.end - frame.start >= ETHERNET_HEADER);
            }
        }
        if octets.len() < ETHERNET_HEADER || octets.len() > 60_000 {
            continue;
        }
        let mut payload = vec![0xEE; wire.udp() + wire.size()];
        payload.extend_from_slice(octets);
        wire.write(&mut payload[wire.udp()..], ID);
        if wire.udp() > 0 {
            wire.write_udp(&mut payload);
        }
        let frame = wire.read(wire.protocol(), &payload).unwrap();
        assert_eq!(&payload[frame.start..frame.end], octets);
    }
});
