//! The anti-replay window (RFC 4303 section 3.4.3) as a ring of words (RFC 6479), and extended sequence numbers
//! (RFC 4303 appendix A2).

/// The window that infers the high half of an ESN where replay detection is off: RFC 4303's default.
const INFERENCE_SIZE: u64 = 64;
const WORD_BITS: u64 = u64::BITS as u64;

/// Which sequence numbers have been seen. All numbers here are 64 bits wide, with or without ESN.
#[derive(Clone)]
pub struct ReplayWindow {
    size: u64,
    top: u64,
    words: Box<[u64]>,
}

impl ReplayWindow {
    /// The largest window.
    pub const MAX_SIZE: u32 = 8192;

    /// A window of `size` packets; 0 detects nothing. Sizes above [`Self::MAX_SIZE`] are cut to it.
    pub fn new(size: u32) -> Self {
        let size = u64::from(size.min(Self::MAX_SIZE));
        // One word more than the window needs: clearing the words ahead must not touch those still in the window.
        let words = (size.div_ceil(WORD_BITS) + 1).next_power_of_two();
        let words = if size == 0 { 0 } else { words as usize };
        Self { size, top: 0, words: vec![0; words].into_boxed_slice() }
    }

    /// The highest sequence number seen so far.
    pub fn top(&self) -> u64 {
        self.top
    }

    /// Would `sequence` be new? Changes nothing: the packet may be a forgery.
    #[inline]
    pub fn is_new(&self, sequence: u64) -> bool {
        if self.size == 0 {
            return true;
        }
        // A sender's first packet has the number 1 (RFC 4303 section 2.2).
        if sequence == 0 {
            return false;
        }
        if sequence > self.top {
            return true;
        }
        if self.top - sequence >= self.size {
            return false;
        }
        let (word, bit) = self.place(sequence);
        self.words[word] & bit == 0
    }

    /// Remember `sequence`, which is authentic and was new.
    #[inline]
    pub fn commit(&mut self, sequence: u64) {
        if self.size == 0 {
            self.top = self.top.max(sequence);
            return;
        }
        if sequence > self.top {
            let ahead = (sequence / WORD_BITS - self.top / WORD_BITS).min(self.words.len() as u64);
            for step in 1..=ahead {
                let word = (self.top / WORD_BITS).wrapping_add(step) as usize & (self.words.len() - 1);
                self.words[word] = 0;
            }
            self.top = sequence;
        }
        let (word, bit) = self.place(sequence);
        self.words[word] |= bit;
    }

    /// The full number of a packet whose low half is `low` (RFC 4303 appendix A2.2). None: before the first
    /// number or past the last.
    #[inline]
    pub fn extend(&self, low: u32) -> Option<u64> {
        let size = if self.size == 0 { INFERENCE_SIZE } else { self.size };
        let (top_high, top_low) = (self.top >> 32, self.top as u32);
        let bottom = top_low.wrapping_sub(size as u32 - 1);
        let high = if u64::from(top_low) >= size - 1 {
            // The window lies within one half: what is below it comes from the next.
            if low >= bottom {
                Some(top_high)
            } else {
                top_high.checked_add(1)
            }
        } else if low >= bottom {
            // The window reaches back into the half before.
            top_high.checked_sub(1)
        } else {
            Some(top_high)
        }?;
        (high <= u64::from(u32::MAX)).then_some(high << 32 | u64::from(low))
    }

    #[inline]
    fn place(&self, sequence: u64) -> (usize, u64) {
        let word = (sequence / WORD_BITS) as usize & (self.words.len() - 1);
        (word, 1 << (sequence % WORD_BITS))
    }
}
