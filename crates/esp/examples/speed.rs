//! Nanoseconds a packet at best, sealing and opening batches of 44 packets of 1400 octets:
//! `cargo run --release -p esp --example speed`.

use std::time::Instant;

use esp::{next_header, Algorithms, Frame, InboundSa, Keys, OutboundSa, MANY};

const PACKETS: usize = 44;
const SIZE: usize = 1400;
const ROUNDS: usize = 400;

fn main() {
    for (name, encryption, key_bits, integrity, sizes) in [
        ("AES-GCM-16 128", 20, 128, 0, (20, 0)),
        ("AES-GCM-16 256", 20, 256, 0, (36, 0)),
        ("ChaCha20-Poly1305", 28, 0, 0, (36, 0)),
        ("AES-CBC 128, SHA1-96", 12, 128, 2, (16, 20)),
        ("AES-CBC 256, SHA2-256-128", 12, 256, 12, (32, 32)),
        ("AES-CBC 256, SHA2-512-256", 12, 256, 14, (32, 64)),
        ("AES-CTR 128, SHA2-256-128", 13, 128, 12, (20, 32)),
        ("AES-CCM-16 128", 16, 128, 0, (19, 0)),
        ("AES-GCM-8 128", 18, 128, 0, (20, 0)),
        ("DES-CBC, MD5-96", 2, 0, 1, (8, 16)),
        ("3DES-CBC, SHA1-96", 3, 0, 2, (24, 20)),
        ("AES-CBC 128, XCBC-96", 12, 128, 5, (16, 16)),
        ("NULL, SHA1-96", 11, 0, 2, (0, 20)),
        ("NULL, SHA2-256-128", 11, 0, 12, (0, 32)),
    ] {
        let key: Vec<u8> = (0..64).collect();
        let keys = Keys { encryption: &key[..sizes.0], integrity: &key[..sizes.1] };
        let algorithms = Algorithms { encryption, key_bits, integrity };
        let mut outbound = OutboundSa::new(1, algorithms, keys, false, &[1; 16]).unwrap();
        let mut inbound = InboundSa::new(1, algorithms, keys, false, 1024).unwrap();
        let size = outbound.sealed_size(SIZE);
        let frame = |n| Frame { start: n * size, inner_size: SIZE, next_header: next_header::IPV4 };
        let frames: Vec<_> = (0..PACKETS).map(frame).collect();
        let mut buffer = vec![0; PACKETS * size];
        let mut target = vec![0; size];
        let rounds = if encryption == 3 { ROUNDS / 20 } else { ROUNDS };
        let (mut sealing, mut opening) = (u128::MAX, u128::MAX);
        for _ in 0..rounds {
            for packet in buffer.chunks_mut(size) {
                let inner = &mut packet[outbound.inner_offset()..];
                inner[0] = 0x45;
                inner[2..4].copy_from_slice(&(SIZE as u16).to_be_bytes());
            }
            let start = Instant::now();
            assert_eq!(outbound.seal_batch(&mut buffer, &frames), PACKETS);
            sealing = sealing.min(start.elapsed().as_nanos());
            let start = Instant::now();
            for packets in buffer.chunks_mut(MANY * size) {
                let mut ahead: [&[u8]; MANY] = [&[]; MANY];
                ahead.iter_mut().zip(packets.chunks(size)).for_each(|(place, packet)| *place = packet);
                inbound.foresee(&ahead[..packets.len() / size]);
                for packet in packets.chunks_mut(size) {
                    let text = inbound.text_size(size).unwrap();
                    inbound.open_to(packet, &mut target[..text]).unwrap();
                }
            }
            opening = opening.min(start.elapsed().as_nanos());
        }
        let packets = PACKETS as u128;
        println!("{name:28} seal {:6}  open {:6}", sealing / packets, opening / packets);
    }
}
