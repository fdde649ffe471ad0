//! Go-style channels between threads and event loops.
//!
//! A channel is a buffer and two queues of waiting operations. An operation is one small object, whoever owns it: a
//! blocked thread ([`Parker`]), or an event loop ([`Inbox`]), which is told by a number and asks for the result. This
//! crate knows nothing of JavaScript, has no `unsafe`, and is model-checked (`tests/loom_*.rs`).
//!
//! ```
//! use hchan_core::{Channel, Event, Flavor, Outcome, Parker, Parking, park_recv};
//! use std::time::Duration;
//!
//! let channel = Channel::new(Flavor::Mutex, Some(0));
//! let parker = Parker::new();
//! let Parking::Parked(op) = park_recv(channel.clone(), parker.clone(), 0) else { panic!("nothing was sent yet") };
//! std::thread::spawn(move || channel.try_send("hello"));
//! while !parker.wait(Duration::from_secs(1)) {}
//! assert_eq!(op.take(), Some(Outcome { case: 0, event: Event::Received("hello") }));
//! ```
//!
//! What each thing may lock is written at the top of its file; the order is: mutex channels by id, one gate, one
//! operation, the tail, the front, a queue. Wake-ups, and drops of what users sent, happen with no lock held.

#![forbid(unsafe_code)]

mod abandon;
mod bulk;
mod channel;
mod few;
mod flavor;
mod inbox;
mod list;
#[cfg(any(loom, shuttle))]
#[doc(hidden)]
pub mod mutant;
#[cfg(not(any(loom, shuttle)))]
mod mutant;
mod op;
mod parker;
mod random;
mod registry;
mod select;
mod sync;
#[cfg(all(test, not(any(loom, shuttle))))]
mod tests;
mod wake;

pub use abandon::abandon;
pub use bulk::{Bulk, Piece};
pub use channel::Channel;
pub use flavor::credit::Page;
pub use flavor::lease::Claims;
pub use flavor::{Flavor, Shut, TryRecvError, TrySendError};
pub use inbox::Inbox;
pub use op::{Case, Event, Losers, Op, Outcome};
pub use parker::Parker;
pub use registry::{Direction, Grant, Handle, Registry};
pub use select::{Order, Parking, park, park_recv, park_send, try_select};
pub use wake::Wake;
