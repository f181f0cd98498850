//! Who makes a request, and whether a policy means them.

use crate::check::iam::context::Context;
use crate::check::iam::facts;
use crate::check::iam::policy::{Principals, Who};

/// Who makes a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    /// As it was written: an ARN, a service's name, or `anonymous`.
    pub name: String,
    /// What kind of principal it is.
    pub identity: Identity,
}

/// A kind of principal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Identity {
    /// An account's root user.
    Root {
        /// Its account.
        account: String,
    },
    /// A user.
    User {
        /// Its account.
        account: String,
    },
    /// A session of a role, of which only the role is known.
    Role {
        /// Its account.
        account: String,
    },
    /// A session of a role.
    Session {
        /// Its account.
        account: String,
        /// The role's name, without its path.
        role: String,
    },
    /// A session that a user started for somebody.
    FederatedUser {
        /// Its account.
        account: String,
    },
    /// A service of AWS.
    Service,
    /// Somebody whom an identity provider vouches for, and who has no role yet.
    Provider,
    /// Nobody in particular.
    Anonymous,
}

/// How a policy of a resource means a caller. It decides which other policies can still limit what is allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Reach {
    /// Through the account, which hands it on in its own policies.
    Account,
    /// Through the role, which its boundary and the session's policies limit.
    Role,
    /// By itself.
    Direct,
}

impl Caller {
    /// Reads who it is.
    pub fn parse(name: &str) -> Option<Caller> {
        let identity = if name == "anonymous" || name == "*" {
            Identity::Anonymous
        } else if name.starts_with("arn:") {
            of_arn(name)?
        } else {
            let service = name.ends_with(".amazonaws.com") || name.ends_with(".amazonaws.com.cn");
            let plain =
                |character: char| character.is_ascii_alphanumeric() || matches!(character, '.' | '-' | '_' | '/');
            if !name.contains('.') || !name.chars().all(plain) {
                return None;
            }
            if service { Identity::Service } else { Identity::Provider }
        };
        Some(Caller { name: name.to_owned(), identity })
    }

    /// The account that it belongs to.
    pub fn account(&self) -> Option<&str> {
        match &self.identity {
            Identity::Root { account }
            | Identity::User { account }
            | Identity::Role { account }
            | Identity::Session { account, .. }
            | Identity::FederatedUser { account } => Some(account),
            Identity::Service | Identity::Provider | Identity::Anonymous => None,
        }
    }

    /// Whether it acts through a role that only its service can use.
    pub(super) fn is_service_linked(&self) -> bool {
        self.name.contains(facts::SERVICE_LINKED)
    }

    /// What a request tells of its caller, where it does not tell otherwise.
    pub(super) fn describe(&self, context: &mut Context) {
        let kind = match &self.identity {
            Identity::Root { .. } => Some("Account"),
            Identity::User { .. } => Some("User"),
            Identity::Role { .. } | Identity::Session { .. } => Some("AssumedRole"),
            Identity::FederatedUser { .. } => Some("FederatedUser"),
            Identity::Anonymous => Some("Anonymous"),
            Identity::Service | Identity::Provider => None,
        };
        if let Some(kind) = kind {
            context.fall_back("aws:PrincipalType", kind);
        }
        let service = self.identity == Identity::Service;
        // "Anonymous requests do not include this key", nor do those that an identity provider vouches for: neither is signed.
        if service || self.account().is_some() {
            context.fall_back("aws:PrincipalIsAWSService", if service { "true" } else { "false" });
        }
        if service {
            context.fall_back("aws:PrincipalServiceName", &self.name);
        }
        let name = self.name.rsplit('/').next().unwrap_or_default();
        match &self.identity {
            Identity::Root { account } => context.fall_back("aws:userid", account),
            Identity::User { .. } => context.fall_back("aws:username", name),
            Identity::FederatedUser { account } => context.fall_back("aws:userid", &format!("{account}:{name}")),
            Identity::Anonymous => {
                context.fall_back("aws:userid", "anonymous");
                context.fall_back("aws:PrincipalAccount", "anonymous");
            }
            Identity::Role { .. } | Identity::Session { .. } | Identity::Service | Identity::Provider => {}
        }
        if let Some(account) = self.account() {
            context.fall_back("aws:PrincipalAccount", account);
            context.fall_back("aws:PrincipalArn", &self.principal_arn(account));
        }
    }

    /// A session's principal is the role; everybody else's is the ARN itself.
    fn principal_arn(&self, account: &str) -> String {
        match &self.identity {
            Identity::Session { role, .. } => {
                let partition = self.name.split(':').nth(1).unwrap_or_default();
                format!("arn:{partition}:iam::{account}:role/{role}")
            }
            Identity::Root { .. }
            | Identity::User { .. }
            | Identity::Role { .. }
            | Identity::FederatedUser { .. }
            | Identity::Service
            | Identity::Provider
            | Identity::Anonymous => self.name.clone(),
        }
    }

    /// How `Principal` means the caller, if it does.
    pub(super) fn reached_by(&self, principals: &Principals) -> Option<Reach> {
        let everyone = principals.everyone || principals.aws.iter().any(|name| name == "*");
        if everyone {
            return Some(Reach::Direct);
        }
        let named = |list: &[String]| list.iter().any(|name| *name == self.name || name == "*");
        match &self.identity {
            Identity::Anonymous => None,
            Identity::Service | Identity::Provider => {
                (named(&principals.services) || named(&principals.federated)).then_some(Reach::Direct)
            }
            Identity::Root { .. }
            | Identity::User { .. }
            | Identity::Role { .. }
            | Identity::Session { .. }
            | Identity::FederatedUser { .. } => {
                principals.aws.iter().filter_map(|name| self.reached_by_name(name)).max()
            }
        }
    }

    fn reached_by_name(&self, name: &str) -> Option<Reach> {
        let account = self.account()?;
        if self.is_own_account(name) {
            let root = matches!(self.identity, Identity::Root { .. });
            return Some(if root { Reach::Direct } else { Reach::Account });
        }
        match &self.identity {
            Identity::Role { .. } => (name == self.name).then_some(Reach::Role),
            Identity::Session { role, .. } => {
                if name == self.name {
                    return Some(Reach::Direct);
                }
                self.is_own_role(name, account, role).then_some(Reach::Role)
            }
            Identity::Root { .. } | Identity::User { .. } | Identity::FederatedUser { .. } => {
                (name == self.name).then_some(Reach::Direct)
            }
            Identity::Service | Identity::Provider | Identity::Anonymous => None,
        }
    }

    fn is_own_account(&self, name: &str) -> bool {
        let Some(account) = self.account() else { return false };
        let partition = self.name.split(':').nth(1).unwrap_or_default();
        name == account || name == format!("arn:{partition}:iam::{account}:root")
    }

    /// Whether a name is the ARN of the session's role. The session's own ARN does not say the role's path.
    fn is_own_role(&self, name: &str, account: &str, role: &str) -> bool {
        let partition = self.name.split(':').nth(1).unwrap_or_default();
        let path = name.strip_prefix(&*format!("arn:{partition}:iam::{account}:role/"));
        path.is_some_and(|path| path.rsplit('/').next() == Some(role))
    }

    /// How a statement's `Principal` or `NotPrincipal` means the caller. `bounded` is whether the caller has a boundary.
    pub(super) fn meant_by(&self, who: &Who, denies: bool, bounded: bool) -> Option<Reach> {
        match who {
            Who::Of(principals) => self.reached_by(principals),
            // "will always deny any IAM principal that has a permissions boundary policy attached" (IAM User Guide, NotPrincipal).
            Who::AllBut(_) if denies && bounded => Some(Reach::Direct),
            Who::AllBut(principals) if denies => (!self.is_spared(principals)).then_some(Reach::Direct),
            Who::AllBut(principals) => self.reached_by(principals).is_none().then_some(Reach::Direct),
        }
    }

    /// A denial spares whom it names wholly: the account, and the user or the role, and the session.
    fn is_spared(&self, principals: &Principals) -> bool {
        let Some(account) = self.account() else { return self.reached_by(principals).is_some() };
        let named = |test: &dyn Fn(&str) -> bool| principals.aws.iter().any(|name| test(name));
        let everyone = principals.everyone || named(&|name| name == "*");
        let of_account = named(&|name| self.is_own_account(name));
        let itself = named(&|name| name == self.name);
        everyone
            || match &self.identity {
                Identity::Root { .. } => of_account,
                Identity::Session { role, .. } => {
                    of_account && itself && named(&|name| self.is_own_role(name, account, role))
                }
                Identity::User { .. } | Identity::Role { .. } | Identity::FederatedUser { .. } => of_account && itself,
                Identity::Service | Identity::Provider | Identity::Anonymous => false,
            }
    }
}

fn of_arn(arn: &str) -> Option<Identity> {
    let mut parts = arn.splitn(6, ':').skip(2);
    let (service, region, account, path) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
    let is_account = account.len() == 12 && account.bytes().all(|byte| byte.is_ascii_digit());
    if !region.is_empty() || !is_account || path.contains(['*', '?']) {
        return None;
    }
    let account = account.to_owned();
    if path == "root" {
        return (service == "iam").then_some(Identity::Root { account });
    }
    let (kind, name) = path.split_once('/')?;
    if name.is_empty() || name.ends_with('/') {
        return None;
    }
    match (service, kind) {
        ("iam", "user") => Some(Identity::User { account }),
        ("iam", "role") => Some(Identity::Role { account }),
        ("iam", "saml-provider" | "oidc-provider") => Some(Identity::Provider),
        ("sts", "federated-user") => Some(Identity::FederatedUser { account }),
        ("sts", "assumed-role") => {
            let (role, session) = name.split_once('/')?;
            let whole = !role.is_empty() && !session.is_empty() && !session.contains('/');
            whole.then(|| Identity::Session { account, role: role.to_owned() })
        }
        _ => None,
    }
}
