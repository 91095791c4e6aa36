//! EtherIP (RFC 3378): Ethernet frames between two addresses, behind two octets.
//!
//! ```text
//!  0                   1
//!  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5
//! +-------+-----------------------+
//! |Version|       Reserved        |
//! +-------+-----------------------+
//! |    Ethernet frame without its check sequence ...
//! ```

use crate::pseudowire::{Refusal, ETHERNET_HEADER};

/// EtherIP's own protocol number.
pub const PROTOCOL: u8 = 97;
/// Octets of the header.
pub const HEADER_SIZE: usize = 2;

const VERSION: u8 = 3;

/// Write the header in front of a frame: `packet` begins with it.
pub fn write(packet: &mut [u8]) {
    packet[..HEADER_SIZE].copy_from_slice(&[VERSION << 4, 0]);
}

/// The frame in what IP carries. Reserved bits are none of the receiver's (RFC 3378 section 3).
pub fn read(payload: &[u8]) -> Result<&[u8], Refusal> {
    if payload.len() < HEADER_SIZE + ETHERNET_HEADER {
        return Err(Refusal::TooShort);
    }
    if payload[0] >> 4 != VERSION {
        return Err(Refusal::Version);
    }
    Ok(&payload[HEADER_SIZE..])
}

#[cfg(test)]
mod tests {
    use super::*;

    const FRAME: [u8; 15] = [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 2, 0, 0, 0, 0, 1, 8, 6, 9];

    fn written() -> Vec<u8> {
        let mut packet = vec![0xFF; HEADER_SIZE];
        packet.extend_from_slice(&FRAME);
        write(&mut packet);
        packet
    }

    #[test]
    fn what_is_written_is_read() {
        let packet = written();
        assert_eq!(packet[..2], [0x30, 0]);
        assert_eq!(read(&packet), Ok(&FRAME[..]));
    }

    #[test]
    fn a_packet_without_a_whole_ethernet_header_is_refused() {
        let packet = written();
        for size in 0..16 {
            assert_eq!(read(&packet[..size]), Err(Refusal::TooShort));
        }
    }

    #[test]
    fn another_version_is_refused_and_reserved_bits_are_not() {
        let mut packet = written();
        packet[0] = 0x3F;
        packet[1] = 0xFF;
        assert!(read(&packet).is_ok());
        packet[0] = 0x03; // some have written the version into the other half
        assert_eq!(read(&packet), Err(Refusal::Version));
    }
}
