//! Section 8: how mail is sent, who hears what becomes of it, and what it says.

use serde_json::json;

use super::{Fact, arn, fact};
use crate::meaning::plain;
use crate::policy::{Statement, statements};
use crate::tree::{Check, Env, Res, want};

/// The configuration set.
pub fn set<'t>(env: &Env<'t>) -> Result<Res<'t>, String> {
    env.one("email", "AWS::SES::ConfigurationSet")
}

fn set_name(env: &Env) -> String {
    format!("spec-wizard-{}", env.at.id)
}

fn topic<'t>(env: &Env<'t>, id: &str) -> Result<Res<'t>, String> {
    env.with("email", "AWS::SNS::Topic", "TopicName", &env.name(id))
}

const DESTINATION: &str = "AWS::SES::ConfigurationSetEventDestination";

/// What tells a topic, by the topic's name.
fn teller<'t>(env: &Env<'t>, id: &str) -> Result<Res<'t>, String> {
    let topic = plain(&topic(env, id)?.reference());
    env.with("email", DESTINATION, "EventDestination.SnsDestination.TopicARN", &topic)
}

fn counter<'t>(env: &Env<'t>) -> Result<Res<'t>, String> {
    let all = env.all("email", DESTINATION)?;
    let found: Vec<_> =
        all.into_iter().filter(|res| res.get("EventDestination.CloudWatchDestination").is_object()).collect();
    if let [only] = found[..] { Ok(only) } else { Err(format!("{} destinations count", found.len())) }
}

/// The sender.
pub fn sender<'t>(env: &Env<'t>) -> Result<Res<'t>, String> {
    env.one("email", "AWS::SES::EmailIdentity")
}

fn template<'t>(env: &Env<'t>, id: &str) -> Result<Res<'t>, String> {
    env.with("email", "AWS::SES::Template", "Template.TemplateName", &env.name(id))
}

fn holds(env: &Env, id: &str, part: &str, words: &[&str]) -> Check {
    let text = template(env, id)?.text(&format!("Template.{part}"))?;
    let said = words.iter().all(|word| text.contains(word)) && text.trim().len() >= 10 && !text.contains("}}x");
    want(said, || format!("{part} of {id} is {text}"))
}

/// Both topics let SES publish for this account, and each has one policy.
fn ses_publishes(env: &Env) -> Check {
    let policies = env.all("email", "AWS::SNS::TopicPolicy")?;
    for id in ["bounces", "complaints"] {
        let topic = topic(env, id)?.reference();
        let of_it: Vec<_> = policies.iter().filter(|policy| policy.items("Topics").contains(&topic)).collect();
        let [policy] = of_it[..] else { return Err(format!("{} policies of {id}", of_it.len())) };
        let said = statements(&policy.get("PolicyDocument"))?;
        let right = |s: &Statement| {
            s.principals == ["Service:ses.amazonaws.com"]
                && s.actions == ["sns:Publish"]
                && s.resources == [arn("sns", &env.name(id))]
                && s.when("StringEquals", "aws:SourceAccount", "${AWS::AccountId}")
        };
        let allows: Vec<_> = said.iter().filter(|s| s.allows).collect();
        want(allows.len() == 1 && allows.iter().all(|s| right(s)), || format!("{said:?}"))?;
    }
    Ok(())
}

fn of_the_set(destination: &Res) -> Check {
    destination.is("ConfigurationSetName", set(&destination.env)?.reference())
}

/// The facts of this section.
pub fn facts() -> Vec<Fact> {
    [sending(), telling(), messages()].concat()
}

fn sending() -> Vec<Fact> {
    vec![
        fact("SW-151", |e| set(e).map(|_| ())),
        fact("SW-152", |e| set(e)?.is("ReputationOptions.ReputationMetricsEnabled", true)),
        fact("SW-153", |e| set(e)?.is("Name", set_name(e))),
        fact("SW-154", |e| set(e)?.is("SendingOptions.SendingEnabled", true)),
        fact("SW-155", |e| set(e)?.is("DeliveryOptions.TlsPolicy", "REQUIRE")),
        fact("SW-173", |e| sender(e)?.is("EmailIdentity", "noreply@flowency.build")),
        fact("SW-175", |e| sender(e)?.is("ConfigurationSetAttributes.ConfigurationSetName", set(e)?.reference())),
    ]
}

fn telling() -> Vec<Fact> {
    vec![
        fact("SW-156", |e| e.exactly(2, "email", "AWS::SNS::Topic").map(|_| ())),
        fact("SW-157", |e| {
            topic(e, "bounces")?;
            topic(e, "complaints").map(|_| ())
        }),
        fact("SW-158", ses_publishes),
        fact("SW-159", |e| {
            of_the_set(&teller(e, "bounces")?)?;
            of_the_set(&teller(e, "complaints")?)
        }),
        fact("SW-160", |e| {
            teller(e, "bounces")?.is("EventDestination.MatchingEventTypes", json!(["BOUNCE"]))?;
            teller(e, "complaints")?.is("EventDestination.MatchingEventTypes", json!(["COMPLAINT"]))
        }),
        fact("SW-161", |e| {
            teller(e, "bounces")?.is("EventDestination.Enabled", true)?;
            teller(e, "complaints")?.is("EventDestination.Enabled", true)
        }),
        fact("SW-162", |e| {
            let mut found: Vec<String> =
                counter(e)?.items("EventDestination.MatchingEventTypes").iter().map(plain).collect();
            found.sort();
            want(found == ["BOUNCE", "COMPLAINT", "DELIVERY", "REJECT", "SEND"], || format!("{found:?}"))?;
            of_the_set(&counter(e)?)?;
            counter(e)?.is("EventDestination.Enabled", true)
        }),
        fact("SW-163", |e| {
            let by_set = json!([{
                "DimensionName": "ses:configuration-set",
                "DimensionValueSource": "MESSAGE_TAG",
                "DefaultDimensionValue": set_name(e),
            }]);
            counter(e)?.is("EventDestination.CloudWatchDestination.DimensionConfigurations", by_set)
        }),
    ]
}

fn messages() -> Vec<Fact> {
    vec![
        fact("SW-164", |e| {
            holds(e, "export", "HtmlPart", &["{{pdfUrl}}", "{{magicLink}}"])?;
            holds(e, "export", "TextPart", &["{{pdfUrl}}", "{{magicLink}}"])
        }),
        fact("SW-165", |e| template(e, "export").map(|_| ())),
        fact("SW-166", |e| holds(e, "export", "SubjectPart", &["{{title}}"])),
        fact("SW-167", |e| holds(e, "export", "HtmlPart", &["href=\"{{pdfUrl}}\"", "href=\"{{magicLink}}\""])),
        fact("SW-168", |e| holds(e, "export", "TextPart", &["{{pdfUrl}}", "{{magicLink}}"])),
        fact("SW-169", |e| holds(e, "submission", "SubjectPart", &["{{referenceNumber}}"])),
        fact("SW-170", |e| template(e, "submission").map(|_| ())),
        fact("SW-171", |e| holds(e, "submission", "HtmlPart", &["{{referenceNumber}}"])),
        fact("SW-172", |e| holds(e, "submission", "TextPart", &["{{referenceNumber}}"])),
    ]
}
