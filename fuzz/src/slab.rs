//! The table of numbers that JavaScript holds, against a map.

use std::collections::HashMap;

use crate::Choices;
use crate::table::Slab;

/// A number finds what was entered under it until it is removed, and nothing else.
///
/// # Panics
///
/// If that does not hold.
pub fn slab(data: &[u8]) {
    let mut choices = Choices(data);
    let (mut slab, mut map, mut given) = (Slab::default(), HashMap::new(), Vec::new());
    let mut next = 0_u32;
    while !choices.is_empty() {
        let forged = i32::from_ne_bytes(choices.word().to_ne_bytes());
        let number = match choices.below(4) {
            0 => forged,
            _ if given.is_empty() => 0,
            pick => given[(forged.unsigned_abs() as usize).wrapping_mul(pick) % given.len()],
        };
        match choices.below(4) {
            0 => {
                let made = slab.insert(next).expect("room");
                assert!(made > 0 && map.insert(made, next).is_none());
                given.push(made);
                next += 1;
            }
            1 => assert_eq!(slab.remove(number), map.remove(&number)),
            2 => assert_eq!(slab.get(number), map.get(&number)),
            _ => assert_eq!(slab.get_mut(number), map.get_mut(&number)),
        }
        assert_eq!(slab.len(), map.len());
    }
    let mut left: Vec<_> = slab.drain().collect();
    let mut expected: Vec<_> = map.into_values().collect();
    left.sort_unstable();
    expected.sort_unstable();
    assert_eq!(left, expected);
}
