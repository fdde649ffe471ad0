//! This thread's view of the scratch, the `ArrayBuffer` that JavaScript made.
//!
//! Invariant: while `data` is set, `pinned` keeps the buffer alive, so its memory is there; JavaScript never detaches
//! it. `detach` is called before the environment goes. Every offset from JavaScript is checked against `len`.

use std::ptr::{self, NonNull};

use napi::sys;

use crate::blocks::Blocks;
use crate::msg::Msg;
use crate::wire::{Code, HEADER, word};

/// The scratch, or nothing before `init` and after `detach`.
#[derive(Debug, Default)]
pub struct Scratch {
    data: Option<NonNull<u8>>,
    len: usize,
    pinned: Option<NonNull<sys::napi_ref__>>,
}

impl Scratch {
    /// Uses the memory of `buffer` from now on, and lets go of the one before.
    ///
    /// # Safety
    ///
    /// Called in a callback of `env`, with a value of that callback.
    pub unsafe fn attach(
        &mut self,
        env: sys::napi_env,
        buffer: sys::napi_value,
    ) -> Result<(), Code> {
        let (mut data, mut len, mut pinned) = (ptr::null_mut(), 0, ptr::null_mut());
        // SAFETY: `env` and `buffer` are of the running callback; a value that is no ArrayBuffer gives a status.
        let told =
            unsafe { sys::napi_get_arraybuffer_info(env, buffer, &raw mut data, &raw mut len) };
        let data = NonNull::new(data.cast::<u8>()).filter(|data| {
            told == sys::Status::napi_ok && len >= HEADER && data.cast::<u32>().is_aligned()
        });
        let data = data.ok_or(Code::BadArgument)?;
        // SAFETY: as above; the reference holds the buffer until `release`.
        let told = unsafe { sys::napi_create_reference(env, buffer, 1, &raw mut pinned) };
        let pinned = NonNull::new(pinned)
            .filter(|_| told == sys::Status::napi_ok)
            .ok_or(Code::Internal)?;
        // SAFETY: in a callback of `env`.
        unsafe { self.release(env) };
        *self = Self {
            data: Some(data),
            len,
            pinned: Some(pinned),
        };
        Ok(())
    }

    /// Lets the buffer go.
    ///
    /// # Safety
    ///
    /// Called in a callback of the environment that `attach` was called in.
    unsafe fn release(&mut self, env: sys::napi_env) {
        self.data = None;
        if let Some(pinned) = self.pinned.take() {
            // SAFETY: the reference was made in this environment and is deleted once, since it was taken out.
            unsafe { sys::napi_delete_reference(env, pinned.as_ptr()) };
        }
    }

    /// Forgets the memory; the environment frees the reference with itself.
    pub fn detach(&mut self) {
        *self = Self::default();
    }

    /// All of it.
    pub fn bytes(&self) -> &[u8] {
        self.data.map_or(&[], |data| {
            // SAFETY: `pinned` keeps `len` bytes alive at `data`; only this thread touches them, and JavaScript does not
            // run while a callback borrows them.
            unsafe { std::slice::from_raw_parts(data.as_ptr(), self.len) }
        })
    }

    /// All of it, to write.
    pub fn bytes_mut(&mut self) -> &mut [u8] {
        self.data.map_or(&mut [], |data| {
            // SAFETY: as in `bytes`, and `&mut self` makes it the only borrow.
            unsafe { std::slice::from_raw_parts_mut(data.as_ptr(), self.len) }
        })
    }

    /// Reads the little-endian word at byte `at`.
    pub fn read(&self, at: usize) -> Result<i32, Code> {
        let bytes = self
            .bytes()
            .get(at..)
            .and_then(|rest| rest.first_chunk())
            .ok_or(Code::BadArgument)?;
        Ok(i32::from_le_bytes(*bytes))
    }

    /// Sets header word `index`; without a scratch it is nobody's.
    pub fn set(&mut self, index: usize, value: i32) {
        if let Some(bytes) = self
            .bytes_mut()
            .get_mut(index * 4..)
            .and_then(|rest| rest.first_chunk_mut())
        {
            *bytes = value.to_le_bytes();
        }
    }

    /// Where results go: from header word `base` to the end.
    pub fn base(&self) -> Result<usize, Code> {
        let base = usize::try_from(self.read(word::BASE * 4).map_err(|_| Code::Dead)?).unwrap_or(0);
        if base < HEADER || base > self.len {
            Err(Code::BadArgument)
        } else {
            Ok(base)
        }
    }

    /// Copies out the message at base, whose length is in word 1.
    #[inline]
    pub fn outgoing(&self, blocks: &mut Blocks) -> Result<Msg, Code> {
        let base = self.base()?;
        let len = usize::try_from(self.read(word::COUNT * 4)?).map_err(|_| Code::BadArgument)?;
        Msg::copy_to(blocks, self.bytes(), base, len)
    }

    /// Copies a message out.
    pub fn message(&self, offset: i32, len: i32) -> Result<Msg, Code> {
        let (at, len) = (usize::try_from(offset), usize::try_from(len));
        let (Ok(at), Ok(len)) = (at, len) else {
            return Err(Code::BadArgument);
        };
        Msg::copy(self.bytes(), at, len)
    }
}
