//! A list that needs no memory of its own for one: most operations have one case.

use std::ops::{Deref, DerefMut};

/// One, or any number of others.
pub(crate) enum Few<X> {
    One([X; 1]),
    Many(Vec<X>),
}

impl<X> Few<X> {
    pub(crate) const fn none() -> Self {
        Few::Many(Vec::new())
    }
}

impl<X> Default for Few<X> {
    fn default() -> Self {
        Self::none()
    }
}

impl<X> Deref for Few<X> {
    type Target = [X];

    fn deref(&self) -> &[X] {
        match self {
            Few::One(one) => one,
            Few::Many(many) => many,
        }
    }
}

impl<X> DerefMut for Few<X> {
    fn deref_mut(&mut self) -> &mut [X] {
        match self {
            Few::One(one) => one,
            Few::Many(many) => many,
        }
    }
}
