//! A limit for what is done because of packets.

/// Tokens, refilled by time.
pub struct Bucket {
    burst: u64,
    a_second: u64,
    tokens: u64,
    filled: u64,
}

impl Bucket {
    /// So many at once, and so many a second.
    pub fn new(burst: u64, a_second: u64) -> Self {
        Bucket { burst, a_second, tokens: burst, filled: 0 }
    }

    /// Is there one left? `now`: in milliseconds of the plane's clock.
    pub fn take(&mut self, now: u64) -> bool {
        let fresh = now.saturating_sub(self.filled) * self.a_second / 1000;
        if fresh > 0 {
            (self.tokens, self.filled) = ((self.tokens + fresh).min(self.burst), now);
        }
        let has = self.tokens > 0;
        self.tokens -= u64::from(has);
        has
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_are_few() {
        let mut bucket = Bucket::new(500, 500);
        let mut taken = |now| (0..10_000).filter(|_| bucket.take(now)).count();
        assert_eq!(taken(0), 500);
        assert_eq!(taken(1), 0);
        assert_eq!(taken(100), 50);
        assert_eq!(taken(1_000_000), 500);
    }
}
