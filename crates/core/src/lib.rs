//! Go-style channels between threads and event loops.
#![allow(missing_docs, unused_variables, clippy::pedantic)]
use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flavor { Mutex, Crossbeam, Kanal }
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shut { Closed, Disconnected }
#[derive(Debug, PartialEq, Eq)]
pub enum TrySendError<T> { Full(T), Closed(T), Disconnected(T) }
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TryRecvError { Empty, Closed }

pub struct Channel<T> { marker: std::marker::PhantomData<fn(T) -> T> }
impl<T: Send + 'static> Channel<T> {
    pub fn new(flavor: Flavor, capacity: Option<usize>) -> Arc<Self> { todo!() }
    pub fn id(&self) -> u64 { todo!() }
    pub fn flavor(&self) -> Flavor { todo!() }
    pub fn capacity(&self) -> Option<usize> { todo!() }
    pub fn len(&self) -> usize { todo!() }
    pub fn is_empty(&self) -> bool { todo!() }
    pub fn is_closed(&self) -> bool { todo!() }
    pub fn try_send(&self, value: T) -> Result<(), TrySendError<T>> { todo!() }
    pub fn try_recv(&self) -> Result<T, TryRecvError> { todo!() }
    pub fn try_send_many(&self, values: &mut VecDeque<T>) -> Result<usize, Shut> { todo!() }
    pub fn try_recv_many(&self, max: usize, into: &mut impl FnMut(T)) -> Result<usize, TryRecvError> { todo!() }
    pub fn unrecv(&self, value: T) { todo!() }
    /// The same for several, oldest first; matched again only when all are back.
    pub fn unrecv_many(&self, values: Vec<T>) { todo!() }
    pub fn close(&self) -> Result<(), Shut> { todo!() }
    pub fn disconnect(&self) { todo!() }
}
pub enum Case<T> { Send(Arc<Channel<T>>, T), Recv(Arc<Channel<T>>), WatchSend(Arc<Channel<T>>), WatchRecv(Arc<Channel<T>>) }
#[derive(Debug, PartialEq, Eq)]
pub enum Event<T> { Sent, SendClosed(T), SendDisconnected(T), Received(T), RecvClosed, Ready }
#[derive(Debug, PartialEq, Eq)]
pub struct Outcome<T> { pub case: usize, pub event: Event<T> }
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order { Biased, Random }
pub enum Parking<T> { Done(Outcome<T>), Parked(Arc<Op<T>>) }
pub fn try_select<T: Send + 'static>(cases: Vec<Case<T>>, order: Order) -> Result<Outcome<T>, Vec<Case<T>>> { todo!() }
pub fn park<T: Send + 'static>(cases: Vec<Case<T>>, order: Order, wake: Arc<dyn Wake>, key: u64) -> Parking<T> { todo!() }
pub fn park_send<T: Send + 'static>(channel: Arc<Channel<T>>, value: T, wake: Arc<dyn Wake>, key: u64) -> Parking<T> { todo!() }
pub fn park_recv<T: Send + 'static>(channel: Arc<Channel<T>>, wake: Arc<dyn Wake>, key: u64) -> Parking<T> { todo!() }
pub trait Wake: Send + Sync { fn wake(&self, key: u64); }

pub struct Op<T> { marker: std::marker::PhantomData<fn(T) -> T> }
impl<T: Send + 'static> Op<T> {
    pub fn cancel(self: &Arc<Self>) -> Option<Vec<Case<T>>> { todo!() }
    pub fn is_done(&self) -> bool { todo!() }
    pub fn take(self: &Arc<Self>) -> Option<Outcome<T>> { todo!() }
}
pub fn abandon<T: Send + 'static>(ops: Vec<Arc<Op<T>>>) { todo!() }

pub struct Inbox;
impl Inbox {
    pub fn new(bell: Box<dyn Fn() + Send + Sync>) -> Arc<Self> { todo!() }
    pub fn drain(&self, into: &mut Vec<u64>) { todo!() }
    pub fn close(&self) { todo!() }
}
impl Wake for Inbox { fn wake(&self, key: u64) { todo!() } }
pub struct Parker;
impl Parker {
    pub fn new() -> Arc<Self> { todo!() }
    pub fn wait(&self, slice: Duration) -> bool { todo!() }
}
impl Wake for Parker { fn wake(&self, key: u64) { todo!() } }

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction { Send, Recv, Both }
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Grant { pub id: u64, pub key: u128, pub grant: u64, pub direction: Direction }
pub struct Registry<T> { marker: std::marker::PhantomData<fn(T) -> T> }
impl<T: Send + 'static> Registry<T> {
    pub fn new(secret: fn() -> u128) -> Self { todo!() }
    pub fn open(&self, flavor: Flavor, capacity: Option<usize>) -> Handle<T> { todo!() }
    pub fn share(&self, handle: &Handle<T>) -> Grant { todo!() }
    pub fn attach(&self, id: u64, key: u128, grant: u64, direction: Direction) -> Option<Handle<T>> { todo!() }
    pub fn len(&self) -> usize { todo!() }
    pub fn is_empty(&self) -> bool { todo!() }
}
pub struct Handle<T: Send + 'static> { marker: std::marker::PhantomData<fn(T) -> T> }
impl<T: Send + 'static> Handle<T> {
    pub fn clone_as(&self, direction: Direction) -> Option<Handle<T>> { todo!() }
    pub fn channel(&self) -> &Arc<Channel<T>> { todo!() }
    pub fn direction(&self) -> Direction { todo!() }
}
impl<T: Send + 'static> Drop for Handle<T> { fn drop(&mut self) {} }
