//! Inputs worth keeping: `corpus/<target>.hex`, one a line. libFuzzer wants a folder of files instead, which
//! `examples/corpus.rs` makes and reads back.

use std::path::PathBuf;

/// Where the corpus of a target is.
#[must_use]
pub fn path(target: &str) -> PathBuf {
    [
        env!("CARGO_MANIFEST_DIR"),
        "corpus",
        &format!("{target}.hex"),
    ]
    .iter()
    .collect()
}

/// What is kept for a target.
///
/// # Panics
///
/// If the file is not there, or is no hex.
#[must_use]
pub fn read(target: &str) -> Vec<Vec<u8>> {
    let path = path(target);
    let text = std::fs::read_to_string(&path)
        .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    text.lines()
        .map(|line| bytes(line).unwrap_or_else(|| panic!("{}: no hex: {line}", path.display())))
        .collect()
}

fn bytes(line: &str) -> Option<Vec<u8>> {
    let digits: Vec<_> = line.chars().map(|digit| digit.to_digit(16)).collect();
    digits
        .chunks(2)
        .map(|pair| u8::try_from((*pair.first()?)? * 16 + (*pair.get(1)?)?).ok())
        .collect()
}
