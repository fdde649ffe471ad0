//! The targets with random bytes: `HCHAN_FUZZ_MS` each (default 1000), from `HCHAN_SEED` (default: the time).

use std::time::{Duration, Instant, SystemTime};

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

fn seed() -> u64 {
    let now = SystemTime::UNIX_EPOCH
        .elapsed()
        .map_or(1, |since| since.subsec_nanos());
    number("HCHAN_SEED").unwrap_or_else(|| u64::from(now)) | 1
}

/// Calls `target` with random inputs of up to 400 bytes; the one that makes it panic is printed.
fn run(name: &str, target: fn(&[u8])) {
    let until = Instant::now() + Duration::from_millis(number("HCHAN_FUZZ_MS").unwrap_or(1000));
    let seed = seed();
    let (mut state, mut inputs) = (seed, 0_u64);
    let mut next = move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 32
    };
    while Instant::now() < until {
        let data: Vec<u8> = (0..next() % 400).map(|_| next().to_le_bytes()[0]).collect();
        if let Err(panic) = std::panic::catch_unwind(|| target(&data)) {
            eprintln!("{name}, HCHAN_SEED={seed}, input {inputs}: {data:?}");
            std::panic::resume_unwind(panic);
        }
        inputs += 1;
    }
    println!("{name}: {inputs} inputs, HCHAN_SEED={seed}");
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
