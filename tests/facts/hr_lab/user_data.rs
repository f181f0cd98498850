//! Section 10: the script of the launch template and the service it sets up.

use super::{Fact, data, fact, storage};
use crate::script::user_data;
use crate::tree::{Check, Env, want};

fn unit_is(env: &Env, section: &str, key: &str, value: &str) -> Check {
    let found = user_data(env)?.unit_values(section, key)?;
    want(found == [value], || format!("[{section}] {key} is {found:?}, not {value}"))
}

/// That a variable of the service has this value.
pub fn variable_is(env: &Env, name: &str, value: &str) -> Check {
    let found = user_data(env)?.variable(name)?;
    want(found == value, || format!("{name} is {found}, not {value}"))
}

/// That something is in a list of installed packages.
fn installs(found: &[String], package: impl Fn(&str) -> bool, what: &str) -> Check {
    want(found.iter().any(|word| package(word)), || format!("{what} is not installed: {found:?}"))
}

/// The interpreter and the file that the service starts.
pub fn started(env: &Env) -> Check {
    unit_is(env, "Service", "ExecStart", "/usr/bin/python3.11 /opt/hrapp/app.py")
}

/// That the key of sessions is made on the instance.
pub fn key_is_made_there(env: &Env) -> Check {
    let script = user_data(env)?;
    let value = script.variable("SECRET_KEY")?;
    let command = value.strip_prefix("$(").and_then(|rest| rest.strip_suffix(')'));
    let random = command.is_some_and(|command| {
        ["openssl rand", "secrets.token", "/dev/urandom", "uuidgen"].iter().any(|way| command.contains(way))
    });
    let expanded =
        script.files.iter().any(|file| !file.quoted && file.lines.iter().any(|line| line.contains("SECRET_KEY=$(")));
    want(random && expanded, || format!("SECRET_KEY is {value}"))
}

/// That the unit is enabled and started.
pub fn enabled(env: &Env) -> Check {
    let script = user_data(env)?;
    let service = script.service()?;
    let unit = format!("{service}.service");
    let does = |words: &[&str]| {
        script.runs(&[&["systemctl"], words, &[service]].concat())
            || script.runs(&[&["systemctl"], words, &[unit.as_str()]].concat())
    };
    let both = does(&["enable", "--now"]) || (does(&["enable"]) && (does(&["start"]) || does(&["restart"])));
    want(both, || format!("{service} is not enabled and started"))
}

/// The facts of this section.
pub fn facts() -> Vec<Fact> {
    [steps(), unit(), variables()].concat()
}

fn steps() -> Vec<Fact> {
    vec![
        fact("HR-278", |e| {
            let script = user_data(e)?;
            let found = [script.installed_by("dnf"), script.installed_by("yum")].concat();
            installs(&found, |word| word == "python3.11", "Python 3.11")?;
            installs(&found, |word| word == "python3.11-pip", "pip")?;
            installs(
                &found,
                |word| word.strip_prefix("postgresql").is_some_and(|rest| rest.chars().all(|c| c.is_ascii_digit())),
                "a PostgreSQL client",
            )
        }),
        fact("HR-279", |e| {
            let found = user_data(e)?.installed_by("pip");
            for package in ["flask", "boto3", "bcrypt"] {
                installs(&found, |word| word == package, package)?;
            }
            installs(&found, |word| word == "psycopg2" || word == "psycopg2-binary", "psycopg2")
        }),
        fact("HR-280", |e| {
            let script = user_data(e)?;
            want(script.runs(&["mkdir", "/opt/hrapp"]) || script.runs(&["install", "-d", "/opt/hrapp"]), || {
                "no /opt/hrapp".into()
            })
        }),
        fact("HR-281", |e| {
            let script = user_data(e)?;
            let written = script
                .file("/opt/hrapp/app.py")
                .is_ok_and(|file| file.lines.iter().any(|line| line.contains("/health")));
            let unpacked = script.commands.iter().any(|line| {
                (line.contains("tar ") || line.contains("unzip ") || line.contains("s3 cp"))
                    && line.contains("/opt/hrapp")
            });
            want(written || unpacked, || "no application code".into())
        }),
        fact("HR-282", |e| user_data(e)?.unit().map(|_| ())),
        fact("HR-283", enabled),
    ]
}

fn unit() -> Vec<Fact> {
    vec![
        fact("HR-284", |e| unit_is(e, "Unit", "Description", "HR Employee Profile Manager Application")),
        fact("HR-285", |e| unit_is(e, "Unit", "After", "network.target")),
        fact("HR-286", |e| unit_is(e, "Service", "Type", "simple")),
        fact("HR-287", |e| unit_is(e, "Service", "User", "ec2-user")),
        fact("HR-288", |e| unit_is(e, "Service", "WorkingDirectory", "/opt/hrapp")),
        fact("HR-289", started),
        fact("HR-290", |e| {
            unit_is(e, "Service", "Restart", "always")?;
            unit_is(e, "Service", "RestartSec", "10")
        }),
        fact("HR-291", |e| unit_is(e, "Install", "WantedBy", "multi-user.target")),
    ]
}

fn variables() -> Vec<Fact> {
    vec![
        fact("HR-292", |e| variable_is(e, "APP_PORT", "5000")),
        fact("HR-293", key_is_made_there),
        fact("HR-294", |e| variable_is(e, "DB_SECRET_ARN", &data::secret_arn(e)?)),
        fact("HR-295", |e| variable_is(e, "S3_BUCKET_NAME", &storage::bucket_name(e))),
        fact("HR-296", |e| variable_is(e, "DEPLOYMENT_ID", e.at.id)),
        fact("HR-297", |e| variable_is(e, "AWS_REGION", "${AWS::Region}")),
        fact("HR-298", |e| variable_is(e, "LOG_LEVEL", "INFO")),
    ]
}
