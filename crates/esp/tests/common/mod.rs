//! SAs and packets for tests.
#![allow(dead_code)]

use esp::{next_header, Algorithms, DropReason, InboundSa, Keys, Opened, OutboundSa, OVERHEAD_MAX};

pub const SPI: u32 = 0x1234_5678;

/// Every cipher with each key length, alone if it is AEAD, else with each integrity algorithm.
pub fn all_algorithms() -> Vec<Algorithms> {
    let integrities = [1, 2, 5, 8, 12, 13, 14];
    let aes = [128, 192, 256];
    let mut all = Vec::new();
    for (encryption, lengths) in
        [(12, &aes[..]), (13, &aes[..]), (2, &[0][..]), (3, &[0][..]), (11, &[0][..])]
    {
        for &key_bits in lengths {
            all.extend(integrities.map(|integrity| Algorithms { encryption, key_bits, integrity }));
        }
    }
    for encryption in [14, 15, 16, 18, 19, 20] {
        all.extend(aes.map(|key_bits| Algorithms { encryption, key_bits, integrity: 0 }));
    }
    all.push(Algorithms { encryption: 28, key_bits: 0, integrity: 0 });
    all
}

/// Keys of the right sizes, each octet different.
pub fn key_sizes(algorithms: Algorithms) -> (usize, usize) {
    let bytes = usize::from(algorithms.key_bits) / 8;
    let encryption = match algorithms.encryption {
        2 => 8,
        3 => 24,
        11 => 0,
        12 => bytes,
        14..=16 => bytes + 3,
        28 => 36,
        _ => bytes + 4,
    };
    let integrity = match algorithms.integrity {
        0 => 0,
        2 => 20,
        12 => 32,
        13 => 48,
        14 => 64,
        _ => 16,
    };
    (encryption, integrity)
}

pub struct Pair {
    pub outbound: OutboundSa,
    pub inbound: InboundSa,
}

pub fn pair(algorithms: Algorithms, esn: bool, replay_window: u32) -> Pair {
    let octets: Vec<u8> = (0..128).collect();
    let (encryption, integrity) = key_sizes(algorithms);
    let keys = Keys { encryption: &octets[..encryption], integrity: &octets[64..64 + integrity] };
    Pair {
        outbound: OutboundSa::new(SPI, algorithms, keys, esn, &[7; 16]).unwrap(),
        inbound: InboundSa::new(SPI, algorithms, keys, esn, replay_window).unwrap(),
    }
}

pub const GCM: Algorithms = Algorithms { encryption: 20, key_bits: 128, integrity: 0 };
pub const CBC: Algorithms = Algorithms { encryption: 12, key_bits: 128, integrity: 2 };
pub const NULL: Algorithms = Algorithms { encryption: 11, key_bits: 0, integrity: 12 };

/// A UDP packet over IPv4 with `payload` octets of payload, 28 in front of it.
pub fn ipv4(payload: usize) -> Vec<u8> {
    let mut packet = vec![0x45, 0, 0, 0, 0, 1, 0, 0, 64, 17, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2];
    packet.extend([0x30, 0x39, 0, 53, 0, 0, 0, 0]);
    packet.extend((0..payload).map(|octet| octet as u8));
    let length = packet.len() as u16;
    packet[2..4].copy_from_slice(&length.to_be_bytes());
    packet
}

impl Pair {
    pub fn seal(&mut self, packet: &[u8]) -> Result<Vec<u8>, DropReason> {
        self.seal_as(packet, next_header::IPV4)
    }

    pub fn seal_as(&mut self, packet: &[u8], next_header: u8) -> Result<Vec<u8>, DropReason> {
        let offset = self.outbound.inner_offset();
        let mut buffer = vec![0xEE; packet.len() + OVERHEAD_MAX];
        buffer[offset..offset + packet.len()].copy_from_slice(packet);
        let size = self.outbound.seal(&mut buffer, packet.len(), next_header)?;
        assert!(buffer[size..].iter().all(|&octet| octet == 0xEE), "wrote behind the frame");
        buffer.truncate(size);
        Ok(buffer)
    }

    pub fn open(&mut self, packet: &[u8]) -> Result<Option<Vec<u8>>, DropReason> {
        let mut packet = packet.to_vec();
        Ok(match self.inbound.open(&mut packet)? {
            Opened::Inner(range) => Some(packet[range].to_vec()),
            Opened::Dummy => None,
        })
    }
}
