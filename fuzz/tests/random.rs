//! The targets without libFuzzer, on any toolchain: first the corpus, then, for `HCHAN_FUZZ_MS` each (default 1000), random
//! bytes and altered inputs of the corpus, from `HCHAN_SEED` (default: the time). The input that panics is printed as hex: a
//! line for the corpus.

use std::fmt::Write as _;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::time::{Duration, Instant, SystemTime};

use hchan_fuzz::corpus;

const MAX: u64 = 400;

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

fn seed() -> u64 {
    let now = SystemTime::UNIX_EPOCH
        .elapsed()
        .map_or(1, |since| since.subsec_nanos());
    number("HCHAN_SEED").unwrap_or_else(|| u64::from(now)) | 1
}

/// A xorshift generator.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        let high = self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 32;
        usize::try_from(high).expect("32 bits") % bound.max(1)
    }

    fn byte(&mut self) -> u8 {
        self.below(256).to_le_bytes()[0]
    }

    /// Random bytes.
    fn noise(&mut self) -> Vec<u8> {
        let length = self.below(usize::try_from(MAX).expect("small"));
        (0..length).map(|_| self.byte()).collect()
    }

    /// An input of the corpus with a few changes, or the head of one and the tail of another.
    fn altered(&mut self, corpus: &[Vec<u8>]) -> Vec<u8> {
        let mut data = corpus[self.below(corpus.len())].clone();
        for _ in 0..=self.below(6) {
            let at = self.below(data.len() + 1);
            match self.below(5) {
                0 => data.insert(at, self.byte()),
                1 if at < data.len() => drop(data.remove(at)),
                2 => data.truncate(at),
                3 => {
                    let other = &corpus[self.below(corpus.len())];
                    data.truncate(at);
                    data.extend_from_slice(&other[self.below(other.len() + 1)..]);
                }
                _ if at < data.len() => data[at] = self.byte(),
                _ => data.push(self.byte()),
            }
        }
        data.truncate(usize::try_from(MAX).expect("small"));
        data
    }
}

/// Calls `target` with inputs; the one that makes it panic is printed.
fn run(name: &str, target: fn(&[u8])) {
    let (corpus, seed) = (corpus::read(name), seed());
    assert!(!corpus.is_empty(), "{name} has no corpus");
    let mut random = Random(seed);
    let mut inputs = 0_u64;
    let mut play = |data: Vec<u8>| {
        if let Err(panic) = catch_unwind(AssertUnwindSafe(|| target(&data))) {
            let hex = data.iter().fold(String::new(), |mut hex, byte| {
                let _ = write!(hex, "{byte:02x}");
                hex
            });
            eprintln!("{name}, HCHAN_SEED={seed}, input {inputs}: {hex}");
            resume_unwind(panic);
        }
        inputs += 1;
    };
    corpus.iter().cloned().for_each(&mut play);
    let until = Instant::now() + Duration::from_millis(number("HCHAN_FUZZ_MS").unwrap_or(1000));
    while Instant::now() < until {
        let data = if random.below(4) == 0 {
            random.noise()
        } else {
            random.altered(&corpus)
        };
        play(data);
    }
    println!(
        "{name}: {inputs} inputs, {} of them kept ones, HCHAN_SEED={seed}",
        corpus.len()
    );
}

#[test]
fn every_flavor_answers_as_the_model_does() {
    run("channel", hchan_fuzz::channel);
}

#[test]
fn messages_stay_in_bounds() {
    run("message", hchan_fuzz::message);
}

#[test]
fn numbers_find_what_was_entered() {
    run("slab", hchan_fuzz::slab);
}
