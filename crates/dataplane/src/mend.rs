//! Checksums of transport mode behind a NAT (RFC 3948 section 3.1.2): TCP, UDP and ICMPv6 sum the packet's addresses,
//! which the NAT has changed without their knowing. ESP has proved the packet's integrity, so they are made anew.

use esp::inner_ip;
use esp::offload::{finish, pseudo_header, sum};

const TCP: u8 = 6;
const UDP: u8 = 17;
const ICMPV6: u8 = 58;

/// Make the checksum right in `packet`, a whole IP packet.
pub fn checksum(packet: &mut [u8]) {
    let Some((protocol, start)) = inner_ip::upper(packet) else { return };
    let is_v6 = packet[0] >> 4 == 6;
    let (head, upper) = packet.split_at_mut(start);
    let at = match protocol {
        TCP => 16,
        UDP => 6,
        ICMPV6 if is_v6 => 2,
        _ => return,
    };
    let Some(field) = upper.get_mut(at..at + 2) else { return };
    // Over IPv4 zero says that there is none (RFC 768).
    if protocol == UDP && !is_v6 && field == [0, 0] {
        return;
    }
    field.fill(0);
    let addresses = if is_v6 { &head[8..40] } else { &head[12..20] };
    let mut made = finish(sum(upper, pseudo_header(addresses, protocol, upper.len())));
    if protocol == UDP && made == [0, 0] {
        made = [0xFF, 0xFF];
    }
    upper[at..at + 2].copy_from_slice(&made);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ipv4(protocol: u8, upper: &[u8]) -> Vec<u8> {
        let mut packet = vec![0x45, 0, 0, 20 + upper.len() as u8, 0, 0, 0, 0, 64, protocol, 0, 0];
        packet.extend([192, 0, 2, 1, 198, 51, 100, 7]);
        packet.extend(upper);
        packet
    }

    fn is_right(packet: &[u8]) -> bool {
        let (protocol, start) = inner_ip::upper(packet).unwrap();
        let addresses = if packet[0] >> 4 == 6 { &packet[8..40] } else { &packet[12..20] };
        let upper = &packet[start..];
        finish(sum(upper, pseudo_header(addresses, protocol, upper.len()))) == [0, 0]
    }

    #[test]
    fn what_sums_the_addresses_is_mended() {
        for (protocol, size) in [(TCP, 23), (UDP, 11), (ICMPV6, 9)] {
            let mut upper: Vec<u8> = (1..=size).collect();
            let mut packet = vec![0x60, 0, 0, 0, 0, size, protocol, 64];
            packet.extend((0..32).map(|octet| octet * 3));
            packet.append(&mut upper);
            assert!(!is_right(&packet));
            checksum(&mut packet);
            assert!(is_right(&packet), "protocol {protocol}");
        }
        let mut packet = ipv4(TCP, &[7; 25]);
        checksum(&mut packet);
        assert!(is_right(&packet));
    }

    #[test]
    fn a_udp_packet_without_checksum_has_none_afterwards() {
        let mut packet = ipv4(UDP, &[0, 53, 0, 53, 0, 9, 0, 0, 1]);
        let before = packet.clone();
        checksum(&mut packet);
        assert_eq!(packet, before);
    }

    #[test]
    fn what_has_no_such_checksum_or_no_room_for_it_stays() {
        for mut packet in [ipv4(1, &[8, 0, 1, 2]), ipv4(TCP, &[0; 15]), ipv4(UDP, &[1; 7]), ipv4(TCP, &[])] {
            let before = packet.clone();
            checksum(&mut packet);
            assert_eq!(packet, before);
        }
    }
}
