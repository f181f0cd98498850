//! Did you mean.

/// The known name that is nearest to a misspelt one, if one is near enough to be meant.
pub fn nearest<'a>(wrong: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let folded = fold(wrong);
    let limit = (wrong.chars().count() / 3).clamp(1, 4);
    known
        .into_iter()
        .filter(|name| *name != wrong && name.len().abs_diff(wrong.len()) <= limit + 2)
        .filter_map(|name| {
            let other = fold(name);
            let distance = if other == folded { 0 } else { strsim::osa_distance(&other, &folded) };
            (distance <= limit).then_some((distance, name))
        })
        .min_by(|a, b| a.0.cmp(&b.0).then_with(|| a.1.cmp(b.1)))
        .map(|(_, name)| name)
}

/// Case and separators do not matter to a reader who misremembers a name.
fn fold(name: &str) -> String {
    name.chars().filter(|c| !matches!(c, '_' | '-' | ':')).flat_map(char::to_lowercase).collect()
}

/// "`a`, `b` and `c`": names in backticks, at most `most` of them, with a count of the rest.
pub fn quoted_list<'a>(names: impl IntoIterator<Item = &'a str>, most: usize) -> String {
    let names: Vec<&str> = names.into_iter().collect();
    let shown: Vec<String> = names.iter().take(most).map(|name| format!("`{name}`")).collect();
    let rest = names.len().saturating_sub(shown.len());
    match (shown.split_last(), rest) {
        (None, _) => String::from("nothing"),
        (Some((last, [])), 0) => last.clone(),
        (Some((last, before)), 0) => format!("{} and {last}", before.join(", ")),
        (Some(_), rest) => format!("{} and {rest} more", shown.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_near_name_is_found_and_a_far_one_is_not() {
        assert_eq!(nearest("bukcet", ["bucket", "basket"]), Some("bucket"));
        assert_eq!(nearest("vpcId", ["vpc_id", "vpc"]), Some("vpc_id"));
        assert_eq!(nearest("queue", ["bucket", "table"]), None);
    }

    #[test]
    fn lists_read_as_people_write_them() {
        assert_eq!(quoted_list(["a", "b", "c"], 5), "`a`, `b` and `c`");
        assert_eq!(quoted_list(["a", "b", "c"], 2), "`a`, `b` and 1 more");
        assert_eq!(quoted_list(["a"], 2), "`a`");
    }
}
