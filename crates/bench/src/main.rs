//! Rust rivals of hchan on Rust threads, under the load patterns of its benchmark.
//!
//! `hchan-bench CONTESTANT PATTERN CAPACITY PAYLOAD` reads numbers of messages from stdin, one a line, runs the pattern
//! with as many, and answers each with a line of JSON: `{"messages":…,"nanoseconds":…}`, with `latency` in ping-pong.
//! `hchan-bench select ready|woken CASES number` measures crossbeam-channel's `Select` over as many channels instead.
//! `hchan-bench alone send|send-std|mutex|park CAPACITY number` measures single operations.
//! Exit code 2: unknown names. Exit code 3: this contestant cannot run this pattern.

mod alone;
mod carrier;
mod pattern;
mod payload;
mod rivals;
mod select;

use std::io::{Write, stdin, stdout};
use std::process::ExitCode;
use std::time::Duration;

use carrier::Carrier;
use pattern::Run;
use payload::{Block, Bytes, Number, Payload, Person, Text};

type Runner = fn(&str, Option<usize>, usize) -> Result<Option<Run>, String>;

fn with_payload<P: Payload>(contestant: &str) -> Option<Runner> {
    fn of<P: Payload, C: Carrier<P> + Carrier<()>>() -> Runner {
        pattern::run::<P, C>
    }
    Some(match contestant {
        "crossbeam" => of::<P, rivals::Crossbeam>(),
        "kanal" => of::<P, rivals::Kanal>(),
        "std" => of::<P, rivals::StdMpsc>(),
        "flume" => of::<P, rivals::Flume>(),
        "tokio" => of::<P, rivals::TokioMpsc>(),
        "mutex" => of::<P, rivals::Locked>(),
        "rtrb" => of::<P, rivals::Ring>(),
        "hchan-mutex" => of::<P, rivals::HchanMutex>(),
        "hchan-crossbeam" => of::<P, rivals::HchanCrossbeam>(),
        "hchan-kanal" => of::<P, rivals::HchanKanal>(),
        _ => return None,
    })
}

fn runner(contestant: &str, payload: &str) -> Option<Runner> {
    if contestant == "select" {
        return (payload == "number").then_some(select::run);
    }
    if contestant == "alone" {
        return (payload == "number").then_some(alone::run);
    }
    match payload {
        "number" => with_payload::<Number>(contestant),
        "string64" => with_payload::<Text>(contestant),
        "bytes1k" => with_payload::<Bytes<1024>>(contestant),
        "bytes64k" => with_payload::<Bytes<65536>>(contestant),
        "object" => with_payload::<Person>(contestant),
        "value1k" => with_payload::<Block>(contestant),
        "boxed1k" => with_payload::<Box<Block>>(contestant),
        "borrowed1k" => with_payload::<&'static Block>(contestant),
        _ => None,
    }
}

/// The time that the fraction `per_mille / 1000` of the sorted `trips` does not exceed.
fn percentile(trips: &[Duration], per_mille: usize) -> u128 {
    trips[(trips.len() * per_mille).div_ceil(1000).saturating_sub(1)].as_nanos()
}

fn json(messages: usize, Run { took, trips }: &Run) -> String {
    let head = format!(
        r#"{{"messages":{messages},"nanoseconds":{}"#,
        took.as_nanos()
    );
    if trips.is_empty() {
        return head + "}";
    }
    let [p50, p90, p99, p999, max] =
        [500, 900, 990, 999, 1000].map(|per_mille| percentile(trips, per_mille));
    format!(
        r#"{head},"latency":{{"p50":{p50},"p90":{p90},"p99":{p99},"p999":{p999},"max":{max}}}}}"#
    )
}

fn answer(runner: Runner, pattern: &str, capacity: Option<usize>) -> ExitCode {
    for line in stdin().lines() {
        let Some(messages) = line
            .ok()
            .and_then(|line| line.trim().parse().ok())
            .filter(|&messages| messages > 0)
        else {
            eprintln!("hchan-bench: a number of messages was expected");
            return ExitCode::from(2);
        };
        match runner(pattern, capacity, messages) {
            Ok(Some(run)) => println!("{}", json(messages, &run)),
            Ok(None) => return ExitCode::from(3),
            Err(what) => {
                eprintln!("hchan-bench: {what}");
                return ExitCode::FAILURE;
            }
        }
        if stdout().flush().is_err() {
            return ExitCode::FAILURE;
        }
    }
    ExitCode::SUCCESS
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [contestant, pattern, capacity, payload] = arguments.as_slice() else {
        eprintln!("usage: hchan-bench CONTESTANT PATTERN CAPACITY PAYLOAD");
        return ExitCode::from(2);
    };
    let capacity = if capacity == "unbounded" {
        Some(None)
    } else {
        capacity.parse().ok().map(Some)
    };
    if let (Some(runner), Some(capacity)) = (runner(contestant, payload), capacity) {
        return answer(runner, pattern, capacity);
    }
    eprintln!("hchan-bench: there is no such contestant, capacity or payload");
    ExitCode::from(2)
}
