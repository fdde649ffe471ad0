//! Linker flags of a Node addon: symbols come from the host process, and on Linux the image is never unmapped.

fn main() {
    napi_build::setup();
}
