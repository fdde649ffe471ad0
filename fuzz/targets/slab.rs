//! See `hchan_fuzz::slab`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| hchan_fuzz::slab(data));
