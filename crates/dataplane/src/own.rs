//! The host's own addresses: packets that it has made itself are treated otherwise than those that pass through.

use std::net::IpAddr;
use std::sync::{PoisonError, RwLock};

/// Read for packets that are too large, which are few.
#[derive(Default)]
pub struct OwnAddresses(RwLock<Vec<IpAddr>>);

impl OwnAddresses {
    pub fn set(&self, mut addresses: Vec<IpAddr>) {
        addresses.sort_unstable();
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = addresses;
    }

    /// Is the source of the packet `ip`, which has an IP header, one of them?
    pub fn has_sent(&self, ip: &[u8]) -> bool {
        let source: IpAddr = if ip[0] >> 4 == 4 {
            <[u8; 4]>::try_from(&ip[12..16]).map_or(IpAddr::from([0; 4]), IpAddr::from)
        } else {
            <[u8; 16]>::try_from(&ip[8..24]).map_or(IpAddr::from([0; 16]), IpAddr::from)
        };
        self.0.read().unwrap_or_else(PoisonError::into_inner).binary_search(&source).is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_has_one_of_the_addresses_is_own() {
        let own = OwnAddresses::default();
        let mut v4 = vec![0x45; 20];
        v4[12..16].copy_from_slice(&[192, 0, 2, 7]);
        let mut v6 = vec![0x60; 40];
        v6[8..24].copy_from_slice(&[0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 7]);
        assert!(!own.has_sent(&v4) && !own.has_sent(&v6));
        own.set(["2001:db8::7", "198.51.100.9", "192.0.2.7"].map(|ip| ip.parse().unwrap()).to_vec());
        assert!(own.has_sent(&v4) && own.has_sent(&v6));
        v4[15] = 8;
        v6[23] = 8;
        assert!(!own.has_sent(&v4) && !own.has_sent(&v6));
    }
}
