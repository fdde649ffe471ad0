//! What must hold on every flavor, under the same names; the numbers are those of the project's list of semantics.
#![cfg(not(any(loom, shuttle)))]
#![allow(clippy::cast_possible_truncation, reason = "the numbers are small")]

mod basics;
#[path = "../borrower/mod.rs"]
mod borrower;
mod credits;
mod ends;
mod flavors;
mod leases;
mod order;
mod owner;
mod select;
#[path = "../writer/mod.rs"]
mod writer;

use std::sync::Arc;

use hchan_core::{Channel, Event, Flavor, Outcome};

fn open(flavor: Flavor, capacity: usize) -> Arc<Channel<u32>> {
    Channel::new(flavor, Some(capacity))
}

fn case<T>(case: usize, event: Event<T>) -> Outcome<T> {
    Outcome { case, event }
}
