//! Sections 4.5 and 5: the site, its firewall, and the stack of copies.

use serde_json::{Value, json};

use super::{api, backup, blocks_public, data, fact_full, full};
use crate::meaning::plain;
use crate::system::{Fact, fact};
use crate::tree::{Check, Env, Res, want};

/// The distribution.
pub fn site<'t>(env: &Env<'t>) -> Result<Res<'t>, String> {
    env.one("main", "AWS::CloudFront::Distribution")
}

/// The distribution's ARN, as policies write it.
pub fn distribution_arn(env: &Env) -> Result<String, String> {
    let id = plain(&site(env)?.reference());
    Ok(format!("arn:${{AWS::Partition}}:cloudfront::${{AWS::AccountId}}:distribution/{id}"))
}

fn access<'t>(env: &Env<'t>) -> Result<Res<'t>, String> {
    env.one("main", "AWS::CloudFront::OriginAccessControl")
}

fn access_is(env: &Env, key: &str, value: &str) -> Check {
    access(env)?.is(&format!("OriginAccessControlConfig.{key}"), value)
}

/// That a property is handed over by a parameter.
pub fn parameter(res: &Res, path: &str, name: &str) -> Check {
    let found = plain(&res.get(path));
    want(found.contains(&format!("‹parameter {name}›")), || {
        format!("{} {path} is {found}, not {name}", res.place())
    })
}

/// The facts of this section.
pub fn facts() -> Vec<Fact> {
    let mut facts = vec![
        fact("UK-178", |e| {
            let enabled = site(e)?;
            enabled.is("DistributionConfig.Enabled", true)?;
            let wanted = enabled.attribute("DomainName");
            let found = super::output(e, "DistributionDomain")?;
            want(found == wanted, || format!("DistributionDomain is {found}"))
        }),
        fact("UK-179", |e| {
            let site = site(e)?;
            let origins = site.items("DistributionConfig.Origins");
            want(origins.len() == 2, || format!("origins {origins:?}"))?;
            let domain = |origin: &Value| origin.get("DomainName").map(plain).unwrap_or_default();
            let bucket = data::files(e)?.attribute("RegionalDomainName");
            let files = origins.iter().find(|origin| domain(origin) == plain(&bucket)).ok_or("files are no origin")?;
            let signed = files.get("OriginAccessControlId").map(plain).unwrap_or_default();
            want([access(e)?.reference(), access(e)?.attribute("Id")].iter().any(|id| plain(id) == signed), || {
                format!("files are signed by {signed}")
            })?;
            let pages = origins.iter().any(|origin| domain(origin).contains("‹parameter FrontendOriginDomain›"));
            want(pages, || format!("origins {origins:?}"))
        }),
        fact("UK-180", |e| {
            site(e)?.is("DistributionConfig.DefaultCacheBehavior.ViewerProtocolPolicy", "redirect-to-https")
        }),
        fact("UK-181", |e| site(e)?.is("DistributionConfig.HttpVersion", "http2and3")),
        fact("UK-182", |e| {
            let site = site(e)?;
            if full(e) {
                site.is("DistributionConfig.ViewerCertificate.MinimumProtocolVersion", "TLSv1.3_2025")?;
                parameter(&site, "DistributionConfig.ViewerCertificate.AcmCertificateArn", "CertificateArn")
            } else {
                site.lacks("DistributionConfig.ViewerCertificate")
            }
        }),
        fact("UK-184", |e| access_is(e, "SigningBehavior", "always")),
        fact("UK-185", |e| access_is(e, "SigningProtocol", "sigv4")),
        fact("UK-186", |e| access_is(e, "OriginAccessControlOriginType", "s3")),
    ];
    for more in [
        fact_full("UK-183", |e| {
            parameter(&site(e)?, "DistributionConfig.WebACLId", "EdgeWebAclArn")?;
            let (stack, output) = super::plan::source(e, "EdgeWebAclArn")?;
            want(stack == e.stack_name("edge"), || format!("from {stack} {output}"))
        }),
        fact_full("UK-246", |e| e.one("edge", "AWS::WAFv2::WebACL")?.is("Scope", "CLOUDFRONT")),
        fact_full("UK-247", |e| api::all_rules(&e.one("edge", "AWS::WAFv2::WebACL")?)),
        fact_full("UK-248", |e| e.one("dr", "AWS::KMS::Key")?.is("EnableKeyRotation", true)),
        fact_full("UK-249", |e| {
            let key = e.one("dr", "AWS::KMS::Key")?.attribute("Arn");
            backup::far_vault(e)?.is("EncryptionKeyArn", key)
        }),
        fact_full("UK-250", |e| backup::far_vault(e)?.is("BackupVaultName", e.name("dr-vault"))),
        fact_full("UK-251", |e| e.one("dr", "AWS::S3::Bucket")?.is("VersioningConfiguration.Status", "Enabled")),
        fact_full("UK-252", |e| {
            let bucket = e.one("dr", "AWS::S3::Bucket")?;
            data::encrypted(&bucket)?;
            let key = e.one("dr", "AWS::KMS::Key")?.attribute("Arn");
            let wanted = json!({"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": key});
            bucket.is("BucketEncryption.ServerSideEncryptionConfiguration[0].ServerSideEncryptionByDefault", wanted)
        }),
        fact_full("UK-253", |e| blocks_public(&e.one("dr", "AWS::S3::Bucket")?)),
    ] {
        facts.extend(more);
    }
    facts
}
