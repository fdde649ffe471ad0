//! One suite, three flavors: each `fn name(flavor)` becomes the tests `mutex::name`, `crossbeam::name`, `kanal::name`.

use hchan_core::Flavor;

/// All of them.
pub const ALL: [Flavor; 3] = [Flavor::Mutex, Flavor::Crossbeam, Flavor::Kanal];

macro_rules! flavors {
    ($(fn $name:ident($flavor:ident) $body:block)*) => {
        mod on {
            use super::*;
            $(pub fn $name($flavor: hchan_core::Flavor) $body)*
        }
        flavors!(@module mutex Mutex $($name)*);
        flavors!(@module crossbeam Crossbeam $($name)*);
        flavors!(@module kanal Kanal $($name)*);
    };
    (@module $module:ident $flavor:ident $($name:ident)*) => {
        mod $module {
            $(#[test] fn $name() { super::on::$name(hchan_core::Flavor::$flavor) })*
        }
    };
}
pub(crate) use flavors;
