//! Starting up and looking around.

use std::ffi::c_void;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use hchan_core::Inbox;
use napi::sys;

use super::callback;
use crate::bell::Bell;
use crate::call::Host;
use crate::state::{Ear, REGISTRY};
use crate::wire::{Code, word};

/// The package's version as one number: major · 10^6 + minor · 10^3 + patch.
const VERSION: i32 = version(env!("CARGO_PKG_VERSION"));

const fn version(text: &str) -> i32 {
    let bytes = text.as_bytes();
    let (mut total, mut part, mut i) = (0, 0, 0);
    // A pre-release (`-rc.1`) has the number of its release.
    while i < bytes.len() && bytes[i] != b'-' && bytes[i] != b'+' {
        if bytes[i] == b'.' {
            total = (total + part) * 1000;
            part = 0;
        } else {
            part = part * 10 + (bytes[i] - b'0') as i32;
        }
        i += 1;
    }
    total + part
}

callback! {
    /// `version()`: major · 10^6 + minor · 10^3 + patch.
    Version = c"version", |_state, _args| { Ok(VERSION) }
}

callback! {
    /// `init(scratch, onCompletions, soon)`: once per environment. `onCompletions` is called without arguments when a parked
    /// operation is done; it then drains. `soon` is called instead at the end of a call that has ended an operation of
    /// its own thread, and has the same done in a microtask: neighbours in one loop need no event to hear of each other.
    Init = c"init", |state, args| {
        if state.dead || state.ear.is_some() {
            return Err(Code::Dead);
        }
        let mut soon = std::ptr::null_mut();
        // SAFETY: in a callback, with its values; what is no object gives a status. The host outlives its callbacks.
        let bell = unsafe {
            state.scratch.attach(args.env, args.value(0))?;
            let bell = Bell::hang(args.env, args.value(1), Arc::clone(&(*args.host).running))?;
            if sys::napi_create_reference(args.env, args.value(2), 1, &raw mut soon) != sys::Status::napi_ok {
                bell.unhang();
                return Err(Code::BadArgument);
            }
            Arc::new(bell)
        };
        // Hooks run last added first. Node's own for the thread-safe function was added by `hang`, so ours comes before it.
        // SAFETY: in a callback; the host outlives every hook, since it goes with the environment's data.
        if unsafe { sys::napi_add_env_cleanup_hook(args.env, Some(shut_down), args.host.cast()) } != sys::Status::napi_ok {
            // Without the hook nothing would end what counts in memory of this thread: it gets no memory.
            state.scratch.detach();
            bell.unhang();
            // SAFETY: in a callback of `env`, whose reference this is.
            unsafe { sys::napi_delete_reference(args.env, soon) };
            return Err(Code::Internal);
        }
        let ringer = Arc::clone(&bell);
        state.ear = Some(Ear { inbox: Inbox::new(Box::new(move || ringer.ring())), bell, soon });
        state.sleeper = Some(Arc::default());
        Ok(0)
    }
}

/// Cleanup hook: on the environment's thread, while the environment is still there.
unsafe extern "C" fn shut_down(host: *mut c_void) {
    let ended = catch_unwind(AssertUnwindSafe(|| {
        // SAFETY: `init` gave the host, which goes after all hooks.
        unsafe { &*host.cast::<Host>() }.shut_down();
    }));
    if let Err(payload) = ended {
        std::mem::forget(payload);
    }
}

callback! {
    /// `setScratch(scratch)`: the scratch has been replaced by a larger one with the same content.
    SetScratch = c"setScratch", |state, args| {
        if state.dead {
            return Err(Code::Dead);
        }
        // SAFETY: in a callback, with its value.
        unsafe { state.scratch.attach(args.env, args.value(0))? };
        Ok(0)
    }
}

callback! {
    /// `stats()`: counts into header words 8 to 10.
    Stats = c"stats", |state, _args| {
        for (index, count) in [(word::CHANNELS, REGISTRY.len()), (word::HANDLES, state.handles.len()), (word::OPS, state.ops.len())] {
            state.scratch.set(index, i32::try_from(count).unwrap_or(i32::MAX));
        }
        Ok(0)
    }
}

#[cfg(test)]
mod tests {
    use super::version;

    #[test]
    fn a_version_is_one_number() {
        assert_eq!(
            (version("0.1.0"), version("1.2.3-rc.1"), version("12.34.56")),
            (1000, 1_002_003, 12_034_056)
        );
    }
}
