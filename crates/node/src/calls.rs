//! The functions that JavaScript sees, each a [`Callback`](crate::call::Callback). `src/native/binding.ts` has the same list with its types.
//!
//! Numbers of handles and operations come from JavaScript and may be stale or forged: every call looks them up and
//! answers `BadHandle`. Offsets and lengths may be anything: the scratch checks them.

mod batch;
mod handle;
mod lifecycle;
mod linger;
mod park;
mod select;
mod single;

use napi::sys;

use crate::call::Host;
use crate::call::define;

/// Puts every function on `exports`. False: the environment refused.
///
/// # Safety
///
/// As [`define`].
pub unsafe fn define_all(env: sys::napi_env, exports: sys::napi_value, host: *mut Host) -> bool {
    macro_rules! each {
        ($($callback:ty),* $(,)?) => {
            // SAFETY: as promised to this function.
            true $(&& unsafe { define::<$callback>(env, exports, host) })*
        };
    }
    each!(
        lifecycle::Version,
        lifecycle::Init,
        lifecycle::SetScratch,
        lifecycle::Stats,
        handle::Open,
        handle::Attach,
        handle::Share,
        handle::Clone,
        handle::Lend,
        handle::Credit,
        handle::Release,
        handle::Close,
        handle::Length,
        handle::Closed,
        handle::LengthOf,
        handle::ClosedOf,
        single::TrySend,
        single::TrySendAhead,
        single::TryRecv,
        single::TryRecvAhead,
        single::FetchHeld,
        linger::Linger,
        linger::LingerAny,
        linger::Settled,
        linger::Mute,
        linger::Rest,
        batch::TrySendFrames,
        batch::TryRecvFrames,
        batch::TrySendFixed,
        batch::TryRecvFixed,
        select::SelectTry,
        select::SelectPark,
        select::SelectBlock,
        park::ParkSend,
        park::ParkRecv,
        park::Cancel,
        park::Wait,
        park::Sweep,
        park::DrainCompletions,
    )
}

/// Declares a callback: its type, its name in JavaScript, and its body.
macro_rules! callback {
    ($(#[$doc:meta])* $type:ident = $name:literal, |$state:ident, $args:ident| $body:block) => {
        $(#[$doc])*
        pub struct $type;

        impl $crate::call::Callback for $type {
            const NAME: &std::ffi::CStr = $name;

            fn call($state: &mut $crate::state::State, $args: &$crate::call::Args) -> $crate::wire::Reply $body
        }
    };
}
use callback;
