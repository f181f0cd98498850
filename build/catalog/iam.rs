//! IAM services, actions, resource kinds and condition keys.

use super::layout::*;
use super::pool::Pool;
use super::{Fail, pairs, string, texts};
use serde_json::{Map, Value};

/// Writes every service; the index of their list.
pub fn write_all(pool: &mut Pool, files: &[(String, Value)], overrides: &Value) -> Result<u32, Fail> {
    let mut services = Vec::new();
    let overridden = overrides["resources"].as_object().ok_or("iam_overrides.json: no resources")?;
    for (name, fact) in overridden {
        if string(&fact["source"]).is_empty() {
            return Err(format!("iam_overrides.json: {name} cites no source").into());
        }
        let known = name.split_once(':').is_some_and(|(prefix, action)| {
            files.iter().any(|(own, file)| own == prefix && !file["actions"][action].is_null())
        });
        if !known {
            return Err(format!("iam_overrides.json: there is no action {name}").into());
        }
    }
    for (prefix, file) in files {
        services.push(service(pool, prefix, file, overridden).map_err(|error| format!("iam/{prefix}.json: {error}"))?);
    }
    Ok(pool.list(&services))
}

fn service(pool: &mut Pool, prefix: &str, file: &Value, overridden: &Map<String, Value>) -> Result<u32, Fail> {
    let mut record = [EMPTY; SERVICE_WORDS];
    record[S_PREFIX] = pool.text(prefix);
    record[S_NAME] = pool.text(string(&file["name"]));
    let mut actions: Vec<_> = file["actions"].as_object().ok_or("no actions")?.iter().collect();
    actions.sort_by_key(|(name, _)| name.to_ascii_lowercase());
    let mut words = Vec::new();
    for (name, entry) in actions {
        let stated = overridden.get(&format!("{prefix}:{name}")).map(|fact| texts(&fact["resources"]));
        words.push(action(pool, prefix, name, entry, stated)?);
    }
    record[S_ACTIONS] = pool.list(&words);
    let mut kinds: Vec<_> = file["resources"].as_object().ok_or("no resources")?.iter().collect();
    kinds.sort_by(|a, b| a.0.cmp(b.0));
    let words: Vec<u32> = kinds.into_iter().map(|(name, entry)| kind(pool, prefix, name, entry)).collect();
    record[S_RESOURCES] = pool.list(&words);
    record[S_KEYS] = pairs(pool, &file["conditionKeys"]);
    record[S_RCP] = u32::from(file["resourceControlPolicies"] == true);
    Ok(pool.record(&record))
}

/// `stated` are the resources where the reference is known to be wrong.
fn action(pool: &mut Pool, prefix: &str, name: &str, entry: &Value, stated: Option<Vec<&str>>) -> Result<u32, Fail> {
    let mut record = [EMPTY; ACTION_WORDS];
    record[A_NAME] = pool.text(name);
    record[A_SERVICE] = pool.text(prefix);
    record[A_ACCESS] = 0;
    for level in texts(&entry["access"]) {
        let bit = ACCESS_LEVELS.iter().position(|known| *known == level);
        record[A_ACCESS] |= 1 << bit.ok_or_else(|| format!("{name}: unknown access level {level}"))?;
    }
    let mut words = Vec::new();
    for kind in stated.iter().flatten() {
        let conditions = pool.texts::<&str>(&[]);
        words.extend([pool.text(kind), 0, conditions]);
    }
    for (kind, facts) in entry["resources"].as_object().into_iter().flatten().filter(|_| stated.is_none()) {
        let conditions = pool.texts(&texts(&facts["conditions"]));
        words.extend([pool.text(kind), u32::from(facts["required"] == true), conditions]);
    }
    record[A_RESOURCES] = pool.list(&words);
    record[A_CONDITIONS] = pool.texts(&texts(&entry["conditions"]));
    record[A_DEPENDENTS] = pool.texts(&texts(&entry["dependents"]));
    Ok(pool.record(&record))
}

fn kind(pool: &mut Pool, prefix: &str, name: &str, entry: &Value) -> u32 {
    let mut record = [EMPTY; KIND_WORDS];
    record[R_NAME] = pool.text(name);
    record[R_SERVICE] = pool.text(prefix);
    record[R_ARN] = pool.text(string(&entry["arn"]));
    record[R_CONDITIONS] = pool.texts(&texts(&entry["conditions"]));
    pool.record(&record)
}
