//! What one writes oneself: a `VecDeque` under a mutex, with two condition variables.

use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use crate::carrier::{Carrier, Rx, Tx};

/// The rival.
pub struct Locked;

struct State<P> {
    queue: VecDeque<P>,
    senders: usize,
}

struct Shared<P> {
    state: Mutex<State<P>>,
    capacity: usize,
    room: Condvar,
    values: Condvar,
}

impl<P> Shared<P> {
    fn lock(&self) -> MutexGuard<'_, State<P>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A sending end.
pub struct In<P>(Arc<Shared<P>>);
/// A receiving end.
pub struct Out<P>(Arc<Shared<P>>);

impl<P: Send + 'static> Carrier<P> for Locked {
    type Tx = In<P>;
    type Rx = Out<P>;

    fn open(capacity: Option<usize>) -> Option<(Self::Tx, Self::Rx)> {
        if capacity == Some(0) {
            return None;
        }
        let shared = Arc::new(Shared {
            state: Mutex::new(State {
                queue: VecDeque::new(),
                senders: 1,
            }),
            capacity: capacity.unwrap_or(usize::MAX),
            room: Condvar::new(),
            values: Condvar::new(),
        });
        Some((In(shared.clone()), Out(shared)))
    }
}

impl<P: Send + 'static> Tx<P> for In<P> {
    fn send(&mut self, value: P) {
        let Self(shared) = self;
        let full = |state: &mut State<P>| state.queue.len() >= shared.capacity;
        let mut state = shared
            .room
            .wait_while(shared.lock(), full)
            .unwrap_or_else(PoisonError::into_inner);
        state.queue.push_back(value);
        drop(state);
        shared.values.notify_one();
    }

    fn again(&self) -> Option<Self> {
        self.0.lock().senders += 1;
        Some(Self(self.0.clone()))
    }
}

impl<P> Drop for In<P> {
    fn drop(&mut self) {
        self.0.lock().senders -= 1;
        self.0.values.notify_all();
    }
}

impl<P: Send + 'static> Rx<P> for Out<P> {
    fn recv(&mut self) -> Option<P> {
        let Self(shared) = self;
        let idle = |state: &mut State<P>| state.queue.is_empty() && state.senders > 0;
        let mut state = shared
            .values
            .wait_while(shared.lock(), idle)
            .unwrap_or_else(PoisonError::into_inner);
        let value = state.queue.pop_front();
        drop(state);
        shared.room.notify_one();
        value
    }

    fn again(&self) -> Option<Self> {
        Some(Self(self.0.clone()))
    }
}
