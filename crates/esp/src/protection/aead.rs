//! AES-GCM with a 16 octet ICV (RFC 4106) and ChaCha20-Poly1305 (RFC 7634), by AWS-LC.

use aws_lc_rs::aead::{
    Aad, Algorithm, LessSafeKey, Nonce, UnboundKey, AES_128_GCM, AES_192_GCM, AES_256_GCM, CHACHA20_POLY1305,
};

use super::{AdditionalData, Protection};
use crate::{DropReason, HEADER_SIZE};

const IV_SIZE: usize = 8;
const TEXT_OFFSET: usize = HEADER_SIZE + IV_SIZE;
const TAG_SIZE: usize = 16;

struct Aead {
    key: LessSafeKey,
    salt: [u8; 4],
}

/// `key` has 16, 24 or 32 octets.
pub(crate) fn gcm(key: &[u8], salt: &[u8]) -> Box<dyn Protection> {
    new(gcm_algorithm(key), key, salt)
}

/// `key` has 32 octets.
pub(crate) fn chacha20_poly1305(key: &[u8], salt: &[u8]) -> Box<dyn Protection> {
    new(&CHACHA20_POLY1305, key, salt)
}

pub(super) fn gcm_algorithm(key: &[u8]) -> &'static Algorithm {
    match key.len() {
        16 => &AES_128_GCM,
        24 => &AES_192_GCM,
        _ => &AES_256_GCM,
    }
}

fn new(algorithm: &'static Algorithm, key: &[u8], salt: &[u8]) -> Box<dyn Protection> {
    let key = UnboundKey::new(algorithm, key).expect("the key's size was checked");
    Box::new(Aead { key: LessSafeKey::new(key), salt: salt.try_into().expect("the salt's size was checked") })
}

/// Salt and IV (RFC 4106 section 4, RFC 7634 section 2).
pub(super) fn nonce(salt: [u8; 4], iv: &[u8]) -> [u8; 12] {
    let mut nonce = [0; 12];
    nonce[..4].copy_from_slice(&salt);
    nonce[4..].copy_from_slice(iv);
    nonce
}

impl Protection for Aead {
    fn iv_size(&self) -> usize {
        IV_SIZE
    }

    fn icv_size(&self) -> usize {
        TAG_SIZE
    }

    fn block_size(&self) -> usize {
        1
    }

    fn seal(&self, packet: &mut [u8], high: Option<u32>) {
        let (packet, icv) = packet.split_at_mut(packet.len() - TAG_SIZE);
        let (head, text) = packet.split_at_mut(TEXT_OFFSET);
        let nonce = Nonce::assume_unique_for_key(nonce(self.salt, &head[HEADER_SIZE..]));
        let aad = Aad::from(AdditionalData::new(head, high));
        let tag = self.key.seal_in_place_separate_tag(nonce, aad, text).expect("a packet is never too long");
        icv.copy_from_slice(tag.as_ref());
    }

    fn open(&self, packet: &mut [u8], high: Option<u32>) -> Result<(), DropReason> {
        let (head, text) = packet.split_at_mut(TEXT_OFFSET);
        let nonce = Nonce::assume_unique_for_key(nonce(self.salt, &head[HEADER_SIZE..]));
        let aad = Aad::from(AdditionalData::new(head, high));
        match self.key.open_in_place(nonce, aad, text) {
            Ok(_) => Ok(()),
            Err(_) => Err(DropReason::IntegrityFailure),
        }
    }
}
