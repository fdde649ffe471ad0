//! What wakes this thread's event loop: one weak thread-safe function, rung without a payload.
//!
//! Invariant: the function is called under `rope`, and `unhang` takes it out under the same lock before the environment
//! goes; calling a thread-safe function after that aborts the process. Its queue items carry nothing, since items that
//! are left at teardown leak.

use std::ffi::c_void;
use std::ptr::{self, NonNull};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, ThreadId};

use napi::sys;

use crate::wire::Code;

#[derive(Debug)]
struct Rope(NonNull<sys::napi_threadsafe_function__>);

// SAFETY: a thread-safe function may be called from any thread; `Bell` sees to it that it still exists.
unsafe impl Send for Rope {}

/// The bell of one thread.
#[derive(Debug)]
pub struct Bell {
    rope: Mutex<Option<Rope>>,
    /// The loop is awake and looks into its inbox by itself.
    ///
    /// Who wakes puts a key into the inbox and then reads this; who goes to sleep clears this and then looks into the
    /// inbox, whose lock orders the two: either the key is found or the bell is heard.
    muted: AtomicBool,
    owner: ThreadId,
    /// A call of the owner's environment is running. Another copy of the addon in this thread has an environment and a bell of its own.
    running: Arc<AtomicBool>,
    /// The owner itself has ended one of its operations, in a call that is still running.
    own: AtomicBool,
}

impl Bell {
    /// Hangs a bell that calls `listener`, a function without arguments, in the event loop of `env`; `running` says whether a call
    /// of that environment is.
    ///
    /// # Safety
    ///
    /// Called in a callback of `env`, with a value of that callback.
    pub unsafe fn hang(
        env: sys::napi_env,
        listener: sys::napi_value,
        running: Arc<AtomicBool>,
    ) -> Result<Self, Code> {
        let mut kind = -1;
        // SAFETY: `env` and `listener` are of the running callback.
        let told = unsafe { sys::napi_typeof(env, listener, &raw mut kind) };
        if told != sys::Status::napi_ok || kind != sys::ValueType::napi_function {
            return Err(Code::BadArgument);
        }
        let (mut name, mut rope) = (ptr::null_mut(), ptr::null_mut());
        let label = c"hchan";
        // SAFETY: the label is 5 bytes; no queue limit, one thread, no finalizer and no context to keep alive.
        let told = unsafe {
            sys::napi_create_string_utf8(env, label.as_ptr(), 5, &raw mut name);
            sys::napi_create_threadsafe_function(
                env,
                listener,
                ptr::null_mut(),
                name,
                0,
                1,
                ptr::null_mut(),
                None,
                ptr::null_mut(),
                Some(strike),
                &raw mut rope,
            )
        };
        let rope = NonNull::new(rope)
            .filter(|_| told == sys::Status::napi_ok)
            .ok_or(Code::Internal)?;
        // SAFETY: just made, on this thread. Unreferenced: the facade decides what keeps the process alive.
        unsafe { sys::napi_unref_threadsafe_function(env, rope.as_ptr()) };
        Ok(Self {
            rope: Mutex::new(Some(Rope(rope))),
            muted: AtomicBool::new(false),
            owner: thread::current().id(),
            running,
            own: AtomicBool::new(false),
        })
    }

    /// Whether the listener need not be called, because the loop looks by itself. It looks once more after unmuting.
    /// Returns what was so before.
    pub fn mute(&self, muted: bool) -> bool {
        // SeqCst: as plain as it gets, and rare.
        self.muted.swap(muted, Ordering::SeqCst)
    }

    /// Has the listener called soon. Does nothing once unhung.
    pub fn ring(&self) {
        // A thread that calls in hears of it at the end of its call.
        if thread::current().id() == self.owner && self.running.load(Ordering::Relaxed) {
            self.own.store(true, Ordering::Relaxed);
            return;
        }
        if !self.muted.load(Ordering::SeqCst) {
            self.ring_later();
        }
    }

    /// Has the listener called in a turn of the loop, whoever calls this. Does nothing once unhung.
    pub fn ring_later(&self) {
        let rope = self.rope.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(Rope(function)) = &*rope {
            // SAFETY: it is in `rope`, so `unhang` has not run, and it waits for this lock.
            unsafe {
                sys::napi_call_threadsafe_function(
                    function.as_ptr(),
                    ptr::null_mut(),
                    sys::ThreadsafeFunctionCallMode::nonblocking,
                )
            };
        }
    }

    /// Whether the owner has rung since it last asked. Only the owner asks.
    #[inline]
    pub fn rung_by_owner(&self) -> bool {
        self.own.load(Ordering::Relaxed) && self.own.swap(false, Ordering::Relaxed)
    }

    /// Takes the bell down, on the environment's own thread, before the environment goes. Afterwards `ring` is silent.
    pub fn unhang(&self) {
        let rope = self
            .rope
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        if let Some(Rope(function)) = rope {
            // SAFETY: taken out, so this is the last use; its one thread count is given back, once.
            unsafe {
                sys::napi_release_threadsafe_function(
                    function.as_ptr(),
                    sys::ThreadsafeFunctionReleaseMode::release,
                )
            };
        }
    }
}

/// In the event loop: calls the listener. It does not throw.
unsafe extern "C" fn strike(
    env: sys::napi_env,
    listener: sys::napi_value,
    _context: *mut c_void,
    _data: *mut c_void,
) {
    if env.is_null() || listener.is_null() {
        return;
    }
    let mut this = ptr::null_mut();
    // SAFETY: Node calls this on the environment's thread, in a handle scope, with the function given to `hang`.
    unsafe {
        if sys::napi_get_undefined(env, &raw mut this) == sys::Status::napi_ok {
            sys::napi_call_function(env, this, listener, 0, ptr::null(), ptr::null_mut());
        }
    }
}
