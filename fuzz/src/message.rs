//! A message copied out of arbitrary bytes at arbitrary places, and written to arbitrary places.

use crate::Choices;
use crate::msg::{INLINE, Msg};

/// A place or a length: near the ends of `size`, or anything.
fn place(choices: &mut Choices<'_>, size: usize) -> usize {
    match choices.below(4) {
        0 => usize::from(choices.byte()),
        1 => size.wrapping_sub(choices.below(30)),
        2 => usize::MAX - choices.below(30),
        _ => choices.word() as usize,
    }
}

/// What is in bounds is copied and comes out as it was; what is not is refused; nothing is written outside of what was given.
///
/// # Panics
///
/// If that does not hold.
pub fn message(data: &[u8]) {
    let mut choices = Choices(data);
    while !choices.is_empty() {
        let (at, len) = (
            place(&mut choices, data.len()),
            place(&mut choices, data.len()),
        );
        let inside = at.checked_add(len).is_some_and(|end| end <= data.len());
        let Ok(msg) = Msg::copy(data, at, len) else {
            assert!(!inside, "refused {len} bytes at {at} of {}", data.len());
            continue;
        };
        assert!(inside, "took {len} bytes at {at} of {}", data.len());
        assert_eq!((msg.len(), msg.bytes()), (len, &data[at..at + len]));
        let room = usize::from(choices.byte());
        let mut target = vec![0xEE; room];
        assert_eq!(msg.write(&mut target), len <= room);
        if len <= room {
            assert_eq!(&target[..len], msg.bytes());
            assert!(
                target[len.max(INLINE).min(room)..]
                    .iter()
                    .all(|byte| *byte == 0xEE)
            );
        } else {
            assert!(target.iter().all(|byte| *byte == 0xEE));
        }
    }
}
