//! A bug in infrac, reported as such.

use std::io::Write;
use std::panic::PanicHookInfo;

/// The exit code of a bug.
const BUG: i32 = 101;

/// Makes every panic end the process with a report of what to send to us, and exit code 101.
pub fn install_panic_hook() {
    std::panic::set_hook(Box::new(|info| {
        let _ = std::io::stderr().lock().write_all(report(info).as_bytes());
        std::process::exit(BUG);
    }));
}

fn report(info: &PanicHookInfo<'_>) -> String {
    let payload = info.payload();
    let message = payload
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| payload.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("no message");
    let place = info.location().map(|place| format!("{}:{}", place.file(), place.line())).unwrap_or_default();
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    format!(
        "this is a bug in infrac, not in your sources\n\n  {message}\n  at {place}\n  infrac {}\n  arguments: {}\n\n\
         Please report these lines, with the sources if you can, at {}/issues\n",
        env!("CARGO_PKG_VERSION"),
        arguments.join(" "),
        env!("CARGO_PKG_REPOSITORY"),
    )
}
