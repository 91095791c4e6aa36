//! DES and 3DES in CBC mode (RFC 2405, RFC 2451) with several blocks side by side.
//!
//! A round of DES is a chain of look-ups, each of which waits for the one before it; the blocks of other packets, and
//! when decrypting those of the same packet, fill the time. The tables are those of FIPS 46-3, each S-box joined with
//! the permutation P behind it. The look-ups depend on keys and text: whoever asks for DES has no timing to hide.

use std::sync::LazyLock;

use zeroize::Zeroize;

use super::encryption::Encryption;
use super::Sealing;
use crate::HEADER_SIZE;

const BLOCK: usize = 8;
const ROUNDS: usize = 16;
/// Blocks side by side. More have no room in the registers of x86-64.
const LANES: usize = 3;

#[rustfmt::skip]
const S_BOXES: [[u8; 64]; 8] = [
    [14, 4, 13, 1, 2, 15, 11, 8, 3, 10, 6, 12, 5, 9, 0, 7, 0, 15, 7, 4, 14, 2, 13, 1, 10, 6, 12, 11, 9, 5, 3, 8,
     4, 1, 14, 8, 13, 6, 2, 11, 15, 12, 9, 7, 3, 10, 5, 0, 15, 12, 8, 2, 4, 9, 1, 7, 5, 11, 3, 14, 10, 0, 6, 13],
    [15, 1, 8, 14, 6, 11, 3, 4, 9, 7, 2, 13, 12, 0, 5, 10, 3, 13, 4, 7, 15, 2, 8, 14, 12, 0, 1, 10, 6, 9, 11, 5,
     0, 14, 7, 11, 10, 4, 13, 1, 5, 8, 12, 6, 9, 3, 2, 15, 13, 8, 10, 1, 3, 15, 4, 2, 11, 6, 7, 12, 0, 5, 14, 9],
    [10, 0, 9, 14, 6, 3, 15, 5, 1, 13, 12, 7, 11, 4, 2, 8, 13, 7, 0, 9, 3, 4, 6, 10, 2, 8, 5, 14, 12, 11, 15, 1,
     13, 6, 4, 9, 8, 15, 3, 0, 11, 1, 2, 12, 5, 10, 14, 7, 1, 10, 13, 0, 6, 9, 8, 7, 4, 15, 14, 3, 11, 5, 2, 12],
    [7, 13, 14, 3, 0, 6, 9, 10, 1, 2, 8, 5, 11, 12, 4, 15, 13, 8, 11, 5, 6, 15, 0, 3, 4, 7, 2, 12, 1, 10, 14, 9,
     10, 6, 9, 0, 12, 11, 7, 13, 15, 1, 3, 14, 5, 2, 8, 4, 3, 15, 0, 6, 10, 1, 13, 8, 9, 4, 5, 11, 12, 7, 2, 14],
    [2, 12, 4, 1, 7, 10, 11, 6, 8, 5, 3, 15, 13, 0, 14, 9, 14, 11, 2, 12, 4, 7, 13, 1, 5, 0, 15, 10, 3, 9, 8, 6,
     4, 2, 1, 11, 10, 13, 7, 8, 15, 9, 12, 5, 6, 3, 0, 14, 11, 8, 12, 7, 1, 14, 2, 13, 6, 15, 0, 9, 10, 4, 5, 3],
    [12, 1, 10, 15, 9, 2, 6, 8, 0, 13, 3, 4, 14, 7, 5, 11, 10, 15, 4, 2, 7, 12, 9, 5, 6, 1, 13, 14, 0, 11, 3, 8,
     9, 14, 15, 5, 2, 8, 12, 3, 7, 0, 4, 10, 1, 13, 11, 6, 4, 3, 2, 12, 9, 5, 15, 10, 11, 14, 1, 7, 6, 0, 8, 13],
    [4, 11, 2, 14, 15, 0, 8, 13, 3, 12, 9, 7, 5, 10, 6, 1, 13, 0, 11, 7, 4, 9, 1, 10, 14, 3, 5, 12, 2, 15, 8, 6,
     1, 4, 11, 13, 12, 3, 7, 14, 10, 15, 6, 8, 0, 5, 9, 2, 6, 11, 13, 8, 1, 4, 10, 7, 9, 5, 0, 15, 14, 2, 3, 12],
    [13, 2, 8, 4, 6, 15, 11, 1, 10, 9, 3, 14, 5, 0, 12, 7, 1, 15, 13, 8, 10, 3, 7, 4, 12, 5, 6, 11, 0, 14, 9, 2,
     7, 11, 4, 1, 9, 12, 14, 2, 0, 6, 10, 13, 15, 3, 5, 8, 2, 1, 14, 7, 4, 10, 8, 13, 15, 12, 9, 0, 3, 5, 6, 11],
];
const P: [u8; 32] = [
    16, 7, 20, 21, 29, 12, 28, 17, 1, 15, 23, 26, 5, 18, 31, 10, 2, 8, 24, 14, 32, 27, 3, 9, 19, 13, 30, 6,
    22, 11, 4, 25,
];
const PC_1: [u8; 56] = [
    57, 49, 41, 33, 25, 17, 9, 1, 58, 50, 42, 34, 26, 18, 10, 2, 59, 51, 43, 35, 27, 19, 11, 3, 60, 52, 44,
    36, 63, 55, 47, 39, 31, 23, 15, 7, 62, 54, 46, 38, 30, 22, 14, 6, 61, 53, 45, 37, 29, 21, 13, 5, 28, 20,
    12, 4,
];
const PC_2: [u8; 48] = [
    14, 17, 11, 24, 1, 5, 3, 28, 15, 6, 21, 10, 23, 19, 12, 4, 26, 8, 16, 7, 27, 20, 13, 2, 41, 52, 31, 37,
    47, 55, 30, 40, 51, 45, 33, 48, 44, 49, 39, 56, 34, 53, 46, 42, 50, 36, 29, 32,
];
const SHIFTS: [u32; ROUNDS] = [1, 1, 2, 2, 2, 2, 2, 2, 1, 2, 2, 2, 2, 2, 2, 1];

/// What each S-box contributes to a round, behind P.
type Tables = [[u32; 64]; 8];
static TABLES: LazyLock<Tables> = LazyLock::new(tables);

/// The keys of one round: for S-boxes 1, 3, 5, 7 and for 2, 4, 6, 8, six bits in the high bits of an octet each.
type RoundKey = [u32; 2];
type Schedule = [RoundKey; ROUNDS];

/// A left and a right half.
type Block = (u32, u32);

/// DES once, or three times: encrypt, decrypt, encrypt.
pub(crate) struct DesCbc {
    encrypting: Vec<Schedule>,
    decrypting: Vec<Schedule>,
}

impl DesCbc {
    /// `key` has 8 octets or 24.
    pub fn new(key: &[u8]) -> Self {
        let mut encrypting: Vec<Schedule> = key.chunks_exact(BLOCK).map(schedule).collect();
        let mut decrypting = encrypting.clone();
        decrypting.reverse();
        // Decryption takes the round keys in reverse order, and the middle one of three is used the other way round.
        encrypting.iter_mut().skip(1).step_by(2).for_each(|keys| keys.reverse());
        decrypting.iter_mut().step_by(2).for_each(|keys| keys.reverse());
        DesCbc { encrypting, decrypting }
    }
}

impl Drop for DesCbc {
    fn drop(&mut self) {
        for schedule in self.encrypting.iter_mut().chain(&mut self.decrypting) {
            schedule.iter_mut().for_each(|key| key.zeroize());
        }
    }
}

impl Encryption for DesCbc {
    fn iv_size(&self) -> usize {
        BLOCK
    }

    fn block_size(&self) -> usize {
        BLOCK
    }

    fn encrypt(&self, iv: &[u8], text: &mut [u8]) {
        let mut chain = [u64_of(iv)];
        for block in text.chunks_exact_mut(BLOCK) {
            chain[0] ^= u64_of(block);
            crypt(&self.encrypting, &mut chain);
            block.copy_from_slice(&chain[0].to_be_bytes());
        }
    }

    fn decrypt(&self, iv: &[u8], text: &mut [u8]) {
        let mut before = u64_of(iv);
        let mut unchain = |sealed: u64, opened: u64, block: &mut [u8]| {
            block.copy_from_slice(&(opened ^ before).to_be_bytes());
            before = sealed;
        };
        let mut chunks = text.chunks_exact_mut(BLOCK * LANES);
        for chunk in &mut chunks {
            let sealed: [u64; LANES] = std::array::from_fn(|lane| u64_of(&chunk[lane * BLOCK..]));
            let mut opened = sealed;
            crypt(&self.decrypting, &mut opened);
            for ((block, sealed), opened) in chunk.chunks_exact_mut(BLOCK).zip(sealed).zip(opened) {
                unchain(sealed, opened, block);
            }
        }
        for block in chunks.into_remainder().chunks_exact_mut(BLOCK) {
            let sealed = u64_of(block);
            let mut opened = [sealed];
            crypt(&self.decrypting, &mut opened);
            unchain(sealed, opened[0], block);
        }
    }

    fn encrypt_batch(&self, buffer: &mut [u8], packets: &[Sealing], icv_size: usize) {
        for packets in packets.chunks(LANES) {
            let mut chain = [0; LANES];
            let mut texts = [(0, 0); LANES];
            for ((Sealing { range, .. }, chain), text) in packets.iter().zip(&mut chain).zip(&mut texts) {
                let iv = range.start + HEADER_SIZE;
                *chain = u64_of(&buffer[iv..]);
                *text = (iv + BLOCK, range.end - icv_size);
            }
            let longest = texts.iter().map(|(start, end)| end - start).max().unwrap_or(0);
            for at in (0..longest).step_by(BLOCK) {
                for (&(start, end), chain) in texts.iter().zip(&mut chain) {
                    if start + at < end {
                        *chain ^= u64_of(&buffer[start + at..]);
                    }
                }
                crypt(&self.encrypting, &mut chain);
                for (&(start, end), chain) in texts.iter().zip(&chain) {
                    if start + at < end {
                        buffer[start + at..start + at + BLOCK].copy_from_slice(&chain.to_be_bytes());
                    }
                }
            }
        }
    }
}

fn u64_of(octets: &[u8]) -> u64 {
    u64::from_be_bytes(*octets.first_chunk().expect("a block has eight octets"))
}

/// One DES after the other on blocks that do not depend on each other. The final permutation of one and the initial
/// one of the next cancel each other out.
#[inline]
fn crypt<const N: usize>(schedules: &[Schedule], blocks: &mut [u64; N]) {
    let tables = &*TABLES;
    let mut halves: [Block; N] = blocks.map(|block| initial_permutation((block >> 32) as u32, block as u32));
    for schedule in schedules {
        for key in schedule {
            for (left, right) in &mut halves {
                (*left, *right) = (*right, *left ^ round(tables, *right, key));
            }
        }
        for (left, right) in &mut halves {
            (*left, *right) = (*right, *left);
        }
    }
    for (block, (left, right)) in blocks.iter_mut().zip(halves) {
        let (left, right) = final_permutation(left, right);
        *block = u64::from(left) << 32 | u64::from(right);
    }
}

/// FIPS 46-3's f. The expansion E gives each S-box four bits of its own and one of each neighbour's.
#[inline(always)]
fn round(tables: &Tables, right: u32, key: &RoundKey) -> u32 {
    let odd = right.rotate_right(1) ^ key[0];
    let even = right.rotate_left(3) ^ key[1];
    let look_up = |table: usize, word: u32, shift: u32| tables[table][(word >> shift) as usize & 63];
    look_up(0, odd, 26)
        ^ look_up(2, odd, 18)
        ^ look_up(4, odd, 10)
        ^ look_up(6, odd, 2)
        ^ look_up(1, even, 26)
        ^ look_up(3, even, 18)
        ^ look_up(5, even, 10)
        ^ look_up(7, even, 2)
}

/// Exchange the bits of `one` that `mask` names with those of `other` that stand `shift` higher.
#[inline(always)]
fn exchange(other: &mut u32, one: &mut u32, shift: u32, mask: u32) {
    let bits = (*other >> shift ^ *one) & mask;
    *one ^= bits;
    *other ^= bits << shift;
}

#[inline(always)]
fn initial_permutation(mut left: u32, mut right: u32) -> Block {
    exchange(&mut left, &mut right, 4, 0x0F0F_0F0F);
    exchange(&mut left, &mut right, 16, 0x0000_FFFF);
    exchange(&mut right, &mut left, 2, 0x3333_3333);
    exchange(&mut right, &mut left, 8, 0x00FF_00FF);
    exchange(&mut left, &mut right, 1, 0x5555_5555);
    (left, right)
}

#[inline(always)]
fn final_permutation(mut left: u32, mut right: u32) -> Block {
    exchange(&mut left, &mut right, 1, 0x5555_5555);
    exchange(&mut right, &mut left, 8, 0x00FF_00FF);
    exchange(&mut right, &mut left, 2, 0x3333_3333);
    exchange(&mut left, &mut right, 16, 0x0000_FFFF);
    exchange(&mut left, &mut right, 4, 0x0F0F_0F0F);
    (left, right)
}

fn tables() -> Tables {
    let mut tables = [[0; 64]; 8];
    for (number, (table, s_box)) in tables.iter_mut().zip(&S_BOXES).enumerate() {
        for (input, entry) in table.iter_mut().enumerate() {
            // The outer bits choose the row, the inner ones the column.
            let at = (input >> 4 & 2 | input & 1) << 4 | input >> 1 & 15;
            let before = u32::from(s_box[at]) << (28 - 4 * number);
            *entry = P.iter().fold(0, |all, &bit| all << 1 | before >> (32 - bit) & 1);
        }
    }
    tables
}

/// FIPS 46-3's KS, in the order of encryption.
fn schedule(key: &[u8]) -> Schedule {
    const HALF: u64 = (1 << 28) - 1;
    let key = u64_of(key);
    let chosen = PC_1.iter().fold(0, |all, &bit| all << 1 | key >> (64 - bit) & 1);
    let (mut left, mut right) = (chosen >> 28, chosen & HALF);
    SHIFTS.map(|shift| {
        left = (left << shift | left >> (28 - shift)) & HALF;
        right = (right << shift | right >> (28 - shift)) & HALF;
        let both = left << 28 | right;
        let mut words = [0; 2];
        for (number, bits) in PC_2.chunks_exact(6).enumerate() {
            let six = bits.iter().fold(0, |all, &bit| all << 1 | (both >> (56 - bit)) as u32 & 1);
            words[number % 2] |= six << (26 - number / 2 * 8);
        }
        words
    })
}
