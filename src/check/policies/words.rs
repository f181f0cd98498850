//! ARNs and patterns as texts.

/// Stands for a part that only a deployment knows.
const OPEN: char = '\u{1}';

/// A text in which each `⟨…⟩` and each `${…}` is one mark.
pub(super) fn masked(text: &str) -> String {
    let mut whole = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let open = match first {
            '⟨' => rest.find('⟩').map(|end| end + '⟩'.len_utf8()),
            '$' if rest.starts_with("${") => rest.find('}').map(|end| end + 1),
            _ => None,
        };
        match open {
            Some(end) => {
                whole.push(OPEN);
                rest = rest.get(end..).unwrap_or_default();
            }
            None => {
                whole.push(first);
                rest = rest.get(first.len_utf8()..).unwrap_or_default();
            }
        }
    }
    whole
}

/// Whether a masked text has a part that can be anything.
pub(super) fn is_open(masked: &str) -> bool {
    masked.contains(['*', '?', OPEN])
}

/// Whether there is a text that both patterns match.
pub(in crate::check) fn meet(one: &str, other: &str) -> bool {
    let other: Vec<char> = other.chars().collect();
    let any = |character: char| character == '*' || character == OPEN;
    let stays = |at: usize| other.get(at).is_some_and(|character| any(*character));
    // How far the other one can be when so much of the first one is read, in order.
    let mut places: Vec<usize> = Vec::new();
    let add = |places: &mut Vec<usize>, at: usize| {
        if places.last() != Some(&at) {
            places.push(at);
        }
    };
    // A place before a wildcard is also one behind it.
    let with_wildcards = |found: Vec<usize>| {
        let mut places: Vec<usize> = Vec::with_capacity(found.len() + 1);
        for mut at in found {
            while places.last().is_none_or(|last| *last < at) {
                places.push(at);
                if !stays(at) {
                    break;
                }
                at += 1;
            }
        }
        places
    };
    add(&mut places, 0);
    places = with_wildcards(places);
    for character in one.chars() {
        let Some(first) = places.first() else { return false };
        if any(character) {
            places = (*first..=other.len()).collect();
            continue;
        }
        let mut next = Vec::with_capacity(places.len() + 1);
        for at in &places {
            let Some(there) = other.get(*at) else { continue };
            if any(*there) {
                add(&mut next, *at);
            } else if *there == character || *there == '?' || character == '?' {
                add(&mut next, *at + 1);
            }
        }
        places = with_wildcards(next);
    }
    places.last() == Some(&other.len())
}

/// Whether everything that the second pattern matches the first one does, too. May be too careful.
pub(super) fn covers(pattern: &str, other: &str) -> bool {
    let pattern: Vec<char> = pattern.chars().collect();
    let text: Vec<char> = other.chars().collect();
    let (mut at, mut from, mut retry) = (0, 0, None);
    while let Some(character) = text.get(from) {
        match pattern.get(at) {
            Some('*') => {
                retry = Some((at, from));
                at += 1;
                continue;
            }
            Some(wanted) if wanted == character || (*wanted == '?' && *character != '*') => {
                at += 1;
                from += 1;
                continue;
            }
            Some(_) | None => {}
        }
        let Some((star, start)) = retry else { return false };
        at = star + 1;
        from = start + 1;
        retry = Some((star, from));
    }
    pattern.iter().skip(at).all(|character| *character == '*')
}

/// The form of an ARN in the reference, with its gaps open.
pub(super) fn form(template: &str) -> String {
    masked(template).replace(OPEN, "*")
}

/// What is wrong with an ARN in a policy, in words.
pub(super) fn fault(text: &str, partition: &str, is_region: impl Fn(&str) -> bool) -> Option<String> {
    let whole = masked(text);
    if whole.starts_with([OPEN, '*']) {
        return None;
    }
    let Some(rest) = whole.strip_prefix("arn:") else {
        return Some(String::from("it does not begin with `arn:`"));
    };
    let parts: Vec<&str> = rest.splitn(5, ':').collect();
    let [own, service, region, account, resource] = parts.as_slice() else {
        // A wildcard can stand for several parts.
        let wild = parts.last().is_some_and(|last| last.ends_with('*'));
        return (!wild).then(|| format!("it has {} of the six parts of an ARN", parts.len() + 1));
    };
    if !is_open(own) && *own != partition {
        return Some(format!("its partition is `{own}`, and that of the environment `{partition}`"));
    }
    let name = |character: char| character.is_ascii_lowercase() || character.is_ascii_digit() || character == '-';
    if service.is_empty() || (!is_open(service) && !service.chars().all(name)) {
        return Some(format!("`{service}` is no service"));
    }
    if !region.is_empty() && !is_open(region) && !is_region(region) {
        return Some(format!("there is no region `{region}`"));
    }
    let digits = account.len() == 12 && account.bytes().all(|byte| byte.is_ascii_digit());
    if !account.is_empty() && !is_open(account) && !digits && *account != "aws" && *account != "cloudfront" {
        return Some(format!("`{account}` is no account"));
    }
    resource.is_empty().then(|| String::from("it names no resource"))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn patterns_meet_where_a_text_fits_both() {
        for (one, other, expected) in [
            ("arn:*:s3:::*/*", "arn:aws:s3:::letters", false),
            ("arn:*:s3:::*/*", "arn:aws:s3:::letters/*", true),
            ("arn:*:s3:::*", "arn:aws:s3:::letters", true),
            ("arn:*:sqs:*:*:*", "arn:aws:s3:::letters", false),
            ("a*c", "ab*", true),
            ("a?c", "abc", true),
            ("a?c", "ac", false),
            ("*", "", true),
            ("", "", true),
            ("?", "", false),
        ] {
            assert_eq!(meet(one, other), expected, "{one} and {other}");
            assert_eq!(meet(other, one), expected, "{other} and {one}");
        }
        assert!(meet("arn:*:dynamodb:*:*:table/*", &masked("⟨Orders.table.arn⟩")));
    }

    #[test]
    fn faults_of_arns_are_named() {
        let fault = |text: &str| fault(text, "aws", |region| region == "eu-west-2").unwrap_or_default();
        assert_eq!(fault("arn:aws:s3:::letters/*"), "");
        assert_eq!(fault("arn:aws:sqs:eu-west-2:123456789012:⟨Orders.queue⟩"), "");
        assert_eq!(fault("⟨Orders.queue.arn⟩"), "");
        assert_eq!(fault("arn:aws:s3*"), "");
        assert_eq!(fault("letters"), "it does not begin with `arn:`");
        assert_eq!(fault("arn:aws:s3:letters"), "it has 4 of the six parts of an ARN");
        assert_eq!(fault("arn:asw:s3:::letters"), "its partition is `asw`, and that of the environment `aws`");
        assert_eq!(fault("arn:aws:S3:::letters"), "`S3` is no service");
        assert_eq!(fault("arn:aws:sqs:eu-wset-2:123456789012:q"), "there is no region `eu-wset-2`");
        assert_eq!(fault("arn:aws:sqs:eu-west-2:1234:q"), "`1234` is no account");
        assert_eq!(fault("arn:aws:sqs:eu-west-2:123456789012:"), "it names no resource");
    }

    proptest! {
        #[test]
        fn what_covers_meets_and_what_is_matched_is_covered(pattern in "[ab*?]{0,8}", text in "[ab]{0,8}") {
            prop_assert_eq!(covers(&pattern, &text), meet(&pattern, &text));
            prop_assert!(covers("*", &pattern));
            prop_assert!(meet(&pattern, "*"));
        }
    }
}
