#!/usr/bin/env bash
# The native code under the sanitizers of LLVM: `bash scripts/sanitize.sh [thread] [leak] [address]`, all three by default.
#
#   thread    the core's tests under ThreadSanitizer, with a standard library built for it
#   leak      the core's tests under AddressSanitizer and LeakSanitizer
#   address   the addon, built with AddressSanitizer, in a real Node: random calls, forged tokens, dying workers
#
# Linux and gcc or clang. A nightly toolchain is taken if there is one; else the stable one is told to act as one. `thread`
# needs its sources: rustup component add rust-src --toolchain nightly. docs/survival.md says how to read what comes out.
# HCHAN_FUZZ_MS: for how long to make random calls (default 20000). HCHAN_SANITIZE_DIR: where to build (default target/sanitize).
# Ends with `N passed, M failed, K skipped`: exit code 0; 1 if something failed; 2 if it was asked for wrongly.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit 1

passed=0 failed=0 skipped=0
target=$(rustc -vV | sed -n 's/^host: //p')
work=${HCHAN_SANITIZE_DIR:-target/sanitize}
mkdir -p "$work"
work=$(cd "$work" && pwd)
toolchain=()
if rustup run nightly rustc --version >/dev/null 2>&1; then toolchain=(+nightly); else export RUSTC_BOOTSTRAP=1; fi
export CARGO_PROFILE_DEV_OPT_LEVEL=1 CARGO_PROFILE_TEST_OPT_LEVEL=1

skip() {
  printf 'skipped: %s\n' "$1"
  skipped=$((skipped + 1))
}

# step NAME COMMAND…: silent while it goes well; if not, what it said.
step() {
  local name=$1 from=$SECONDS log
  shift
  log=$work/${name// /-}.log
  if "$@" >"$log" 2>&1; then
    printf 'ok: %s, %d s\n' "$name" $((SECONDS - from))
    passed=$((passed + 1))
  else
    printf 'FAILED: %s (whole output: %s)\n' "$name" "$log" >&2
    { grep -m 1 -A 60 -E 'ERROR: |WARNING: |panicked at|AssertionError' "$log" || tail -n 60 "$log"; } >&2
    failed=$((failed + 1))
    return 1
  fi
}

core_tests() {
  cargo "${toolchain[@]}" test --locked -p hchan-core --target "$target" --lib --test suite --test registry "$@"
}

thread() {
  if [ ! -d "$(rustc ${toolchain[0]:-} --print sysroot)/lib/rustlib/src/rust/library" ]; then
    skip 'thread: no rust-src (an uninstrumented standard library looks like a race everywhere)'
    return
  fi
  # Any report fails the test binary that it was made in.
  TSAN_OPTIONS='halt_on_error=0 exitcode=66' RUSTFLAGS=-Zsanitizer=thread \
    step 'core under ThreadSanitizer' core_tests -Zbuild-std --target-dir "$work/thread"
}

address_flags='-Zsanitizer=address -Cunsafe-allow-abi-mismatch=sanitizer'

leak() {
  ASAN_OPTIONS=detect_leaks=1 RUSTFLAGS=$address_flags step 'core under LeakSanitizer' core_tests --target-dir "$work/address"
}

# in_node NAME COMMAND…: with the instrumented addon, and the sanitizer's runtime in front of the allocator. What V8 never
# frees is no leak of ours.
in_node() {
  local name=$1
  shift
  HCHAN_NATIVE=$work/hchan.node LD_PRELOAD=$runtime ASAN_OPTIONS=detect_leaks=0:allocator_may_return_null=1:abort_on_error=1 \
    step "$name" "$@"
}

address() {
  runtime=$(gcc -print-file-name=libasan.so 2>/dev/null || clang -print-file-name=libclang_rt.asan-x86_64.so 2>/dev/null)
  if [ ! -e "${runtime:-}" ]; then
    skip 'address: no libasan.so (it comes with gcc)'
    return
  fi
  RUSTFLAGS=$address_flags step 'addon with AddressSanitizer' \
    cargo "${toolchain[@]}" build --locked -p hchan-node --target "$target" --target-dir "$work/address" || return
  cp "$work/address/$target/debug/libhchan_node.so" "$work/hchan.node"
  in_node 'random calls' node __test__/fuzz/program.mjs "${HCHAN_TEST_SEED:-$RANDOM}" "${HCHAN_FUZZ_MS:-20000}" "$work/script"
  local engine
  for engine in mutex crossbeam kanal; do
    in_node "storm of $engine" node --expose-gc __test__/survival/programs/storm.mjs "$engine" "${HCHAN_TEST_SEED:-$RANDOM}" 40
  done
  in_node 'soak' node --expose-gc scripts/soak.mjs --minutes 0.2 --seconds 3 --engines mutex,crossbeam,kanal
}

[ $# -gt 0 ] || set -- thread leak address
for name in "$@"; do
  case $name in
    thread | leak | address) ;;
    *)
      printf 'usage: bash scripts/sanitize.sh [thread] [leak] [address]\n' >&2
      exit 2
      ;;
  esac
done
for name in "$@"; do "$name"; done
printf '%d passed, %d failed, %d skipped\n' "$passed" "$failed" "$skipped"
[ "$failed" -eq 0 ]
