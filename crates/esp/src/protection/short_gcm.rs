//! AES-GCM with an ICV of 8 or 12 octets (RFC 4106 section 6): AWS-LC's safe interface knows only 16.
//!
//! A short tag is the front of the long one. To verify it, the text is decrypted by counter mode and sealed again.

use aes::{Aes128, Aes192, Aes256};
use aws_lc_rs::aead::{Aad, LessSafeKey, Nonce, UnboundKey};
use aws_lc_rs::constant_time::verify_slices_are_equal;
use ctr::cipher::{KeyIvInit, StreamCipher};
use ctr::Ctr32BE;
use zeroize::Zeroizing;

use super::aead::{gcm_algorithm, nonce};
use super::{AdditionalData, Protection};
use crate::{DropReason, HEADER_SIZE};

const IV_SIZE: usize = 8;
const TEXT_OFFSET: usize = HEADER_SIZE + IV_SIZE;

struct ShortGcm {
    key: LessSafeKey,
    raw_key: Zeroizing<Vec<u8>>,
    salt: [u8; 4],
    icv_size: usize,
}

/// `key` has 16, 24 or 32 octets.
pub(crate) fn new(key: &[u8], salt: &[u8], icv_size: usize) -> Box<dyn Protection> {
    let aead = UnboundKey::new(gcm_algorithm(key), key).expect("the key's size was checked");
    Box::new(ShortGcm {
        key: LessSafeKey::new(aead),
        raw_key: Zeroizing::new(key.to_vec()),
        salt: salt.try_into().expect("the salt's size was checked"),
        icv_size,
    })
}

impl ShortGcm {
    /// The whole tag of `text`, which is encrypted by the way.
    fn encrypt(&self, head: &[u8], text: &mut [u8], high: Option<u32>) -> [u8; 16] {
        let nonce = Nonce::assume_unique_for_key(nonce(self.salt, &head[HEADER_SIZE..]));
        let aad = Aad::from(AdditionalData::new(head, high));
        let tag = self.key.seal_in_place_separate_tag(nonce, aad, text).expect("a packet is never too long");
        tag.as_ref().try_into().expect("AES-GCM's tag has 16 octets")
    }

    /// GCM's counter begins at 1 for the tag, so at 2 for the text (NIST SP 800-38D section 7.1).
    fn apply_keystream(&self, head: &[u8], text: &mut [u8]) {
        let mut block = [0; 16];
        block[..12].copy_from_slice(&nonce(self.salt, &head[HEADER_SIZE..]));
        block[15] = 2;
        let key = &self.raw_key[..];
        const SIZES: &str = "the key's size was checked";
        match key.len() {
            16 => Ctr32BE::<Aes128>::new_from_slices(key, &block).expect(SIZES).apply_keystream(text),
            24 => Ctr32BE::<Aes192>::new_from_slices(key, &block).expect(SIZES).apply_keystream(text),
            _ => Ctr32BE::<Aes256>::new_from_slices(key, &block).expect(SIZES).apply_keystream(text),
        }
    }
}

impl Protection for ShortGcm {
    fn iv_size(&self) -> usize {
        IV_SIZE
    }

    fn icv_size(&self) -> usize {
        self.icv_size
    }

    fn block_size(&self) -> usize {
        1
    }

    fn seal(&self, packet: &mut [u8], high: Option<u32>) {
        let (packet, icv) = packet.split_at_mut(packet.len() - self.icv_size);
        let (head, text) = packet.split_at_mut(TEXT_OFFSET);
        let tag = self.encrypt(head, text, high);
        icv.copy_from_slice(&tag[..icv.len()]);
    }

    fn open(&self, packet: &mut [u8], high: Option<u32>) -> Result<(), DropReason> {
        let (packet, icv) = packet.split_at_mut(packet.len() - self.icv_size);
        let (head, text) = packet.split_at_mut(TEXT_OFFSET);
        self.apply_keystream(head, text);
        let tag = self.encrypt(head, text, high);
        verify_slices_are_equal(&tag[..icv.len()], icv).map_err(|_| DropReason::IntegrityFailure)?;
        self.apply_keystream(head, text);
        Ok(())
    }
}
