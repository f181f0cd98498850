//! Section 8: the HTTP API.

use serde_json::json;

use super::functions::{function, logs, role};
use super::{Fact, config, each, fact, identity};
use crate::meaning::plain;
use crate::tree::{Check, Env, Res, want};

const STACK: &str = "api";

/// The functions behind the API, each with what is routed to it.
const SERVED: [(&str, &str, &[&str]); 3] = [
    ("fileService", "/api/files", &["GET", "POST"]),
    ("folderService", "/api/folders", &["GET", "POST", "DELETE"]),
    ("analyticsService", "/api/analytics", &["GET", "POST"]),
];

/// The API.
pub fn api<'t>(env: &Env<'t>) -> Result<Res<'t>, String> {
    env.one(STACK, "AWS::ApiGatewayV2::Api")
}

/// Who may use it.
pub fn authorizer<'t>(env: &Env<'t>) -> Result<Res<'t>, String> {
    env.one(STACK, "AWS::ApiGatewayV2::Authorizer")
}

/// Its only stage.
pub fn stage<'t>(env: &Env<'t>) -> Result<Res<'t>, String> {
    env.one(STACK, "AWS::ApiGatewayV2::Stage")
}

fn access_logs<'t>(env: &Env<'t>) -> Result<Res<'t>, String> {
    env.one(STACK, "AWS::Logs::LogGroup")
}

fn integrations<'t>(env: &Env<'t>) -> Result<Vec<Res<'t>>, String> {
    env.exactly(3, STACK, "AWS::ApiGatewayV2::Integration")
}

fn routes<'t>(env: &Env<'t>) -> Result<Vec<Res<'t>>, String> {
    env.exactly(7, STACK, "AWS::ApiGatewayV2::Route")
}

fn permissions<'t>(env: &Env<'t>) -> Result<Vec<Res<'t>>, String> {
    env.exactly(3, STACK, "AWS::Lambda::Permission")
}

/// How the API calls a function.
fn integration<'t>(env: &Env<'t>, name: &str) -> Result<Res<'t>, String> {
    let arn = function(env, name)?.attribute("Arn");
    let found: Vec<_> = integrations(env)?.into_iter().filter(|res| res.get("IntegrationUri") == arn).collect();
    match found[..] {
        [only] => Ok(only),
        _ => Err(format!("{} integrations of {name}", found.len())),
    }
}

/// A route, to whom it leads and who may take it.
fn route(env: &Env, key: &str, name: &str) -> Check {
    let route = env.with(STACK, "AWS::ApiGatewayV2::Route", "RouteKey", key)?;
    let target = plain(&integration(env, name)?.reference());
    route.is("Target", format!("integrations/{target}"))?;
    route.is("AuthorizationType", "JWT")?;
    route.points("AuthorizerId", &authorizer(env)?)?;
    route.points("ApiId", &api(env)?)
}

fn all_routes(env: &Env) -> Check {
    for (name, path, methods) in SERVED {
        for method in methods {
            route(env, &format!("{method} {path}"), name)?;
        }
    }
    Ok(())
}

fn source_of(env: &Env, path: &str) -> Result<String, String> {
    let start = "arn:${AWS::Partition}:execute-api:${AWS::Region}:${AWS::AccountId}:";
    Ok(format!("{start}{}/*/*{path}", plain(&api(env)?.reference())))
}

/// The API may call each function by its own path, and no other function.
fn called_by_path(env: &Env) -> Check {
    let permissions = permissions(env)?;
    for (name, path, _) in SERVED {
        let arn = function(env, name)?.attribute("Arn");
        let own: Vec<_> = permissions.iter().filter(|res| res.get("FunctionName") == arn).collect();
        let [only] = own[..] else { return Err(format!("{} permissions to call {name}", own.len())) };
        only.is("SourceArn", source_of(env, path)?)?;
    }
    Ok(())
}

/// The facts of this section.
pub fn facts() -> Vec<Fact> {
    [api_facts(), authorizer_facts(), route_facts(), stage_facts(), table_facts()].concat()
}

fn api_facts() -> Vec<Fact> {
    vec![
        fact("CV-290", |e| api(e)?.is("Name", e.name("api"))),
        fact("CV-291", |e| api(e)?.is("ProtocolType", "HTTP")),
        fact("CV-292", |e| api(e)?.is("Description", "CloudVault HTTP API")),
        fact("CV-293", |e| api(e)?.is("CorsConfiguration.AllowOrigins", vec![config(e).origin])),
        fact("CV-294", |e| api(e)?.is("CorsConfiguration.AllowMethods", json!(["*"]))),
        // `*` where one tries things out; by name where browsers must send the token (CV-507).
        fact("CV-295", |e| api(e)?.is("CorsConfiguration.AllowHeaders", headers(e))),
        fact("CV-296", |e| api(e)?.is("CorsConfiguration.MaxAge", 86400)),
        fact("CV-297", |e| {
            let found = api(e)?.get("CorsConfiguration.AllowCredentials");
            want(found.is_null() || found == false, || format!("credentials {found}"))
        }),
        fact("CV-507", |e| api(e)?.is("CorsConfiguration.AllowHeaders", headers(e))),
    ]
}

fn headers(env: &Env) -> serde_json::Value {
    if config(env).full { json!(["authorization", "content-type"]) } else { json!(["*"]) }
}

fn authorizer_facts() -> Vec<Fact> {
    vec![
        fact("CV-298", |e| authorizer(e)?.is("AuthorizerType", "JWT")),
        fact("CV-299", |e| authorizer(e)?.is("IdentitySource", json!(["$request.header.Authorization"]))),
        fact("CV-300", |e| {
            let pool = plain(&identity::pool(e)?.reference());
            let issuer = format!("https://cognito-idp.${{AWS::Region}}.amazonaws.com/{pool}");
            authorizer(e)?.is("JwtConfiguration.Issuer", issuer)
        }),
        fact("CV-301", |e| authorizer(e)?.lists("JwtConfiguration.Audience", &[identity::client(e)?])),
        fact("CV-302", |e| authorizer(e)?.is("Name", "CognitoAuthorizer")),
    ]
}

fn route_facts() -> Vec<Fact> {
    vec![
        fact("CV-303", |e| SERVED.iter().try_for_each(|(name, _, _)| integration(e, name).map(|_| ()))),
        fact("CV-304", |e| each(3, integrations(e)?, |res| res.is("IntegrationType", "AWS_PROXY"))),
        fact("CV-305", |e| each(3, integrations(e)?, |res| res.is("PayloadFormatVersion", "2.0"))),
        fact("CV-306", |e| SERVED.iter().try_for_each(|(name, _, _)| integration(e, name)?.points("ApiId", &api(e)?))),
        fact("CV-307", |e| {
            routes(e)?;
            all_routes(e)
        }),
        fact("CV-308", |e| each(7, routes(e)?, |res| res.is("AuthorizationType", "JWT"))),
        fact("CV-309", |e| each(7, routes(e)?, |res| res.points("AuthorizerId", &authorizer(e)?))),
        fact("CV-310", all_routes),
        fact("CV-316", |e| each(3, permissions(e)?, |res| res.is("Principal", "apigateway.amazonaws.com"))),
        fact("CV-317", |e| each(3, permissions(e)?, |res| res.is("Action", "lambda:InvokeFunction"))),
        fact("CV-318", called_by_path),
        fact("CV-330", |e| {
            let others = ["fileProcessor", "notificationService", "backupService"];
            for name in others {
                let arn = function(e, name)?.attribute("Arn");
                let reached = integrations(e)?.iter().any(|res| res.get("IntegrationUri") == arn)
                    || permissions(e)?.iter().any(|res| res.get("FunctionName") == arn);
                want(!reached, || format!("the API calls {name}"))?;
                role(e, name)?;
                logs(e, name)?;
            }
            Ok(())
        }),
    ]
}

fn stage_facts() -> Vec<Fact> {
    vec![
        fact("CV-311", |e| {
            stage(e)?.is("StageName", "$default")?;
            stage(e)?.points("ApiId", &api(e)?)
        }),
        fact("CV-312", |e| stage(e)?.is("AutoDeploy", true)),
        fact("CV-313", |e| stage(e)?.is("DefaultRouteSettings.DetailedMetricsEnabled", config(e).full)),
        fact("CV-314", |e| {
            let arn = plain(&access_logs(e)?.attribute("Arn"));
            stage(e)?.is("AccessLogSettings.DestinationArn", arn.trim_end_matches(":*"))
        }),
        fact("CV-315", |e| access_logs(e)?.is("RetentionInDays", config(e).logs)),
        fact("CV-319", |e| {
            let apis = plain(&api(e)?.reference());
            let all = e.all(STACK, "AWS::WAFv2::WebACLAssociation")?;
            let on_api = all.iter().any(|res| {
                let target = plain(&res.get("ResourceArn"));
                target.contains(&apis) || target.contains("apigateway")
            });
            want(!on_api && all.len() == usize::from(config(e).full), || format!("{all:?}"))
        }),
        fact("CV-483", |e| {
            let all = e.all(STACK, "AWS::WAFv2::WebACLAssociation")?;
            each(usize::from(config(e).full), all, |res| res.is("ResourceArn", identity::pool(e)?.attribute("Arn")))
        }),
    ]
}

fn table_facts() -> Vec<Fact> {
    vec![
        fact("CV-322", |e| route(e, "GET /api/files", "fileService")),
        fact("CV-323", |e| route(e, "POST /api/files", "fileService")),
        fact("CV-324", |e| route(e, "GET /api/folders", "folderService")),
        fact("CV-325", |e| route(e, "POST /api/folders", "folderService")),
        fact("CV-326", |e| route(e, "DELETE /api/folders", "folderService")),
        fact("CV-327", |e| route(e, "GET /api/analytics", "analyticsService")),
        fact("CV-328", |e| route(e, "POST /api/analytics", "analyticsService")),
        fact("CV-329", |e| {
            e.has_output(STACK, "endpoint", &api(e)?.attribute("ApiEndpoint"))?;
            e.has_output(STACK, "API's id", &api(e)?.reference())?;
            e.has_output(STACK, "authorizer's id", &authorizer(e)?.reference())
        }),
    ]
}
