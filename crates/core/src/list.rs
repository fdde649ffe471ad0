//! First come, first served, with removal from the middle: the queue of what waits on one side of a channel.
//!
//! A doubly linked list over a slab. [`Link`]s carry the stamp of their insertion, so that a stale one removes nothing,
//! however often its place was used since. An emptied list gives its memory back.

use std::mem;

const NONE: u32 = u32::MAX;
/// An emptied list keeps room for this many.
const KEEP: usize = 32;

/// Names one insertion.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Link {
    index: u32,
    stamp: u64,
}

#[derive(Debug)]
struct Node<W> {
    item: Option<W>,
    stamp: u64,
    previous: u32,
    /// The next one in the queue; of a free node, the next free one.
    next: u32,
}

/// The queue.
#[derive(Debug)]
pub(crate) struct WaitList<W> {
    nodes: Vec<Node<W>>,
    head: u32,
    tail: u32,
    free: u32,
    len: usize,
    stamp: u64,
}

impl<W> WaitList<W> {
    pub(crate) const fn new() -> Self {
        Self {
            nodes: Vec::new(),
            head: NONE,
            tail: NONE,
            free: NONE,
            len: 0,
            stamp: 0,
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.len == 0
    }

    #[cfg(test)]
    pub(crate) fn len(&self) -> usize {
        self.len
    }

    #[cfg(test)]
    pub(crate) fn room(&self) -> usize {
        self.nodes.capacity()
    }

    fn node(&mut self, index: u32) -> Option<&mut Node<W>> {
        self.nodes.get_mut(index as usize)
    }

    /// The one that came first.
    pub(crate) fn front(&self) -> Option<&W> {
        self.nodes.get(self.head as usize)?.item.as_ref()
    }

    pub(crate) fn push_back(&mut self, item: W) -> Link {
        self.stamp += 1;
        let stamp = self.stamp;
        let node = Node {
            item: Some(item),
            stamp,
            previous: self.tail,
            next: NONE,
        };
        let index = self.place(node);
        match self.tail {
            NONE => self.head = index,
            tail => {
                if let Some(last) = self.node(tail) {
                    last.next = index;
                }
            }
        }
        self.tail = index;
        self.len += 1;
        Link { index, stamp }
    }

    fn place(&mut self, node: Node<W>) -> u32 {
        let free = self.free;
        if let Some(slot) = self.node(free) {
            let next = slot.next;
            *slot = node;
            self.free = next;
            return free;
        }
        self.nodes.push(node);
        // Four thousand million waiters do not fit in memory.
        u32::try_from(self.nodes.len() - 1).unwrap_or(NONE)
    }

    pub(crate) fn pop_front(&mut self) -> Option<W> {
        self.unlink(self.head)
    }

    /// Takes out what `link` names, if it is still there.
    pub(crate) fn remove(&mut self, link: Link) -> Option<W> {
        if self.node(link.index)?.stamp != link.stamp {
            return None;
        }
        self.unlink(link.index)
    }

    fn unlink(&mut self, index: u32) -> Option<W> {
        let free = self.free;
        let node = self.node(index)?;
        let item = node.item.take()?;
        let previous = node.previous;
        let next = mem::replace(&mut node.next, free);
        self.free = index;
        match self.node(previous) {
            Some(before) => before.next = next,
            None => self.head = next,
        }
        match self.node(next) {
            Some(behind) => behind.previous = previous,
            None => self.tail = previous,
        }
        self.len -= 1;
        if self.len == 0 {
            self.reset();
        }
        Some(item)
    }

    /// Every node is free: forget them, and let go of what a crowd has needed. Stamps go on, so old links stay stale.
    fn reset(&mut self) {
        self.nodes.clear();
        self.nodes.shrink_to(KEEP);
        self.head = NONE;
        self.tail = NONE;
        self.free = NONE;
    }
}

#[cfg(test)]
mod tests {
    use super::WaitList;

    fn drain(list: &mut WaitList<u32>) -> Vec<u32> {
        std::iter::from_fn(|| list.pop_front()).collect()
    }

    #[test]
    fn comes_out_in_the_order_it_came() {
        let mut list = WaitList::new();
        for n in 0..5 {
            list.push_back(n);
        }
        assert_eq!(list.front(), Some(&0));
        assert_eq!(drain(&mut list), [0, 1, 2, 3, 4]);
        assert!(list.is_empty() && list.pop_front().is_none());
    }

    #[test]
    fn removes_from_anywhere() {
        for victim in 0..4 {
            let mut list = WaitList::new();
            let links: Vec<_> = (0..4).map(|n| list.push_back(n)).collect();
            assert_eq!(list.remove(links[victim as usize]), Some(victim));
            assert_eq!(list.remove(links[victim as usize]), None);
            list.push_back(9);
            let rest: Vec<_> = (0..4).filter(|n| *n != victim).chain([9]).collect();
            assert_eq!(drain(&mut list), rest);
        }
    }

    #[test]
    fn a_stale_link_removes_nothing_also_after_the_place_was_used_again() {
        let mut list = WaitList::new();
        let old = list.push_back(1);
        assert_eq!(list.pop_front(), Some(1));
        list.push_back(2);
        assert_eq!(list.remove(old), None);
        assert_eq!(drain(&mut list), [2]);
    }

    #[test]
    fn an_emptied_list_gives_its_memory_back() {
        let mut list = WaitList::new();
        let links: Vec<_> = (0..100_000).map(|n| list.push_back(n)).collect();
        for link in links.into_iter().rev() {
            assert!(list.remove(link).is_some());
        }
        assert_eq!(list.len(), 0);
        assert!(list.room() <= 64, "keeps {}", list.room());
    }
}
