//! TCP's maximum segment size (RFC 9293 section 3.7.1): connections through a session are told what fits into it.

const TCP: u8 = 6;
const SYN: u8 = 0x02;
const TCP_HEADER: usize = 20;
const END_OF_OPTIONS: u8 = 0;
const NO_OPERATION: u8 = 1;
const MAXIMUM_SEGMENT_SIZE: [u8; 2] = [2, 4];

/// Let the IP packet `packet` ask for no segments that make packets of more than `mtu` octets, if it is a SYN.
#[inline]
pub fn clamp(packet: &mut [u8], mtu: usize) {
    let (at, header) = match packet[0] >> 4 {
        // No fragment but the first.
        4 if packet[9] == TCP && packet[6] & 0x1F == 0 && packet[7] == 0 => {
            (usize::from(packet[0] & 15) * 4, 20)
        }
        6 if packet[6] == TCP => (40, 40),
        _ => return,
    };
    if packet.get(at + 13).is_some_and(|flags| flags & SYN != 0) {
        let most = mtu.saturating_sub(header + TCP_HEADER) as u16;
        clamp_syn(&mut packet[at..], most);
    }
}

fn clamp_syn(tcp: &mut [u8], most: u16) {
    let Some(at) = find(tcp) else { return };
    let wanted = [tcp[at], tcp[at + 1]];
    if u16::from_be_bytes(wanted) <= most {
        return;
    }
    tcp[at..at + 2].copy_from_slice(&most.to_be_bytes());
    // RFC 1624 section 3. A field at an odd place lies across two words.
    let word = |octets: [u8; 2]| {
        let word = u16::from_be_bytes(octets);
        u32::from(if at % 2 == 0 { word } else { word.swap_bytes() })
    };
    let checksum = u32::from(u16::from_be_bytes([tcp[16], tcp[17]]));
    let mut sum = (!checksum & 0xFFFF) + (!word(wanted) & 0xFFFF) + word(most.to_be_bytes());
    sum = (sum >> 16) + (sum & 0xFFFF);
    sum = (sum >> 16) + (sum & 0xFFFF);
    tcp[16..18].copy_from_slice(&(!sum as u16).to_be_bytes());
}

/// Where the value of the option is.
fn find(tcp: &[u8]) -> Option<usize> {
    let end = usize::from(tcp.get(12)? >> 4) * 4;
    let tcp = tcp.get(..end)?;
    let mut at = TCP_HEADER;
    loop {
        match *tcp.get(at)? {
            END_OF_OPTIONS => return None,
            NO_OPERATION => at += 1,
            _ if tcp[at..].starts_with(&MAXIMUM_SEGMENT_SIZE) => {
                return (at + 4 <= tcp.len()).then_some(at + 2);
            }
            _ => at += usize::from(*tcp.get(at + 1)?).max(2),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use esp::offload::{finish, pseudo_header, sum};

    /// A packet of this IP version, with these options of TCP.
    fn tcp(version: u8, flags: u8, options: &[u8]) -> Vec<u8> {
        let header = if version == 4 { 20 } else { 40 };
        let mut ip = vec![9; header];
        ip[0] = version << 4 | 5;
        ip[6..8].fill(0);
        ip[if version == 4 { 9 } else { 6 }] = TCP;
        let mut tcp = vec![1, 2, 3, 4, 5, 6, 7, 8, 0, 0, 0, 0, 0, flags, 1, 1, 0, 0, 0, 0];
        tcp.extend_from_slice(options);
        tcp[12] = (tcp.len() as u8 / 4) << 4;
        ip.extend(tcp);
        let checksum = finish(sum_of(&ip));
        ip[header + 16..header + 18].copy_from_slice(&checksum);
        ip
    }

    fn sum_of(ip: &[u8]) -> u64 {
        let (header, addresses) = if ip[0] >> 4 == 4 { (20, 12..20) } else { (40, 8..40) };
        sum(&ip[header..], pseudo_header(&ip[addresses], TCP, ip.len() - header))
    }

    #[test]
    fn a_syn_asks_for_no_more_than_fits() {
        for (version, most) in [(4, 1360u16), (6, 1340)] {
            for (options, at) in [
                (&[2, 4, 5, 0xB4][..], 2),
                (&[1, 2, 4, 5, 0xB4, 1, 1, 1], 3),
                (&[8, 10, 0, 0, 0, 0, 0, 0, 0, 0, 2, 4, 5, 0xB4, 0, 0], 12),
            ] {
                let mut packet = tcp(version, SYN, options);
                clamp(&mut packet, 1400);
                let start = packet.len() - options.len();
                assert_eq!(packet[start + at..start + at + 2], most.to_be_bytes(), "{options:?}");
                assert_eq!(finish(sum_of(&packet)), [0, 0]);
            }
        }
    }

    #[test]
    fn all_else_stays() {
        for mut packet in [
            tcp(4, SYN, &[2, 4, 5, 0]),
            tcp(4, 0x10, &[2, 4, 5, 0xB4]),
            tcp(4, SYN, &[0, 0, 0, 0, 2, 4, 5, 0xB4]),
            tcp(4, SYN, &[3, 0, 1, 2]),
            tcp(4, SYN, &[1, 1, 1, 2]),
            tcp(6, SYN, &[7, 255, 1, 2]),
        ] {
            let before = packet.clone();
            clamp(&mut packet, 1400);
            assert_eq!(packet, before);
        }
    }

    #[test]
    fn a_packet_that_is_cut_anywhere_does_no_harm() {
        for version in [4, 6] {
            let whole = tcp(version, SYN, &[1, 1, 1, 1, 2, 4, 5, 0xB4]);
            for size in if version == 4 { 20 } else { 40 }..whole.len() {
                clamp(&mut whole[..size].to_vec(), 100);
            }
        }
    }
}
