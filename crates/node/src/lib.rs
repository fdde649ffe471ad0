//! The addon of hchan: Node-API callbacks over `hchan-core`, integers in and integers out.
//!
//! It has no policy. It keeps tables (`state`, `slab`), copies bytes between messages and the scratch, a board or a page (`msg`,
//! `scratch`, `board`, `page`, `wire`), wakes event loops (`bell`) and puts results back when a thread dies (`State::shut_down`). Nothing here
//! throws: codes go to JavaScript (`call`), which makes the errors.

mod bell;
mod blocks;
mod board;
mod call;
mod calls;
mod crowd;
mod msg;
mod page;
mod run;
mod scratch;
mod shared;
mod slab;
mod sleeper;
mod state;
mod wire;

use std::ffi::c_void;
use std::ptr;

use napi::bindgen_prelude::{Object, retain_current_module_for_unload_safety};
use napi::{Env, JsValue, sys};
use napi_derive::napi;

use call::Host;

/// Gives this environment its functions and its state.
///
/// The state is freed with the environment's data, which comes after everything that may call in; the cleanup hook that
/// `init` adds empties it before that, while the environment is still whole.
///
/// # Errors
///
/// The environment refused: it is ending, or out of memory.
#[napi(module_exports)]
pub fn register(exports: Object, env: Env) -> napi::Result<()> {
    // A worker's exit must not unmap code that other threads are in.
    retain_current_module_for_unload_safety();
    let (env, exports) = (env.raw(), exports.raw());
    let host = Box::into_raw(Box::<Host>::default());
    // SAFETY: at module init, with its values; `free_host` is the only one to free `host`, after the last callback.
    let ready = unsafe {
        sys::napi_set_instance_data(env, host.cast(), Some(free_host), ptr::null_mut())
            == sys::Status::napi_ok
            && calls::define_all(env, exports, host)
    };
    if ready {
        Ok(())
    } else {
        Err(napi::Error::from_reason(
            "hchan: the addon could not be set up",
        ))
    }
}

/// Finalizer of the environment's data: nothing of this environment calls in any more.
unsafe extern "C" fn free_host(_env: sys::napi_env, host: *mut c_void, _hint: *mut c_void) {
    // SAFETY: made by `Box::into_raw` in `register`, freed once.
    drop(unsafe { Box::from_raw(host.cast::<Host>()) });
}
