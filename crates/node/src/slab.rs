//! A table that gives out small positive integers and knows them again.
//!
//! Invariant: a number is answered only between its `insert` and its `remove`. It carries the generation of its slot, so
//! that a stale or forged number finds nothing rather than somebody else's entry, until its slot has been used 1,023 times more.
//!
//! ```text
//!   bit 30        21 20                    0
//!      ┌────────────┬──────────────────────┐
//!      │ generation │ index                │     generation 1 … 1023, so a number is never 0
//!      └────────────┴──────────────────────┘
//! ```

const INDEX_BITS: u32 = 21;
const INDEX_MASK: u32 = (1 << INDEX_BITS) - 1;
const GENERATIONS: u32 = 1 << 10;

/// The table.
#[derive(Debug)]
pub struct Slab<T> {
    slots: Vec<Slot<T>>,
    free: Vec<u32>,
}

#[derive(Debug)]
struct Slot<T> {
    generation: u32,
    value: Option<T>,
}

impl<T> Default for Slab<T> {
    fn default() -> Self {
        Self {
            slots: Vec::new(),
            free: Vec::new(),
        }
    }
}

impl<T> Slab<T> {
    /// Enters `value`. None: 2^21 entries are live, or there is no memory.
    pub fn insert(&mut self, value: T) -> Option<i32> {
        let index = if let Some(index) = self.free.pop() {
            index
        } else {
            let index = u32::try_from(self.slots.len())
                .ok()
                .filter(|index| *index <= INDEX_MASK)?;
            self.slots.try_reserve(1).ok()?;
            self.slots.push(Slot {
                generation: 1,
                value: None,
            });
            index
        };
        let slot = &mut self.slots[index as usize];
        slot.value = Some(value);
        i32::try_from(slot.generation << INDEX_BITS | index).ok()
    }

    fn slot(&self, number: i32) -> Option<usize> {
        let number = u32::try_from(number).ok()?;
        let index = (number & INDEX_MASK) as usize;
        (self.slots.get(index)?.generation == number >> INDEX_BITS).then_some(index)
    }

    /// The entry called `number`.
    pub fn get(&self, number: i32) -> Option<&T> {
        self.slots[self.slot(number)?].value.as_ref()
    }

    /// The entry called `number`.
    pub fn get_mut(&mut self, number: i32) -> Option<&mut T> {
        let index = self.slot(number)?;
        self.slots[index].value.as_mut()
    }

    /// Takes the entry out; its number is stale from now on.
    pub fn remove(&mut self, number: i32) -> Option<T> {
        let index = self.slot(number)?;
        let slot = &mut self.slots[index];
        let value = slot.value.take()?;
        slot.generation = if slot.generation + 1 == GENERATIONS {
            1
        } else {
            slot.generation + 1
        };
        self.free.push(u32::try_from(index).ok()?);
        Some(value)
    }

    /// How many entries there are.
    pub fn len(&self) -> usize {
        self.slots.len() - self.free.len()
    }

    /// The entries, in no order.
    pub fn values(&self) -> impl Iterator<Item = &T> {
        self.slots.iter().filter_map(|slot| slot.value.as_ref())
    }

    /// Takes every entry out.
    pub fn drain(&mut self) -> impl Iterator<Item = T> + use<T> {
        self.free = Vec::new();
        std::mem::take(&mut self.slots)
            .into_iter()
            .filter_map(|slot| slot.value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_what_was_entered_until_it_is_removed() {
        let mut slab = Slab::default();
        let a = slab.insert('a').expect("room");
        let b = slab.insert('b').expect("room");
        assert!(a > 0 && b > 0 && a != b);
        assert_eq!(
            (slab.get(a), slab.get(b), slab.len()),
            (Some(&'a'), Some(&'b'), 2)
        );
        assert_eq!(slab.remove(a), Some('a'));
        assert_eq!((slab.remove(a), slab.len()), (None, 1));
        assert_eq!(slab.get(a), None);
    }

    #[test]
    fn a_stale_number_does_not_find_its_successor() {
        let mut slab = Slab::default();
        let stale = slab.insert(1).expect("room");
        slab.remove(stale);
        for _ in 1..GENERATIONS - 1 {
            let next = slab.insert(2).expect("room");
            assert_eq!(slab.get(stale), None);
            slab.remove(next);
        }
    }

    #[test]
    fn numbers_stay_positive_over_all_generations() {
        let mut slab = Slab::default();
        for _ in 0..3 * GENERATIONS {
            let number = slab.insert(()).expect("room");
            assert!(number > 0);
            slab.remove(number);
        }
    }

    #[test]
    fn forged_numbers_find_nothing() {
        let mut slab = Slab::default();
        let real = slab.insert(()).expect("room");
        for forged in [
            0,
            -1,
            i32::MIN,
            i32::MAX,
            1,
            real + 1,
            real ^ (1 << INDEX_BITS),
        ] {
            assert_eq!(slab.get(forged), None, "{forged}");
        }
    }

    #[test]
    fn drain_empties_and_numbers_from_before_are_stale_until_reused() {
        let mut slab = Slab::default();
        let number = slab.insert(7).expect("room");
        assert_eq!(slab.drain().collect::<Vec<_>>(), [7]);
        assert_eq!((slab.len(), slab.get(number)), (0, None));
    }
}
