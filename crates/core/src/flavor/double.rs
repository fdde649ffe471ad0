//! Stands in for the libraries' queues in models, and fails the model if the gates ever ask too much of it: a push
//! without room, a pop without a message.

use std::collections::VecDeque;

use super::store::Queue;
use crate::sync::Mutex;

pub(crate) struct Double<T> {
    capacity: usize,
    values: Mutex<VecDeque<T>>,
}

impl<T> Queue<T> for Double<T> {
    fn bounded(capacity: usize) -> Self {
        Self {
            capacity,
            values: Mutex::new(VecDeque::new()),
        }
    }

    fn unbounded() -> Self {
        Self::bounded(usize::MAX)
    }

    fn push(&self, value: T) -> Result<(), T> {
        let mut values = self.values.lock();
        assert!(values.len() < self.capacity, "pushed without a slot");
        values.push_back(value);
        Ok(())
    }

    fn pop(&self, into: &mut VecDeque<T>, _surely: u64) -> bool {
        let value = self.values.lock().pop_front();
        assert!(value.is_some(), "popped without an item");
        into.extend(value);
        true
    }
}
