//! Ciphers without integrity: AES-CBC (RFC 3602), 3DES-CBC (RFC 2451), DES-CBC (RFC 2405), AES-CTR (RFC 3686),
//! NULL (RFC 2410).

use aes::cipher::consts::U16;
use aes::cipher::{
    Array, Block, BlockCipherDecrypt, BlockCipherEncBackend, BlockCipherEncClosure, BlockCipherEncrypt,
    BlockModeDecrypt, BlockModeEncrypt, BlockSizeUser, InnerIvInit, KeyInit, StreamCipher,
};
use aes::{Aes128, Aes192, Aes256};
use aws_lc_rs::cipher::{Algorithm, EncryptingKey, UnboundCipherKey};
#[allow(deprecated)] // Devices in the field have nothing better.
use aws_lc_rs::cipher::{DES_EDE3_FOR_LEGACY_USE_ONLY, DES_FOR_LEGACY_USE_ONLY};
use cbc::{Decryptor, Encryptor};
use ctr::{Ctr32BE, CtrCore};
use zeroize::Zeroizing;

use super::des::DesCbc;
use super::Sealing;
use crate::HEADER_SIZE;

/// Encrypts in place. `text` is a multiple of the block size, `iv` as long as [`Self::iv_size`] says.
pub(crate) trait Encryption: Send {
    fn iv_size(&self) -> usize;
    fn block_size(&self) -> usize;
    fn encrypt(&self, iv: &[u8], text: &mut [u8]);
    fn decrypt(&self, iv: &[u8], text: &mut [u8]);

    /// [`Self::decrypt`], into `target`, which has the text's size.
    fn decrypt_to(&self, iv: &[u8], text: &[u8], target: &mut [u8]) {
        target.copy_from_slice(text);
        self.decrypt(iv, target);
    }

    /// Encrypt the texts of many packets that end with an ICV of `icv_size` octets.
    fn encrypt_batch(&self, buffer: &mut [u8], packets: &[Sealing], icv_size: usize) {
        for Sealing { range, .. } in packets {
            let packet = &mut buffer[range.start + HEADER_SIZE..range.end - icv_size];
            let (iv, text) = packet.split_at_mut(self.iv_size());
            self.encrypt(iv, text);
        }
    }
}

const SIZES: &str = "the key's size was checked";
const IV_SIZE: &str = "the IV has a block's size";

/// `key` has 16, 24 or 32 octets.
pub(crate) fn aes_cbc(key: &[u8]) -> Box<dyn Encryption> {
    match key.len() {
        16 => Box::new(AesCbc(Aes128::new_from_slice(key).expect(SIZES))),
        24 => Box::new(AesCbc(Aes192::new_from_slice(key).expect(SIZES))),
        _ => Box::new(AesCbc(Aes256::new_from_slice(key).expect(SIZES))),
    }
}

/// `key` has 8 octets. None: it is weak, which is to say that nobody has ever seen one.
#[allow(deprecated)]
pub(crate) fn des_cbc(key: &[u8]) -> Option<Box<dyn Encryption>> {
    des_with(&DES_FOR_LEGACY_USE_ONLY, key)
}

/// `key` has 24 octets. None: it is weak.
#[allow(deprecated)]
pub(crate) fn triple_des_cbc(key: &[u8]) -> Option<Box<dyn Encryption>> {
    des_with(&DES_EDE3_FOR_LEGACY_USE_ONLY, key)
}

/// AWS-LC, which knows weak keys, only judges the key.
fn des_with(algorithm: &'static Algorithm, key: &[u8]) -> Option<Box<dyn Encryption>> {
    let odd = Zeroizing::new(key.iter().map(|&octet| with_odd_parity(octet)).collect::<Vec<u8>>());
    EncryptingKey::cbc(UnboundCipherKey::new(algorithm, &odd).ok()?).ok()?;
    Some(Box::new(DesCbc::new(key)))
}

/// `key` has 16, 24 or 32 octets, `nonce` 4.
pub(crate) fn aes_ctr(key: &[u8], nonce: &[u8]) -> Box<dyn Encryption> {
    let nonce = nonce.try_into().expect("the nonce's size was checked");
    match key.len() {
        16 => Box::new(AesCtr { cipher: Aes128::new_from_slice(key).expect(SIZES), nonce }),
        24 => Box::new(AesCtr { cipher: Aes192::new_from_slice(key).expect(SIZES), nonce }),
        _ => Box::new(AesCtr { cipher: Aes256::new_from_slice(key).expect(SIZES), nonce }),
    }
}

pub(crate) fn null() -> Box<dyn Encryption> {
    Box::new(Null)
}

/// The lowest bit is no part of the key. AWS-LC knows weak keys only if it makes the number of ones odd.
fn with_odd_parity(octet: u8) -> u8 {
    let key = octet & !1;
    key | u8::from(key.count_ones().is_multiple_of(2))
}

struct AesCbc<C>(C);

impl<C> Encryption for AesCbc<C>
where
    C: BlockCipherEncrypt + BlockCipherDecrypt + BlockSizeUser<BlockSize = U16> + Send,
{
    fn iv_size(&self) -> usize {
        16
    }

    fn block_size(&self) -> usize {
        16
    }

    fn encrypt(&self, iv: &[u8], text: &mut [u8]) {
        let iv = Array::try_from(iv).expect(IV_SIZE);
        Encryptor::inner_iv_init(&self.0, &iv).encrypt_blocks(Array::slice_as_chunks_mut(text).0);
    }

    fn decrypt(&self, iv: &[u8], text: &mut [u8]) {
        let iv = Array::try_from(iv).expect(IV_SIZE);
        Decryptor::inner_iv_init(&self.0, &iv).decrypt_blocks(Array::slice_as_chunks_mut(text).0);
    }

    fn decrypt_to(&self, iv: &[u8], text: &[u8], target: &mut [u8]) {
        let iv = Array::try_from(iv).expect(IV_SIZE);
        let (text, target) = (Array::slice_as_chunks(text).0, Array::slice_as_chunks_mut(target).0);
        let done = Decryptor::inner_iv_init(&self.0, &iv).decrypt_blocks_b2b(text, target);
        done.expect("a text keeps its size");
    }

    fn encrypt_batch(&self, buffer: &mut [u8], packets: &[Sealing], icv_size: usize) {
        for packets in packets.chunks(LANES) {
            self.0.encrypt_with_backend(Interleaved { buffer, packets, icv_size });
        }
    }
}

/// CBC makes each block wait for the one before it. Blocks of different packets do not wait for each other, so
/// this many packets go through the cipher side by side.
const LANES: usize = 16;

struct Interleaved<'a> {
    buffer: &'a mut [u8],
    packets: &'a [Sealing],
    icv_size: usize,
}

impl BlockSizeUser for Interleaved<'_> {
    type BlockSize = U16;
}

impl BlockCipherEncClosure for Interleaved<'_> {
    fn call<B: BlockCipherEncBackend<BlockSize = U16>>(self, backend: &B) {
        let Interleaved { buffer, packets, icv_size } = self;
        let mut chain = [Block::<B>::default(); LANES];
        let mut texts = [(0, 0); LANES];
        for ((Sealing { range, .. }, chain), text) in packets.iter().zip(&mut chain).zip(&mut texts) {
            let iv = range.start + HEADER_SIZE;
            chain.copy_from_slice(&buffer[iv..iv + 16]);
            *text = (iv + 16, range.end - icv_size);
        }
        let texts = &texts[..packets.len()];
        let longest = texts.iter().map(|(start, end)| end - start).max().unwrap_or(0);
        for at in (0..longest).step_by(16) {
            for (&(start, end), chain) in texts.iter().zip(&mut chain) {
                if start + at < end {
                    let block = &buffer[start + at..start + at + 16];
                    chain.iter_mut().zip(block).for_each(|(chain, octet)| *chain ^= octet);
                }
            }
            for chain in &mut chain[..texts.len()] {
                backend.encrypt_block_inplace(chain);
            }
            for (&(start, end), chain) in texts.iter().zip(&chain) {
                if start + at < end {
                    buffer[start + at..start + at + 16].copy_from_slice(chain);
                }
            }
        }
    }
}

struct AesCtr<C> {
    cipher: C,
    nonce: [u8; 4],
}

impl<C> Encryption for AesCtr<C>
where
    C: BlockCipherEncrypt + BlockSizeUser<BlockSize = U16> + Send,
{
    fn iv_size(&self) -> usize {
        8
    }

    fn block_size(&self) -> usize {
        1
    }

    fn encrypt(&self, iv: &[u8], text: &mut [u8]) {
        // Nonce, IV, and a counter that begins at 1 (RFC 3686 section 4).
        let mut counter = Array::from([0; 16]);
        counter[..4].copy_from_slice(&self.nonce);
        counter[4..12].copy_from_slice(iv);
        counter[15] = 1;
        Ctr32BE::from_core(CtrCore::inner_iv_init(&self.cipher, &counter)).apply_keystream(text);
    }

    fn decrypt(&self, iv: &[u8], text: &mut [u8]) {
        self.encrypt(iv, text);
    }
}

struct Null;

impl Encryption for Null {
    fn iv_size(&self) -> usize {
        0
    }

    fn block_size(&self) -> usize {
        1
    }

    fn encrypt(&self, _iv: &[u8], _text: &mut [u8]) {}

    fn decrypt(&self, _iv: &[u8], _text: &mut [u8]) {}
}
