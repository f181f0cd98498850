//! What infrac's own words mean, in a sentence.

use crate::ide::target::Own;

/// What a word means; nothing for one that says so itself.
pub(super) fn about(own: Own, name: &str) -> Option<&'static str> {
    match own {
        Own::Function => (name == "metric").then_some("a metric that this resource publishes, by its name"),
        Own::Type => of_type(name),
        Own::Value => of_value(name),
        Own::Setting => of_setting(name),
        Own::Field => of_field(name),
    }
}

fn of_type(name: &str) -> Option<&'static str> {
    Some(match name {
        "text" => "text; `text(3..63)` limits its length, `matching /…/` its form",
        "int" => "a whole number; `int(1..10)` limits it",
        "float" => "a number",
        "bool" => "`true` or `false`",
        "duration" => "a length of time: `30s`, `5min`, `12h`, `7d`",
        "size" => "an amount of data: `512MiB`, `20GiB`",
        "percent" => "a share: `80%`",
        "cidr" => "an address range, always with its mask: `10.0.0.0/16`",
        "port" => "a port, from 0 to 65535",
        "date" => "a day: `2027-01-31`",
        "schedule" => "`every 30d`, or `cron(\"0 2 * * ? *\")`",
        "asset" => "a file or a folder that is uploaded: `asset(\"path\")`",
        "secret" => "what never reaches plain text; it can only fill properties that take a dynamic reference",
        "json" => "a JSON document",
        "metric" => "what a resource publishes, or a calculation with it",
        "condition" => "a comparison of a metric with a number",
        _ => return None,
    })
}

fn of_value(name: &str) -> Option<&'static str> {
    Some(match name {
        "env" => "the environment's name",
        "system" => "the system's name",
        "account" => "the account's number",
        "region" => "the region",
        "partition" => "the partition: `aws` in most regions",
        "url_suffix" => "the end of AWS's host names: `amazonaws.com` in most regions",
        "everyone" => "everybody, for denials",
        "stack" => "the stack's name in kebab case",
        "id" => "the instance's path within its stack, in kebab case",
        "output" => "the output's name",
        "arn" => "the ARN of what is granted on",
        "it" => "the resource itself",
        "under" => "what the grant says behind `under`",
        "principal" => "who is granted something",
        "document" => "the policy that is made of what is granted",
        _ => return None,
    })
}

fn of_setting(name: &str) -> Option<&'static str> {
    Some(match name {
        "id" => "replaces the instance's part of names",
        "name" => "the whole name, in place of what the rules say; needs `because`",
        "because" => "why the whole name is written out",
        "tags" => "more tags, which win over those of the stack and the system",
        "on_delete" => "\"retain\", \"snapshot\" or \"delete\": what happens when it is no longer wanted",
        "after" => "an order that no reference shows",
        "account" => "the account, twelve digits",
        "region" => "the region",
        "confirm" => "whether a person is asked before it is deployed",
        _ => return None,
    })
}

fn of_field(name: &str) -> Option<&'static str> {
    Some(match name {
        "id" => "what a reference to it returns in CloudFormation",
        "name" => "its name in AWS",
        "arn" => "its ARN",
        "seconds" | "minutes" | "hours" | "days" | "milliseconds" => "the time in this unit, as a whole number",
        "KiB" | "MiB" | "GiB" | "TiB" | "bytes" => "the amount in this unit, as a whole number",
        "address" => "the first address of the range",
        "mask" => "the length of the mask",
        "size" => "how many addresses the range has",
        "bucket" => "the bucket that it is uploaded to",
        "key" => "its key in that bucket",
        "hash" => "the hash of its contents",
        _ => return None,
    })
}
