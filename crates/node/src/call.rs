//! How JavaScript calls in: integers in, one integer out, nothing thrown, no panic across the border.

use std::cell::UnsafeCell;
use std::ffi::{CStr, c_void};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::ptr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use napi::sys;

use crate::bell::Bell;
use crate::state::State;
use crate::wire::{Code, Reply};

/// The most arguments that a callback takes.
const MOST: usize = 4;

/// The state of one environment, and whether a call of it is running: then another one is refused, which only a hook of the
/// host (`async_hooks`) can make, because no callback runs JavaScript by itself.
#[derive(Default)]
pub struct Host {
    /// Only the environment's thread writes; its bell reads.
    pub running: Arc<AtomicBool>,
    state: UnsafeCell<State>,
}

impl Host {
    /// Runs `work` on the state, unless a call is running: then None.
    fn enter<R>(&self, work: impl FnOnce(&mut State) -> R) -> Option<R> {
        // Relaxed: one thread.
        if self.running.load(Ordering::Relaxed) {
            return None;
        }
        self.running.store(true, Ordering::Relaxed);
        // SAFETY: only the environment's thread calls this, and `running` says that nobody else is in here.
        let result = work(unsafe { &mut *self.state.get() });
        self.running.store(false, Ordering::Relaxed);
        Some(result)
    }

    /// The environment ends.
    pub fn shut_down(&self) {
        self.enter(State::shut_down);
    }
}

/// The arguments of a running callback.
#[derive(Debug)]
pub struct Args {
    /// The environment that is calling.
    pub env: sys::napi_env,
    /// Its host, for what outlives the callback.
    pub host: *mut Host,
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
        host: ptr::null_mut(),
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
    args.host = data.cast();
    // SAFETY: `define` gave this pointer; the host lives until the environment's data is finalized, after its last JavaScript.
    let host = unsafe { &*args.host };
    let entered = host.enter(|state| (reply(|| C::call(state, &args)), rung(state)));
    let (code, rung) = entered.unwrap_or((Code::Internal.into(), None));
    if let Some((bell, soon)) = rung {
        // SAFETY: in a callback of `env`, whose reference this is, and no call is running.
        if !unsafe { call_soon(env, soon) } {
            bell.ring_later();
        }
    }
    let mut result = ptr::null_mut();
    // SAFETY: in a callback of `env`.
    unsafe { sys::napi_create_int32(env, code, &raw mut result) };
    result
}

/// What `call` answers. A panic is `Internal`.
#[inline]
fn reply(call: impl FnOnce() -> Reply) -> i32 {
    match catch_unwind(AssertUnwindSafe(call)) {
        Ok(reply) => reply.unwrap_or_else(i32::from),
        Err(payload) => {
            // Dropping a payload may panic again.
            std::mem::forget(payload);
            Code::Internal.into()
        }
    }
}

/// The bell and what to call, if the call that was just made has ended an operation of its own thread.
#[inline]
fn rung(state: &State) -> Option<(Arc<Bell>, sys::napi_ref)> {
    let ear = state.ear.as_ref().filter(|ear| ear.bell.rung_by_owner())?;
    Some((Arc::clone(&ear.bell), ear.soon))
}

/// Calls `soon`, which queues a microtask. False: it could not be called, because the stack is full or the thread is ending; nothing is thrown.
///
/// # Safety
///
/// In a callback of `env`, with a reference of that environment, and with no borrow of its state.
#[cold]
unsafe fn call_soon(env: sys::napi_env, soon: sys::napi_ref) -> bool {
    let (mut this, mut function, mut error) = (ptr::null_mut(), ptr::null_mut(), ptr::null_mut());
    // SAFETY: as promised to this function.
    unsafe {
        if sys::napi_get_reference_value(env, soon, &raw mut function) != sys::Status::napi_ok
            || sys::napi_get_undefined(env, &raw mut this) != sys::Status::napi_ok
        {
            return false;
        }
        if sys::napi_call_function(env, this, function, 0, ptr::null(), ptr::null_mut())
            == sys::Status::napi_ok
        {
            return true;
        }
        // It would be thrown at the end of this call, which has happened.
        sys::napi_get_and_clear_last_exception(env, &raw mut error);
    }
    false
}

/// Puts `C` on `exports`. False: the environment refused.
///
/// # Safety
///
/// Called at module init with its `env` and `exports`; `host` lives as long as the environment runs JavaScript.
pub unsafe fn define<C: Callback>(
    env: sys::napi_env,
    exports: sys::napi_value,
    host: *mut Host,
) -> bool {
    let mut function = ptr::null_mut();
    let length = isize::try_from(C::NAME.count_bytes()).unwrap_or(0);
    // SAFETY: the name is `length` bytes; `enter` has the signature of a callback; `host` as promised.
    let made = unsafe {
        sys::napi_create_function(
            env,
            C::NAME.as_ptr(),
            length,
            Some(enter::<C>),
            host.cast::<c_void>(),
            &raw mut function,
        )
    };
    // SAFETY: both values are of this handle scope; the name ends with NUL.
    made == sys::Status::napi_ok
        && unsafe { sys::napi_set_named_property(env, exports, C::NAME.as_ptr(), function) }
            == sys::Status::napi_ok
}
