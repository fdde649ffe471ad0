//! What carries the messages: each rival behind two small traits, so that the patterns are written once.

/// A sending end. Dropping it leaves; when the last has left, receivers come to the end.
pub trait Tx<P>: Send + Sized + 'static {
    /// Waits until there is room.
    fn send(&mut self, value: P);
    /// Another sender. None: there can only be one.
    fn again(&self) -> Option<Self>;
}

/// A receiving end.
pub trait Rx<P>: Send + Sized + 'static {
    /// Waits for a value. None: every sender has left and nothing is left.
    fn recv(&mut self) -> Option<P>;
    /// Another receiver. None: there can only be one.
    fn again(&self) -> Option<Self>;
}

/// A rival.
pub trait Carrier<P> {
    /// Its sending end.
    type Tx: Tx<P>;
    /// Its receiving end.
    type Rx: Rx<P>;
    /// A channel of `capacity`, or an unbounded one. None: it has no such channel.
    fn open(capacity: Option<usize>) -> Option<(Self::Tx, Self::Rx)>;
}
