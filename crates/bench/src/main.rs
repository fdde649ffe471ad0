//! Rust rivals.
fn main() {}
