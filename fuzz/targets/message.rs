//! See `hchan_fuzz::message`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| hchan_fuzz::message(data));
