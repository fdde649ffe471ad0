//! See `hchan_fuzz::channel`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| hchan_fuzz::channel(data));
