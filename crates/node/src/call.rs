//! How JavaScript calls in: integers in, one integer out, nothing thrown, no panic across the border.

use std::ffi::{CStr, c_void};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::ptr;

use napi::sys;

use crate::state::State;
use crate::wire::{Code, Reply};

/// The most arguments that a callback takes.
const MOST: usize = 4;

/// The arguments of a running callback.
#[derive(Debug)]
pub struct Args {
    /// The environment that is calling.
    pub env: sys::napi_env,
    /// Its state, for what outlives the callback.
    pub state: *mut State,
    values: [sys::napi_value; MOST],
}

impl Args {
    /// Argument `index` as an integer. Anything but a number is `BadArgument`; a fraction is cut off.
    #[inline]
    pub fn int(&self, index: usize) -> Reply {
        let mut value = 0;
        // SAFETY: `env` and the value are of the running callback; a value that is no number gives a status.
        match unsafe { sys::napi_get_value_int32(self.env, self.values[index], &raw mut value) } {
            sys::Status::napi_ok => Ok(value),
            _ => Err(Code::BadArgument),
        }
    }

    /// Argument `index` as an integer that is 0 or more.
    #[inline]
    pub fn count(&self, index: usize) -> Result<usize, Code> {
        usize::try_from(self.int(index)?).map_err(|_| Code::BadArgument)
    }

    /// Argument `index` as it is.
    pub fn value(&self, index: usize) -> sys::napi_value {
        self.values[index]
    }
}

/// One function of the addon.
pub trait Callback {
    /// What JavaScript calls it.
    const NAME: &CStr;
    /// The call.
    fn call(state: &mut State, args: &Args) -> Reply;
}

unsafe extern "C" fn enter<C: Callback>(
    env: sys::napi_env,
    info: sys::napi_callback_info,
) -> sys::napi_value {
    let mut args = Args {
        env,
        state: ptr::null_mut(),
        values: [ptr::null_mut(); MOST],
    };
    let (mut count, mut data) = (MOST, ptr::null_mut());
    // SAFETY: `env` and `info` are of this callback; the array has room for `count` values.
    unsafe {
        sys::napi_get_cb_info(
            env,
            info,
            &raw mut count,
            args.values.as_mut_ptr(),
            ptr::null_mut(),
            &raw mut data,
        )
    };
    args.state = data.cast();
    let reply = catch_unwind(AssertUnwindSafe(|| {
        // SAFETY: `define` gave this pointer; the state lives until the environment's data is finalized, after its last
        // JavaScript. No callback runs JavaScript before its borrow is over, so none is entered while another borrows.
        let state = unsafe { &mut *args.state };
        C::call(state, &args)
    }));
    let code = match reply {
        Ok(reply) => reply.unwrap_or_else(i32::from),
        Err(payload) => {
            // Dropping a payload may panic again.
            std::mem::forget(payload);
            Code::Internal.into()
        }
    };
    // SAFETY: as above; the borrow for the call is over.
    if let Some(ear) = unsafe { &(*args.state).ear }
        && ear.bell.rung_by_owner()
    {
        let soon = ear.soon;
        // SAFETY: in a callback of `env`, whose reference this is. `ear` is not used any more.
        unsafe { call_soon(env, soon) };
    }
    let mut result = ptr::null_mut();
    // SAFETY: in a callback of `env`.
    unsafe { sys::napi_create_int32(env, code, &raw mut result) };
    result
}

/// Calls `soon`, which queues a microtask and does not throw. Where it cannot be called, the thread is ending.
///
/// # Safety
///
/// In a callback of `env`, with a reference of that environment, and with no borrow of its state.
#[cold]
unsafe fn call_soon(env: sys::napi_env, soon: sys::napi_ref) {
    let (mut this, mut function) = (ptr::null_mut(), ptr::null_mut());
    // SAFETY: as promised to this function.
    unsafe {
        if sys::napi_get_reference_value(env, soon, &raw mut function) == sys::Status::napi_ok
            && sys::napi_get_undefined(env, &raw mut this) == sys::Status::napi_ok
        {
            sys::napi_call_function(env, this, function, 0, ptr::null(), ptr::null_mut());
        }
    }
}

/// Puts `C` on `exports`. False: the environment refused.
///
/// # Safety
///
/// Called at module init with its `env` and `exports`; `state` lives as long as the environment runs JavaScript.
pub unsafe fn define<C: Callback>(
    env: sys::napi_env,
    exports: sys::napi_value,
    state: *mut State,
) -> bool {
    let mut function = ptr::null_mut();
    let length = isize::try_from(C::NAME.count_bytes()).unwrap_or(0);
    // SAFETY: the name is `length` bytes; `enter` has the signature of a callback; `state` as promised.
    let made = unsafe {
        sys::napi_create_function(
            env,
            C::NAME.as_ptr(),
            length,
            Some(enter::<C>),
            state.cast::<c_void>(),
            &raw mut function,
        )
    };
    // SAFETY: both values are of this handle scope; the name ends with NUL.
    made == sys::Status::napi_ok
        && unsafe { sys::napi_set_named_property(env, exports, C::NAME.as_ptr(), function) }
            == sys::Status::napi_ok
}
