//! Section 13: what can be set. It is set when the system is built, so that what is written shows each value; values
//! that are not allowed are among the `mistakes`.

use super::{Fact, api, cicd, config, fact, functions, monitoring};
use crate::tree::want;

/// The facts of this section.
pub fn facts() -> Vec<Fact> {
    vec![
        fact("CV-459", |e| functions::variable(e, "ENVIRONMENT", |_| e.at.folder.to_owned())),
        fact("CV-460", |e| {
            let origins = api::api(e)?.items("CorsConfiguration.AllowOrigins");
            let right = |origin: &serde_json::Value| {
                origin.as_str().is_some_and(|origin| origin.starts_with("https://") && !origin.contains('*'))
            };
            want(!origins.is_empty() && origins.iter().all(right), || format!("origins {origins:?}"))
        }),
        fact("CV-461", |e| {
            monitoring::email(e)?.is("Endpoint", config(e).email)?;
            cicd::asked(e)?.is("Endpoint", config(e).email)
        }),
        fact("CV-462", |e| cicd::branch(e, config(e).branch)),
        fact("CV-463", |e| functions::variable(e, "LOG_LEVEL", |_| "INFO".to_owned())),
    ]
}
