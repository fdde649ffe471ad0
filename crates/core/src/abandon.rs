//! How the operations of a dying thread end.

use std::sync::Arc;

use crate::mutant::mutant;
use crate::op::{Event, Op, Outcome};

/// Ends what a dying thread leaves behind. Operations that wait are withdrawn. Messages that were received and never
/// taken go back to the front of their channels, newest first, and each channel is matched again when all are back.
pub fn abandon<T: Send + 'static>(ops: Vec<Arc<Op<T>>>) {
    let mut received = Vec::new();
    for op in ops {
        drop(op.cancel());
        let Some((
            Outcome {
                case,
                event: Event::Received(value),
            },
            number,
            losers,
        )) = op.finish()
        else {
            continue;
        };
        drop(losers);
        if let Some(spec) = op.specs.get(case) {
            received.push((spec.channel.clone(), number, value));
        }
    }
    if mutant!(AbandonDrops) {
        return;
    }
    received.sort_by_key(|(channel, number, _)| (channel.id(), *number));
    let mut received = received.into_iter().peekable();
    while let Some((channel, _, value)) = received.next() {
        let mut values = vec![value];
        while let Some((_, _, value)) = received.next_if(|(next, ..)| next.id() == channel.id()) {
            values.push(value);
        }
        channel.unrecv_many(values);
    }
}
