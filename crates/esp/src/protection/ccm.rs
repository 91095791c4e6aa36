//! AES-CCM with an ICV of 8, 12 or 16 octets (RFC 4309).

use aes::{Aes128, Aes192, Aes256};
use ccm::aead::inout::InOutBuf;
use ccm::aead::{AeadCore, AeadInOut, Nonce, Tag};
use ccm::consts::{U11, U12, U16, U8};
use ccm::{Ccm as CcmMode, KeyInit};

use super::{AdditionalData, Protection};
use crate::{DropReason, HEADER_SIZE};

const IV_SIZE: usize = 8;
const TEXT_OFFSET: usize = HEADER_SIZE + IV_SIZE;

struct Ccm<C> {
    cipher: C,
    salt: [u8; 3],
    icv_size: usize,
}

/// `key` has 16, 24 or 32 octets.
pub(crate) fn new(key: &[u8], salt: &[u8], icv_size: usize) -> Box<dyn Protection> {
    match (key.len(), icv_size) {
        (16, 8) => with::<CcmMode<Aes128, U8, U11>>(key, salt, icv_size),
        (16, 12) => with::<CcmMode<Aes128, U12, U11>>(key, salt, icv_size),
        (16, _) => with::<CcmMode<Aes128, U16, U11>>(key, salt, icv_size),
        (24, 8) => with::<CcmMode<Aes192, U8, U11>>(key, salt, icv_size),
        (24, 12) => with::<CcmMode<Aes192, U12, U11>>(key, salt, icv_size),
        (24, _) => with::<CcmMode<Aes192, U16, U11>>(key, salt, icv_size),
        (_, 8) => with::<CcmMode<Aes256, U8, U11>>(key, salt, icv_size),
        (_, 12) => with::<CcmMode<Aes256, U12, U11>>(key, salt, icv_size),
        (_, _) => with::<CcmMode<Aes256, U16, U11>>(key, salt, icv_size),
    }
}

fn with<C>(key: &[u8], salt: &[u8], icv_size: usize) -> Box<dyn Protection>
where
    C: KeyInit + AeadInOut + AeadCore<NonceSize = U11> + Send + 'static,
{
    Box::new(Ccm {
        cipher: C::new_from_slice(key).expect("the key's size was checked"),
        salt: salt.try_into().expect("the salt's size was checked"),
        icv_size,
    })
}

impl<C> Ccm<C>
where
    C: AeadInOut + AeadCore<NonceSize = U11>,
{
    /// Salt and IV (RFC 4309 section 4).
    fn nonce(&self, iv: &[u8]) -> Nonce<C> {
        let mut nonce = Nonce::<C>::default();
        nonce[..3].copy_from_slice(&self.salt);
        nonce[3..].copy_from_slice(iv);
        nonce
    }
}

impl<C> Protection for Ccm<C>
where
    C: AeadInOut + AeadCore<NonceSize = U11> + Send,
{
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
        let nonce = self.nonce(&head[HEADER_SIZE..]);
        let aad = AdditionalData::new(head, high);
        let tag = self
            .cipher
            .encrypt_inout_detached(&nonce, aad.as_ref(), InOutBuf::from(text))
            .expect("a packet is never too long");
        icv.copy_from_slice(&tag);
    }

    fn open(&self, packet: &mut [u8], high: Option<u32>) -> Result<(), DropReason> {
        let (packet, icv) = packet.split_at_mut(packet.len() - self.icv_size);
        let (head, text) = packet.split_at_mut(TEXT_OFFSET);
        let nonce = self.nonce(&head[HEADER_SIZE..]);
        let aad = AdditionalData::new(head, high);
        let tag = Tag::<C>::try_from(&*icv).expect("the ICV has the tag's size");
        self.cipher
            .decrypt_inout_detached(&nonce, aad.as_ref(), InOutBuf::from(text), &tag)
            .map_err(|_| DropReason::IntegrityFailure)
    }
}
