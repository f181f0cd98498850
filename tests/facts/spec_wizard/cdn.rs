//! Section 7: the distribution, what it keeps, and what it tells browsers. What a name of its own brings is shown by a variant.

use serde_json::{Value, json};

use super::{Fact, fact, fact_in, production, storage};
use crate::tree::{Check, Env, Res, want};

/// The distribution.
pub fn distribution<'t>(env: &Env<'t>) -> Result<Res<'t>, String> {
    env.one("cdn", "AWS::CloudFront::Distribution")
}

/// That a setting of the distribution has this value.
pub fn is(env: &Env, path: &str, value: impl Into<Value>) -> Check {
    distribution(env)?.is(&format!("DistributionConfig.{path}"), value)
}

fn access<'t>(env: &Env<'t>) -> Result<Res<'t>, String> {
    env.one("cdn", "AWS::CloudFront::OriginAccessControl")
}

fn cache_is(env: &Env, path: &str, value: impl Into<Value>) -> Check {
    cache(env)?.is(&format!("CachePolicyConfig.{path}"), value)
}

fn header_is(env: &Env, path: &str, value: impl Into<Value>) -> Check {
    let policy = env.one("cdn", "AWS::CloudFront::ResponseHeadersPolicy")?;
    policy.is(&format!("ResponseHeadersPolicyConfig.SecurityHeadersConfig.{path}"), value)
}

fn header_is_there(env: &Env, name: &str) -> Check {
    let policy = env.one("cdn", "AWS::CloudFront::ResponseHeadersPolicy")?;
    let found = policy.get(&format!("ResponseHeadersPolicyConfig.SecurityHeadersConfig.{name}"));
    want(found.get("Override").is_some_and(|always| always == true), || format!("{name} is {found}"))
}

/// That requests are logged in production, and nowhere else.
pub fn logged_in_production(env: &Env) -> Check {
    if production(env) {
        is(env, "Logging.Bucket", storage::log_bucket(env)?.attribute("RegionalDomainName"))
    } else {
        distribution(env)?.lacks("DistributionConfig.Logging")
    }
}

/// The facts of this section.
pub fn facts() -> Vec<Fact> {
    [serving(), origin(), keeping(), telling()].concat()
}

fn serving() -> Vec<Fact> {
    vec![
        fact("SW-119", |e| is(e, "DefaultCacheBehavior.ViewerProtocolPolicy", "https-only")),
        fact("SW-121", |e| {
            let policy = cache(e)?.reference();
            is(e, "DefaultCacheBehavior.CachePolicyId", policy)
        }),
        fact("SW-122", |e| {
            let policy = e.one("cdn", "AWS::CloudFront::ResponseHeadersPolicy")?.reference();
            is(e, "DefaultCacheBehavior.ResponseHeadersPolicyId", policy)
        }),
        fact("SW-123", |e| is(e, "DefaultCacheBehavior.Compress", true)),
        fact("SW-124", |e| is(e, "HttpVersion", "http2and3")),
        fact_in("prod", "SW-128", logged_in_production),
        fact("SW-132", |e| is(e, "Enabled", true)),
        fact("SW-133", |e| {
            let name = distribution(e)?.attribute("DomainName");
            e.has_output("cdn", "distribution's name", &name)
        }),
    ]
}

fn cache<'t>(env: &Env<'t>) -> Result<Res<'t>, String> {
    env.one("cdn", "AWS::CloudFront::CachePolicy")
}

fn origin() -> Vec<Fact> {
    vec![
        fact("SW-129", |e| is(e, "Origins[0].DomainName", storage::bucket(e)?.attribute("RegionalDomainName"))),
        fact("SW-130", |e| is(e, "Origins[0].OriginAccessControlId", access(e)?.reference())),
        fact("SW-131", |e| is(e, "Origins[0].S3OriginConfig.OriginAccessIdentity", "")),
        fact("SW-134", |e| {
            access(e)?;
            let old = e.everywhere("AWS::CloudFront::CloudFrontOriginAccessIdentity")?;
            want(old.is_empty(), || "an origin access identity".into())
        }),
        fact("SW-135", |e| access(e)?.is("OriginAccessControlConfig.SigningBehavior", "always")),
        fact("SW-136", |e| access(e)?.is("OriginAccessControlConfig.SigningProtocol", "sigv4")),
        fact("SW-137", |e| access(e)?.is("OriginAccessControlConfig.OriginAccessControlOriginType", "s3")),
    ]
}

fn keeping() -> Vec<Fact> {
    const WITH: &str = "ParametersInCacheKeyAndForwardedToOrigin";
    vec![
        fact("SW-138", |e| cache_is(e, "DefaultTTL", 604_800)),
        fact("SW-139", |e| cache_is(e, &format!("{WITH}.EnableAcceptEncodingGzip"), true)),
        fact("SW-140", |e| cache_is(e, &format!("{WITH}.EnableAcceptEncodingBrotli"), true)),
        fact("SW-141", |e| cache_is(e, "MinTTL", 0)),
        fact("SW-142", |e| cache_is(e, "MaxTTL", 31_536_000)),
        fact("SW-143", |e| cache_is(e, "Name", e.name("pdf"))),
    ]
}

fn telling() -> Vec<Fact> {
    vec![
        fact("SW-144", |e| header_is_there(e, "StrictTransportSecurity")),
        fact("SW-145", |e| header_is(e, "StrictTransportSecurity.AccessControlMaxAgeSec", 31_536_000)),
        fact("SW-146", |e| header_is_there(e, "XSSProtection")),
        fact("SW-147", |e| header_is(e, "XSSProtection.Protection", true)),
        fact("SW-148", |e| header_is(e, "ContentTypeOptions", json!({"Override": true}))),
        fact("SW-149", |e| header_is(e, "FrameOptions.FrameOption", "DENY")),
        fact("SW-150", |e| header_is(e, "ReferrerPolicy.ReferrerPolicy", "strict-origin-when-cross-origin")),
    ]
}
