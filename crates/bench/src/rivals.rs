//! The rivals, one file each.

mod crossbeam;
mod flume;
mod hchan;
mod kanal;
mod locked;
mod ring;
mod std_mpsc;
mod tokio_mpsc;

pub use crossbeam::Crossbeam;
pub use flume::Flume;
pub use hchan::{HchanCrossbeam, HchanKanal, HchanMutex};
pub use kanal::Kanal;
pub use locked::Locked;
pub use ring::Ring;
pub use std_mpsc::StdMpsc;
pub use tokio_mpsc::TokioMpsc;
