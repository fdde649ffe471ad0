//! A `SharedArrayBuffer` that JavaScript has given for messages: where it lies, and what keeps it there.
//!
//! Invariant: `pinned` keeps the memory alive; shared memory of JavaScript is never moved.

use std::ptr::{self, NonNull};
use std::sync::atomic::AtomicI32;

use napi::sys;

use crate::wire::Code;

/// All words of one typed array.
pub struct Shared {
    /// The first.
    pub words: NonNull<AtomicI32>,
    /// How many there are, at least one.
    pub count: usize,
    pinned: NonNull<sys::napi_ref__>,
}

impl Shared {
    /// The memory of `array`, an `Int32Array` over all of a `SharedArrayBuffer`, of more than `least` bytes.
    ///
    /// # Safety
    ///
    /// Called in a callback of `env`, with a value of that callback.
    pub unsafe fn attach(
        env: sys::napi_env,
        array: sys::napi_value,
        least: usize,
    ) -> Result<Self, Code> {
        let (mut kind, mut count, mut data, mut pinned) = (0, 0, ptr::null_mut(), ptr::null_mut());
        let (mut buffer, mut movable) = (ptr::null_mut(), true);
        // SAFETY: `env` and `array` are of the running callback; a value that is no typed array gives a status, and only
        // then is there no `buffer`.
        let told = unsafe {
            match sys::napi_get_typedarray_info(
                env,
                array,
                &raw mut kind,
                &raw mut count,
                &raw mut data,
                &raw mut buffer,
                ptr::null_mut(),
            ) {
                sys::Status::napi_ok => sys::napi_is_arraybuffer(env, buffer, &raw mut movable),
                status => status,
            }
        };
        let words = NonNull::new(data.cast::<AtomicI32>()).filter(|words| {
            told == sys::Status::napi_ok
                && !movable
                && kind == sys::TypedarrayType::int32_array
                && count.saturating_mul(4) > least
                && words.is_aligned()
        });
        let words = words.ok_or(Code::BadArgument)?;
        // SAFETY: as above; the reference holds the array, and that its memory, until `release`.
        let told = unsafe { sys::napi_create_reference(env, array, 1, &raw mut pinned) };
        let pinned = NonNull::new(pinned)
            .filter(|_| told == sys::Status::napi_ok)
            .ok_or(Code::Internal)?;
        Ok(Self {
            words,
            count,
            pinned,
        })
    }

    /// Lets the memory go.
    ///
    /// # Safety
    ///
    /// Called in a callback of the environment that `attach` was called in, once nobody uses the memory.
    pub unsafe fn release(self, env: sys::napi_env) {
        // SAFETY: the reference was made in this environment and is deleted once, with `self`.
        unsafe { sys::napi_delete_reference(env, self.pinned.as_ptr()) };
    }
}
