//! Section 12: what stacks give.

use serde_json::{Value, json};

use super::{Fact, STACKS, api, fact, files, identity, network};
use crate::tree::{Check, Env, Kind, want};

/// That a stack exports a value under the system's name and this one.
fn exports(env: &Env, stack: &str, name: &str, value: &Value) -> Check {
    let unit = env.tree.export(env.tree.stacks[env.stack(stack)?].folder, &env.name(name));
    let unit = unit.ok_or_else(|| format!("nothing exports {}", env.name(name)))?;
    let body = env.tree.body(unit).ok_or_else(|| format!("nothing exports {name}"))?;
    let home = env.tree.units[unit].place;
    let found = crate::meaning::of(env.tree, home, &body["Value"]);
    want(home == env.stack(stack)? && found == *value, || format!("{name} is {found}, not {value}"))
}

fn foundation(env: &Env) -> Check {
    exports(env, "foundation", "userPoolId", &identity::pool(env)?.reference())?;
    exports(env, "foundation", "userPoolClientId", &identity::client(env)?.reference())?;
    exports(env, "foundation", "identityPoolId", &identity::identities(env)?.reference())?;
    exports(env, "foundation", "storageBucketName", &files::files(env)?.reference())?;
    exports(env, "foundation", "region", &json!("${AWS::Region}"))
}

fn endpoint(env: &Env) -> Check {
    exports(env, "api", "apiEndpoint", &api::api(env)?.attribute("ApiEndpoint"))
}

/// Every export begins with system and environment.
fn named(env: &Env) -> Check {
    let mut count = 0;
    for stack in STACKS {
        let place = env.stack(stack)?;
        for (index, unit) in env.tree.units.iter().enumerate() {
            if unit.place == place && unit.kind == Kind::Output {
                let name = env.tree.body(index).and_then(|body| body.pointer("/Export/Name")).and_then(Value::as_str);
                let own = name.is_some_and(|name| name.starts_with(&env.name("")));
                want(own, || format!("{} is exported as {name:?}", env.tree.place_of(index)))?;
                count += 1;
            }
        }
    }
    want(count >= 20, || format!("only {count} outputs"))
}

/// The facts of this section.
pub fn facts() -> Vec<Fact> {
    vec![
        // The endpoint belongs to the API's stack (CV-500).
        fact("CV-184", |e| {
            foundation(e)?;
            endpoint(e)
        }),
        fact("CV-448", |e| exports(e, "foundation", "userPoolId", &identity::pool(e)?.reference())),
        fact("CV-449", |e| exports(e, "foundation", "userPoolClientId", &identity::client(e)?.reference())),
        fact("CV-450", |e| exports(e, "foundation", "identityPoolId", &identity::identities(e)?.reference())),
        fact("CV-451", |e| exports(e, "foundation", "storageBucketName", &files::files(e)?.reference())),
        fact("CV-452", endpoint),
        fact("CV-453", |e| exports(e, "foundation", "region", &json!("${AWS::Region}"))),
        fact("CV-454", endpoint),
        fact("CV-455", |e| exports(e, "api", "apiId", &api::api(e)?.reference())),
        fact("CV-456", |e| exports(e, "api", "authorizerId", &api::authorizer(e)?.reference())),
        fact("CV-457", |e| {
            exports(e, "network", "vpcId", &network::vpc(e)?.reference())?;
            exports(e, "api", "apiId", &api::api(e)?.reference())?;
            exports(e, "api", "authorizerId", &api::authorizer(e)?.reference())
        }),
        fact("CV-458", named),
        fact("CV-500", |e| {
            endpoint(e)?;
            let of_foundation = e.outputs("foundation")?;
            let early = of_foundation
                .iter()
                .find(|(_, value)| *value == api::api(e).map_or(Value::Null, |a| a.attribute("ApiEndpoint")));
            want(early.is_none(), || format!("foundation gives {early:?}"))
        }),
    ]
}
