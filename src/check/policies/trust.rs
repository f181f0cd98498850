//! Whom roles trust, and for whom services act.

use crate::check::policies::facts;
use crate::check::policies::said::{Kind, Named, Said};
use crate::diag::{Diagnostic, codes, nearest, quoted_list};
use crate::eval::model::Model;

/// Whoever comes from outside proves who they are.
pub(super) fn outsiders_prove_who_they_are(model: &Model, said: &Said) -> Vec<Diagnostic> {
    if said.kind != Kind::Trust || !said.allows() || said.but[2] {
        return Vec::new();
    }
    said.who.iter().filter_map(|named| outsider(model, said, named).or_else(|| vouched(said, named))).collect()
}

/// An account as a whole.
fn outsider(model: &Model, said: &Said, named: &Named) -> Option<Diagnostic> {
    let account = account_of(named)?;
    let own = account == model.environment.account;
    let proofs = [facts::EXTERNAL_ID, "aws:PrincipalOrgID", "aws:PrincipalOrgPaths", "aws:PrincipalArn"];
    let tags = |asked: &super::said::Asked| asked.key.text.to_ascii_lowercase().starts_with("aws:principaltag/");
    if proofs.iter().any(|key| said.asks(key)) || said.conditions.iter().any(tags) {
        return None;
    }
    let (message, help) = if own {
        (
            String::from("whoever in this account may assume roles may assume this one"),
            "name the role that assumes it, or add a condition on `aws:PrincipalArn`",
        )
    } else {
        (
            format!("whoever account `{account}` lets may assume this"),
            "add a condition on `sts:ExternalId`, or name the role of theirs that assumes it",
        )
    };
    Some(Diagnostic::new(codes::TRUST_TOO_WIDE, named.name.at, message).help(help))
}

/// The account that a principal stands for as a whole.
pub(super) fn account_of(named: &Named) -> Option<String> {
    let name = &named.name.text;
    let digits = |text: &str| text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit());
    if named.kind != "AWS" {
        return None;
    }
    if digits(name) {
        return Some(name.clone());
    }
    let account = name.strip_suffix(":root")?.rsplit(':').next()?;
    digits(account).then(|| account.to_owned())
}

/// Somebody whom an identity provider vouches for.
fn vouched(said: &Said, named: &Named) -> Option<Diagnostic> {
    if named.kind != "Federated" {
        return None;
    }
    let provider = named.name.text.split_once("oidc-provider/").map_or(named.name.text.as_str(), |(_, host)| host);
    let saml = provider.contains("saml-provider/");
    let needed: Vec<String> = if saml {
        vec![String::from("SAML:aud")]
    } else if provider == facts::COGNITO {
        vec![format!("{provider}:aud"), format!("{provider}:amr")]
    } else if provider.contains('⟨') {
        return None;
    } else {
        vec![format!("{provider}:aud"), format!("{provider}:sub")]
    };
    let missing: Vec<&str> = needed.iter().map(String::as_str).filter(|key| !said.asks(key)).collect();
    if !missing.is_empty() {
        let message = format!("`{provider}` vouches for more people than are meant");
        return Some(
            Diagnostic::new(codes::FEDERATION_TOO_WIDE, named.name.at, message)
                .help(format!("add a condition on {}", quoted_list(missing, 2))),
        );
    }
    let subject = format!("{provider}:sub");
    let asked = said.conditions.iter().find(|asked| asked.key.text.eq_ignore_ascii_case(&subject))?;
    let wide = asked.values.iter().find(|value| {
        let text = value.text.as_str();
        let repository = text.strip_prefix("repo:").and_then(|rest| rest.split(':').next());
        let github =
            provider == facts::GITHUB && repository.is_none_or(|name| name.contains('*') || !name.contains('/'));
        text.trim_matches('*').is_empty() || github || (provider == facts::GITHUB && text.ends_with(":*"))
    })?;
    let message = format!("`{}` is more than one subject of `{provider}`", wide.text);
    let help = if provider == facts::GITHUB {
        "name the repository and the branch or environment: `repo:shop/site:ref:refs/heads/main`"
    } else {
        "name the subject"
    };
    Some(Diagnostic::new(codes::FEDERATION_TOO_WIDE, wide.at, message).help(help))
}

/// The action is the one with which whom it trusts becomes the role.
pub(super) fn actions_fit_who_is_trusted(_: &Model, said: &Said) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    if said.kind != Kind::Trust || !said.allows() || said.but[0] || said.but[2] {
        return found;
    }
    for named in &said.who {
        if named.name.text == facts::ANYWHERE_SERVICE {
            let missing: Vec<&str> = facts::ANYWHERE_NEEDS.into_iter().filter(|action| !said.names(action)).collect();
            if !missing.is_empty() {
                let message = format!("`{}` becomes no role without {}", named.name.text, quoted_list(missing, 3));
                found.push(
                    Diagnostic::new(codes::TRUST_ACTION_MISMATCH, named.name.at, message)
                        .help(format!("allow it {}", quoted_list(facts::ANYWHERE_NEEDS, 3))),
                );
            }
            continue;
        }
        let wanted = match named.kind.as_str() {
            "Federated" if named.name.text.contains("saml-provider/") => facts::ASSUME_SAML,
            "Federated" if named.name.text.contains('⟨') => continue,
            "Federated" => facts::ASSUME_WEB,
            _ => facts::ASSUME,
        };
        let fits = |action: &str| {
            action.eq_ignore_ascii_case(wanted)
                || facts::BESIDE_ASSUMING.iter().any(|known| known.eq_ignore_ascii_case(action))
        };
        for word in said.actions.iter().filter(|word| !word.text.contains('*') && !fits(&word.text)) {
            let message = format!("`{}` does not become this role with `{}`", named.name.text, word.text);
            found.push(
                Diagnostic::new(codes::TRUST_ACTION_MISMATCH, word.at, message)
                    .label(named.name.at, "who is trusted")
                    .help(format!("write `{wanted}`")),
            );
        }
    }
    found
}

/// Services that are named exist.
pub(super) fn services_exist(_: &Model, said: &Said) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for named in said.who.iter().filter(|named| named.kind == "Service") {
        let name = named.name.text.as_str();
        if name.contains(['⟨', '$']) {
            continue;
        }
        let letters = |text: &str| {
            !text.is_empty()
                && text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '.' | '-'))
        };
        let own = facts::SERVICE_ENDS.iter().find_map(|end| name.strip_suffix(end)).filter(|own| letters(own));
        let near = |own: &str| {
            let known = facts::SERVICES.contains(&own) || own.contains('.');
            if known { None } else { nearest(own, facts::SERVICES.iter().copied()) }
        };
        let help = match own {
            None => String::from("write `lambda.amazonaws.com`, in small letters"),
            Some(own) => match near(own) {
                Some(near) => format!("did you mean `{near}.amazonaws.com`?"),
                None => continue,
            },
        };
        let message = format!("no service of AWS is called `{name}`");
        found.push(Diagnostic::new(codes::UNKNOWN_SERVICE, named.name.at, message).help(help));
    }
    found
}

/// A service that says on whose behalf it acts is asked for it: otherwise it does for strangers what it does for us.
pub(super) fn services_act_for_somebody_known(_: &Model, said: &Said) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    if !said.allows() || said.but[2] {
        return found;
    }
    let deputies = match said.kind {
        Kind::Trust => facts::DEPUTIES,
        Kind::Resource => facts::SENDERS,
        Kind::Identity | Kind::Endpoint => return found,
    };
    if facts::ON_BEHALF_OF.iter().any(|key| said.asks(key)) {
        return names_of_others(said);
    }
    for named in said.who.iter().filter(|named| named.kind == "Service") {
        if !deputies.contains(&named.name.text.as_str()) {
            continue;
        }
        let message = format!("`{}` may do this for anybody who asks it to", named.name.text);
        let help = match (said.kind, said.document) {
            (Kind::Trust, _) => "add a condition: `StringEquals = { \"aws:SourceAccount\" = \"{account}\" }`",
            (_, true) => "add a condition on `aws:SourceArn` or `aws:SourceAccount`",
            (_, false) => "add `when aws:SourceArn == topic.arn`, or `when aws:SourceAccount == account`",
        };
        found.push(
            Diagnostic::new(codes::CONFUSED_DEPUTY, named.name.at, message)
                .label(said.at, "in this statement")
                .help(help),
        );
    }
    found
}

/// An ARN that names no account can be somebody else's one day: that of a bucket.
fn names_of_others(said: &Said) -> Vec<Diagnostic> {
    let source = |asked: &&super::said::Asked| asked.key.text.eq_ignore_ascii_case(facts::SOURCE_ARN);
    let others = || facts::ON_BEHALF_OF.iter().filter(|key| **key != facts::SOURCE_ARN).any(|key| said.asks(key));
    let storage = said.who.iter().any(|named| named.name.text == facts::BUCKETS);
    let Some(asked) = said.conditions.iter().find(source).filter(|_| storage && !others()) else { return Vec::new() };
    let nobody = |text: &str| text.split(':').nth(2) == Some("s3") && text.split(':').nth(4) == Some("");
    let values = asked.values.iter().filter(|value| nobody(&value.text));
    values
        .take(1)
        .map(|value| {
            let message = format!(
                "`{}` names a bucket, whose ARN has no account: somebody else may own that name one day",
                value.text
            );
            Diagnostic::new(codes::CONFUSED_DEPUTY, asked.key.at, message)
                .help("add a condition on `aws:SourceAccount`")
        })
        .collect()
}
