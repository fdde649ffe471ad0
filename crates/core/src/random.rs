//! Chance for `select`: a generator of its own in every thread, no lock. Not for secrets.

use std::cell::Cell;
use std::hash::{BuildHasher, RandomState};

thread_local! {
    static STATE: Cell<u64> = const { Cell::new(0) };
}

fn seed() -> u64 {
    // A model must find the same thing each time.
    if cfg!(any(loom, shuttle)) {
        0x9E37_79B9_7F4A_7C15
    } else {
        RandomState::new().hash_one(0_u8) | 1
    }
}

/// Uniform below `bound`, which is not 0.
pub(crate) fn below(bound: u32) -> u32 {
    let mut x = STATE.get();
    if x == 0 {
        x = seed();
    }
    // Marsaglia's xorshift64; its high half times the bound keeps the bias below bound / 2^32.
    x ^= x << 13;
    x ^= x >> 7;
    x ^= x << 17;
    STATE.set(x);
    let high = x.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 32;
    u32::try_from((high * u64::from(bound)) >> 32).unwrap_or(0)
}

/// The numbers below `n` in an order drawn while it is walked, so that stopping early costs no more than was walked.
pub(crate) struct Shuffle {
    order: Vec<u32>,
    at: u32,
}

impl Shuffle {
    pub(crate) fn new(n: u32) -> Self {
        Self {
            order: (0..n).collect(),
            at: 0,
        }
    }
}

impl Iterator for Shuffle {
    type Item = usize;

    fn next(&mut self) -> Option<usize> {
        let at = self.at as usize;
        let left = u32::try_from(self.order.len()).unwrap_or(u32::MAX) - self.at;
        if left == 0 {
            return None;
        }
        // Fisher and Yates, one step at a time.
        self.order.swap(at, at + below(left) as usize);
        self.at += 1;
        self.order.get(at).map(|case| *case as usize)
    }
}

#[cfg(test)]
mod tests {
    use super::Shuffle;

    #[test]
    fn every_order_of_three_comes_about_equally_often() {
        let mut seen = std::collections::BTreeMap::new();
        for _ in 0..60_000 {
            *seen.entry(Shuffle::new(3).collect::<Vec<_>>()).or_insert(0) += 1;
        }
        assert_eq!(seen.len(), 6);
        assert!(
            seen.values().all(|n| (9_500..10_500).contains(n)),
            "{seen:?}"
        );
    }
}
