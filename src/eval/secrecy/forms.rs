//! How secrets are called, and what they look like.

/// Words that end the name of a secret.
const NOUNS: [&str; 5] = ["password", "passphrase", "passwd", "secret", "pwd"];
/// What a `…Key` is called that is a secret.
const KEYS: [&str; 7] = ["api", "secret", "private", "shared", "auth", "signing", "access"];
/// Tokens that are none: they tell a request from its repetition, or which version something has.
const NO_TOKENS: [&str; 5] = ["client", "sync", "next", "http", "idempotency"];

/// The words of a name in any style, in lower case.
fn words(name: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut before = ' ';
    let mut letters = name.chars().peekable();
    while let Some(letter) = letters.next() {
        if !letter.is_ascii_alphanumeric() {
            before = ' ';
            continue;
        }
        let starts = letter.is_ascii_uppercase()
            && (!before.is_ascii_uppercase() || letters.peek().is_some_and(char::is_ascii_lowercase));
        match words.last_mut() {
            Some(word) if before != ' ' && !starts => word.push(letter.to_ascii_lowercase()),
            Some(_) | None => words.push(letter.to_ascii_lowercase().to_string()),
        }
        before = letter;
    }
    words
}

/// Whether a property or key of this name holds a secret.
pub(super) fn is_secret(name: &str) -> bool {
    let words = words(name);
    let mut words: Vec<&str> = words.iter().map(String::as_str).collect();
    // `ApiKeyValue` and `SecretString` are what they begin with.
    if words.len() > 1 && matches!(words.last(), Some(&("value" | "string"))) {
        words.pop();
    }
    match words.as_slice() {
        [.., last] if NOUNS.contains(last) => true,
        [.., before, "key"] => KEYS.contains(before),
        [.., before, "token"] => !NO_TOKENS.contains(before),
        [last] => matches!(*last, "token" | "apikey"),
        _ => false,
    }
}

/// Whether a property of this name says who logs in.
pub(super) fn is_user(name: &str) -> bool {
    let words = words(name);
    matches!(
        words.iter().map(String::as_str).collect::<Vec<_>>().as_slice(),
        [.., "username" | "user"] | [.., "user", "name"]
    )
}

/// A form of credentials that whoever hands them out has documented.
struct Form {
    what: &'static str,
    begins: &'static str,
    /// So many more characters of the kind follow.
    least: usize,
    is_part: fn(u8) -> bool,
}

fn alphanumeric(byte: u8) -> bool {
    byte.is_ascii_alphanumeric()
}

fn upper(byte: u8) -> bool {
    byte.is_ascii_uppercase() || byte.is_ascii_digit()
}

fn word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-')
}

const fn form(what: &'static str, begins: &'static str, least: usize, is_part: fn(u8) -> bool) -> Form {
    Form { what, begins, least, is_part }
}

const FORMS: [Form; 17] = [
    form("an access key of AWS", "AKIA", 16, upper),
    form("a temporary access key of AWS", "ASIA", 16, upper),
    form("a token of GitHub", "ghp_", 36, alphanumeric),
    form("a token of GitHub", "gho_", 36, alphanumeric),
    form("a token of GitHub", "ghu_", 36, alphanumeric),
    form("a token of GitHub", "ghs_", 36, alphanumeric),
    form("a token of GitHub", "ghr_", 36, alphanumeric),
    form("a token of GitHub", "github_pat_", 22, word),
    form("a token of GitLab", "glpat-", 20, word),
    form("a token of Slack", "xoxb-", 20, word),
    form("a token of Slack", "xoxp-", 20, word),
    form("a key of Stripe", "sk_live_", 16, alphanumeric),
    form("a restricted key of Stripe", "rk_live_", 16, alphanumeric),
    form("a signing secret of Stripe", "whsec_", 16, alphanumeric),
    form("a key of Anthropic", "sk-ant-", 20, word),
    form("a token of npm", "npm_", 36, alphanumeric),
    form("a key of Google", "AIza", 35, word),
];

/// How a private key begins.
const KEY_BEGINS: &str = "-----BEGIN ";
/// What stands before who logs in at an address.
const ADDRESS: &str = "://";

/// Of which forms the first two letters stand anywhere in a text: a bit for each, in order. Most texts have none, and that is soon seen.
fn begun(text: &str) -> u32 {
    let begins = || FORMS.iter().map(|form| form.begins).chain([KEY_BEGINS, ADDRESS]).map(str::as_bytes);
    // Which bytes some form begins with, a bit for each.
    let firsts = begins().filter_map(|begin| begin.first()).fold(0_u128, |all, first| all | 1 << (first & 127));
    let bytes = text.as_bytes();
    let mut found = 0;
    for (first, second) in bytes.iter().zip(bytes.iter().skip(1)) {
        if first.is_ascii() && firsts >> first & 1 == 1 {
            let both = |begin: &[u8]| begin.first() == Some(first) && begin.get(1) == Some(second);
            found |= begins().enumerate().filter(|(_, begin)| both(begin)).fold(0, |all, (at, _)| all | 1 << at);
        }
    }
    found
}

/// What a text looks like, if it holds something that looks like a credential.
pub(super) fn recognise(text: &str) -> Option<&'static str> {
    if text.len() < 16 {
        return None;
    }
    let begun = begun(text);
    if begun == 0 {
        return None;
    }
    let holds = |form: &Form| {
        text.match_indices(form.begins).any(|(at, _)| {
            let apart = !text.as_bytes().get(at.wrapping_sub(1)).is_some_and(|byte| alphanumeric(*byte));
            let rest = text.as_bytes().iter().skip(at + form.begins.len());
            apart && rest.take_while(|byte| (form.is_part)(**byte)).count() >= form.least
        })
    };
    let mut likely = FORMS.iter().enumerate().filter(|(at, _)| begun >> at & 1 == 1).map(|(_, form)| form);
    if let Some(form) = likely.find(|form| holds(form)) {
        return Some(form.what);
    }
    if text.match_indices(KEY_BEGINS).any(|(at, start)| is_private_key(text.get(at + start.len()..).unwrap_or(""))) {
        return Some("a private key");
    }
    text.match_indices(ADDRESS)
        .any(|(at, sign)| has_password(text.get(at + sign.len()..).unwrap_or("")))
        .then_some("an address with a password in it")
}

fn is_private_key(rest: &str) -> bool {
    rest.split_once("-----").is_some_and(|(title, _)| title.ends_with("PRIVATE KEY"))
}

/// Whether what follows `://` begins with `user:password@`.
fn has_password(rest: &str) -> bool {
    let authority =
        rest.split(|letter: char| letter.is_whitespace() || matches!(letter, '/' | '"' | '\'' | '?')).next();
    let user = authority.and_then(|authority| authority.rsplit_once('@')).map(|(user, _)| user);
    user.and_then(|user| user.split_once(':')).is_some_and(|(_, password)| {
        !password.is_empty()
            && !password.starts_with(['$', '<', '%', '{', '*'])
            && !password.eq_ignore_ascii_case("password")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_tell_what_is_secret() {
        for name in [
            "MasterUserPassword",
            "DB_PASSWORD",
            "ClientSecret",
            "SecretString",
            "ApiKey",
            "APIKey",
            "api_key",
            "ApiKeyValue",
            "AuthToken",
            "OauthToken",
            "PrivateKey",
            "preSharedKey",
            "KeyPassphrase",
            "token",
            "TokenValue",
            "secretAccessKey",
        ] {
            assert!(is_secret(name), "{name}");
        }
        for name in [
            "SecretArn",
            "PasswordPolicy",
            "ClientToken",
            "HttpTokens",
            "TokenType",
            "KmsKey",
            "PublicKey",
            "PartitionKey",
            "SecretId",
            "Value",
            "String",
            "Key",
            "ManagedSecretName",
            "PreSharedKeyStorage",
            "",
        ] {
            assert!(!is_secret(name), "{name}");
        }
        assert!(is_user("MasterUsername") && is_user("UserName") && is_user("User") && !is_user("UserPoolId"));
    }

    #[test]
    fn credentials_are_known_by_their_form() {
        assert_eq!(recognise("key=AKIAIOSFODNN7EXAMPLE;"), Some("an access key of AWS"));
        assert_eq!(recognise("XAKIAIOSFODNN7EXAMPLE"), None);
        assert_eq!(recognise(&format!("ghp_{}", "a1".repeat(18))), Some("a token of GitHub"));
        assert_eq!(recognise("-----BEGIN RSA PRIVATE KEY-----\nMIIE"), Some("a private key"));
        assert_eq!(recognise("-----BEGIN PUBLIC KEY-----\nMIIE"), None);
        assert_eq!(recognise("postgres://app:hunter2@db.example.com/x"), Some("an address with a password in it"));
        assert_eq!(recognise("postgres://app:${PASSWORD}@db.example.com/x"), None);
        assert_eq!(recognise("https://example.com/a:b@c and more"), None);
        assert_eq!(recognise("arn:aws:iam::111122223333:role/some"), None);
    }
}
