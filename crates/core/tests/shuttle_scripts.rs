//! Random scripts under a random scheduler, by seed: every history must be one that a channel doing one thing at a time
//! could have had, nobody may wait for what is there, and every value comes out once.
//!
//! `HCHAN_SCRIPTS` says how many scripts (default 500), `HCHAN_SEED` which one is the first; each runs 200 schedules.
#![cfg(shuttle)]

#[path = "borrower/mod.rs"]
mod borrower;
#[path = "shuttle/history.rs"]
mod history;
#[path = "shuttle/script.rs"]
mod script;
#[path = "writer/mod.rs"]
mod writer;

use std::panic::catch_unwind;
use std::sync::Arc;

use hchan_core::mutant::{Mutant, activate};
use history::{Record, Spec, Step, explained};
use script::{Diary, Left, Script, Stage};
use shuttle::scheduler::RandomScheduler;
use shuttle::{Config, FailurePersistence, Runner, thread};

const SCHEDULES: usize = 200;

/// Those of the models' mutants that a history can show: no weak memory, no thread that dies, no turn out of order.
const DEFECTS: [Mutant; 11] = [
    Mutant::ParkWithoutLook,
    Mutant::CommitTwice,
    Mutant::NoPassOn,
    Mutant::CloseForgetsReceivers,
    Mutant::LastItemForgetsClosed,
    Mutant::SelectWithoutSecondLook,
    Mutant::FullForgetsLease,
    Mutant::EmptyForgetsLease,
    Mutant::EmptyForgetsCredit,
    Mutant::ParkForgetsCredit,
    Mutant::CloseForgetsCredit,
];

fn number(name: &str, default: u64) -> u64 {
    std::env::var(name)
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or(default)
}

/// One execution of one script.
fn run(script: Script) {
    let stage = Arc::new(Stage::new(script));
    let tasks: Vec<_> = (0..stage.script.tasks.len())
        .map(|task| {
            let stage = stage.clone();
            thread::spawn(move || stage.play(task))
        })
        .collect();
    let mut diary = Diary::default();
    for task in tasks {
        let Diary { records, left } = task.join().expect("no task fails");
        diary.records.extend(records);
        diary.left.extend(left);
    }
    nobody_waits_in_vain(&stage, &mut diary);
    each_value_once(&stage, &diary.records);
    let specs: Vec<_> = stage
        .script
        .channels
        .iter()
        .map(|(_, capacity)| Spec::new(*capacity))
        .collect();
    assert!(
        explained(&specs, &diary.records),
        "no order explains {:#?} of {:?}",
        diary.records,
        stage.script
    );
}

/// Everything is quiet: whoever waits has a reason to.
fn nobody_waits_in_vain(stage: &Stage, diary: &mut Diary) {
    let (mut ended, mut waiting): (Vec<Record>, Vec<&Left>) = (Vec::new(), Vec::new());
    for left in &diary.left {
        match stage.settle(left) {
            Some(record) => ended.push(record),
            None => waiting.push(left),
        }
    }
    diary.records.extend(ended);
    for (n, left) in waiting.iter().enumerate() {
        for (at, send, _) in &left.cases {
            let channel = &stage.channels[*at];
            assert!(!channel.is_closed(), "waits at a closed channel");
            let room = channel.capacity().unwrap_or(0) - channel.len();
            assert!(
                if *send { room == 0 } else { channel.is_empty() },
                "waits for what is there: {:?}",
                stage.script
            );
            let partner = |other: &Left| {
                other
                    .cases
                    .iter()
                    .any(|case| (case.0, case.1) == (*at, !send))
            };
            let others = waiting.iter().enumerate().filter(|(other, _)| *other != n);
            assert!(
                !others.into_iter().any(|(_, other)| partner(other)),
                "two wait for each other: {:?}",
                stage.script
            );
        }
    }
}

/// What was sent was received, once, or is still there.
fn each_value_once(stage: &Stage, records: &[Record]) {
    let steps = || records.iter().flat_map(|record| &record.steps);
    let mut sent: Vec<_> = steps().filter_map(Step::sent).collect();
    let mut out: Vec<_> = steps().filter_map(Step::received).collect();
    for (at, channel) in stage.channels.iter().enumerate() {
        out.extend(std::iter::from_fn(|| channel.try_recv().ok()).map(|value| (at, value)));
    }
    sent.sort_unstable();
    out.sort_unstable();
    assert_eq!(sent, out, "sent, and received or left: {:?}", stage.script);
}

fn scripts(first: u64, n: u64) {
    for seed in first..first + n {
        // The seed is enough to play it again.
        let mut config = Config::new();
        config.failure_persistence = FailurePersistence::None;
        let scheduler = RandomScheduler::new_from_seed(seed, SCHEDULES);
        Runner::new(scheduler, config).run(move || run(Script::new(seed)));
    }
}

#[test]
fn s79_every_history_is_explained() {
    scripts(number("HCHAN_SEED", 1), number("HCHAN_SCRIPTS", 500));
}

#[test]
fn s79_a_defect_is_noticed() {
    let hook = std::panic::take_hook();
    std::panic::set_hook(Box::new(|_| ()));
    let missed: Vec<_> = DEFECTS
        .into_iter()
        .filter(|mutant| {
            activate(Some(*mutant));
            let passed = catch_unwind(|| scripts(1, 500)).is_ok();
            activate(None);
            passed
        })
        .collect();
    std::panic::set_hook(hook);
    assert_eq!(missed, []);
}
