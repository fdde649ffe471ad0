//! The corpus of a target as the folder of files that libFuzzer works on, and back:
//!
//!     cargo run --example corpus unpack channel FOLDER
//!     cargo run --example corpus pack channel FOLDER      (after `-merge=1`, or every input ever tried is kept)

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::ExitCode;

use hchan_fuzz::corpus;

fn unpack(target: &str, folder: &Path) -> std::io::Result<()> {
    fs::create_dir_all(folder)?;
    for (number, input) in corpus::read(target).into_iter().enumerate() {
        fs::write(folder.join(format!("kept-{number:04}")), input)?;
    }
    Ok(())
}

fn pack(target: &str, folder: &Path) -> std::io::Result<()> {
    let mut inputs = Vec::new();
    for entry in fs::read_dir(folder)? {
        inputs.push(fs::read(entry?.path())?);
    }
    // Short ones first, in an order that does not depend on the file system.
    inputs.sort_by(|a, b| (a.len(), a).cmp(&(b.len(), b)));
    let mut text = String::new();
    for input in inputs.into_iter().filter(|input| !input.is_empty()) {
        for byte in input {
            let _ = write!(text, "{byte:02x}");
        }
        text.push('\n');
    }
    fs::write(corpus::path(target), text)
}

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let done = match args.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["unpack", target, folder] => unpack(target, Path::new(folder)),
        ["pack", target, folder] => pack(target, Path::new(folder)),
        _ => {
            eprintln!("usage: cargo run --example corpus unpack|pack TARGET FOLDER");
            return ExitCode::from(2);
        }
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("corpus: {error}");
            ExitCode::FAILURE
        }
    }
}
